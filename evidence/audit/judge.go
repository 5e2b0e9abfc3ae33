package audit

import (
	"bytes"
	"fmt"

	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"google.golang.org/protobuf/proto"

	"github.com/imi-ledger/imi/evidence/block"
	"github.com/imi-ledger/imi/evidence/statetree"
	"github.com/imi-ledger/imi/ledger"
	"github.com/imi-ledger/imi/ledger/kept"
)

// position is where an audit stands: everything it needs to judge the next block.
type position struct {
	next       uint64
	hash       ledger.Digest // of the last block
	commitHash []byte        // after it; empty before block 1
	config     *channelConfig
	state      state
	registry   *kept.Memory
	seen       map[string]bool // transaction ids
	tree       statetree.Tree
}

// judgement is the judging of one block. It changes nothing of the position it starts from.
type judgement struct {
	position
	block      *inspected
	found      *findings
	codes      []byte // our own verdicts
	pending    changes
	sound      map[ledger.Key][]byte // records as the rules make them, for the state tree
	ids        map[string]bool       // of the valid transactions of this block
	replays    []*replay
	change     *channelConfig // the configuration the block brings
	signatures uint64
}

// judge compares a block with the position before it.
func (p position) judge(b *inspected) *judgement {
	j := &judgement{position: p, block: b, found: &b.findings, pending: changes{}, sound: map[ledger.Key][]byte{}, ids: map[string]bool{}}
	if b.findings.fatal {
		return j
	}
	if b.PreviousHash != p.hash {
		j.found.stop(Chain, p.hash.String(), "it follows a block with hash %s", b.PreviousHash)
		return j
	}
	if b.Number == 0 {
		j.judgeGenesis()
		return j
	}
	if j.judgeOrderers(); j.found.fatal {
		return j
	}
	for i := range b.transactions {
		if j.judgeTransaction(i, &b.transactions[i]); j.found.fatal {
			return j
		}
	}
	j.judgeReplays()
	j.compareCodes()
	j.compareCommitHash()
	return j
}

// judgeGenesis takes in block 0, whose hash was compared with the trusted one. Nobody signs it.
func (j *judgement) judgeGenesis() {
	j.codes = []byte{byte(peer.TxValidationCode_VALID)}
	signed := j.block.Metadata.Signed
	if len(j.block.Metadata.Signatures) != 0 || (len(signed) != 0 && !bytes.Equal(signed, emptyOrdererMetadata)) {
		j.found.note(Encoding, "block 0 as it was made", "it has signatures or metadata of orderers")
	}
	if !bytes.Equal(j.block.Metadata.Codes, j.codes) {
		j.found.note(Validation, "", "the peer's verdict on it is not valid")
	}
	if !j.block.isConfig() {
		j.found.stop(Config, "one configuration", "block 0 holds something else")
		return
	}
	var envelope common.ConfigEnvelope
	t := j.block.Transactions[0]
	err := proto.Unmarshal(t.Raw.Data, &envelope)
	if err == nil {
		j.change, err = readConfig(t.Channel, 0, envelope.GetConfig(), j.config.identities)
	}
	if err != nil {
		j.found.stop(Config, "", "the first configuration cannot be used: %v", err)
	}
	j.ids[t.ID] = true
}

// emptyOrdererMetadata is an OrdererBlockMetadata that names block 0 as the newest configuration.
var emptyOrdererMetadata = []byte{0x0a, 0}

func (b *inspected) isConfig() bool {
	return len(b.Transactions) == 1 && b.Transactions[0].Type == block.Config
}

func (j *judgement) judgeTransaction(i int, t *transaction) {
	j.signatures += uint64(t.verified)
	code := j.verdict(i, t)
	j.codes = append(j.codes, byte(code))
	if code != peer.TxValidationCode_VALID {
		return
	}
	if t.odd != nil {
		j.about(t, Encoding, "the one encoding, at every level", "%v", t.odd)
	}
	if t.Type != block.Endorser {
		return
	}
	j.judgeIdentities(t)
	if len(t.MetadataWrites) > 0 {
		j.about(t, Record, "no endorsement policies of single keys", "it sets metadata of keys")
	}
	j.pending.add(block.Version{Block: j.block.Number, Transaction: uint64(i)}, t.Transaction, t.hashed)
	j.replays = append(j.replays, &replay{transaction: t, state: j.state, registry: j.registry})
}

// about adds a finding about a transaction.
func (j *judgement) about(t *transaction, check Check, expected, found string, args ...any) {
	j.found.add(Finding{Transaction: t.Index, ID: t.ID, Check: check, Expected: expected, Found: fmt.Sprintf(found, args...)})
}

// judgeIdentities asks of a valid transaction what Fabric's peers do not: that every endorsement is good, and that the
// certificates were valid when it was made.
func (j *judgement) judgeIdentities(t *transaction) {
	if m := j.config.member(t.Creator); !m.validAt(t.Time) {
		j.about(t, Creator, "a certificate valid then", "the creator's certificate, of %s, was not valid at %s", m.mspid, ledger.At(t.Time))
	} else if m.oddForm {
		j.about(t, Encoding, "a certificate in its one PEM form", "the creator's identity")
	}
	for i, e := range t.Endorsements {
		m := j.config.member(e.Endorser)
		switch {
		case !t.endorsers[i]:
			j.about(t, Endorsement, "every endorsement that is there is good", "endorsement %d, by %s, does not verify", i, m.mspid)
		case m.invalid != nil:
			j.about(t, Endorsement, "every endorsement that is there is good", "endorsement %d, by %s: %v", i, m.mspid, m.invalid)
		case !m.validAt(t.Time):
			j.about(t, Endorsement, "a certificate valid then", "the certificate of endorsement %d, of %s, was not valid at %s", i, m.mspid, ledger.At(t.Time))
		case m.oddForm:
			j.about(t, Encoding, "a certificate in its one PEM form", "the identity of endorsement %d", i)
		}
	}
}

func (j *judgement) compareCodes() {
	given := j.block.Metadata.Codes
	if len(given) != len(j.codes) {
		j.found.note(Validation, "a verdict for each", "the peer gave %d verdicts on %d transactions", len(given), len(j.codes))
		return
	}
	for i, code := range j.codes {
		if given[i] != code {
			j.about(&j.block.transactions[i], Validation, CodeName(code), "the peer's verdict is %s", CodeName(given[i]))
		}
	}
}

// CodeName is Fabric's name of a verdict.
func CodeName(code byte) string { return peer.TxValidationCode(code).String() }

func (j *judgement) compareCommitHash() {
	hash := commitHash(j.codes, updateBytes(j.pending), j.commitHash)
	j.commitHash = hash[:]
	if !bytes.Equal(hash[:], j.block.Metadata.CommitHash) {
		j.found.note(CommitHash, hash.String(), "%x", j.block.Metadata.CommitHash)
	}
}

// after is the position behind the block. The state is changed in place: the position before can no longer be used.
func (j *judgement) after() position {
	p := j.position
	p.next, p.hash = j.block.Number+1, j.block.Hash
	if j.change != nil {
		p.config = j.change
	}
	p.state.apply(j.pending)
	for i := range j.block.Transactions {
		if id := j.block.Transactions[i].ID; id != "" {
			p.seen[id] = true
		}
	}
	leaves := make([]statetree.Leaf, 0, len(j.sound))
	for key, record := range j.sound {
		leaves = append(leaves, statetree.NewLeaf(key, record))
	}
	if len(leaves) > 0 {
		p.tree = p.tree.Update(leaves)
	}
	return p
}
