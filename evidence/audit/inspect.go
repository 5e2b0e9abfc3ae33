package audit

import (
	"bytes"
	"errors"
	"slices"
	"sync"

	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"

	"github.com/imi-ledger/imi/evidence/block"
	"github.com/imi-ledger/imi/evidence/wire"
)

// inspected is a block with everything about it that depends on its bytes alone, which is most of the work and can be
// done for many blocks at once.
type inspected struct {
	block.Block
	number       uint64 // it should have, by its place
	findings     findings
	transactions []transaction
	orderers     ordererCheck
	pending      sync.WaitGroup // signature checks under way
}

// transaction is one transaction with the checks of its bytes and signatures.
type transaction struct {
	*block.Transaction
	form      form
	result    peer.TxValidationCode // see resultForm
	odd       error                 // why it is not canonical
	creator   bool                  // the creator's signature verifies
	endorsers []bool                // the endorsements' signatures verify
	hashed    []*hashedSet
	verified  int // signatures, good or bad
}

// fill decodes a block and checks what needs no key. Whatever is wrong here is fatal: there is no telling what the block
// was meant to be. Its transactions are not looked into unless they are those of its header.
func (b *inspected) fill(raw []byte) {
	b.findings.block = b.number
	var whole common.Block
	if err := decodeBlock(raw, &whole); err != nil {
		b.findings.stop(Encoding, "a block in its one encoding", "%v", err)
		return
	}
	if number := whole.GetHeader().GetNumber(); number != b.number {
		b.findings.stop(Chain, "", "the block says its number is %d", number)
		return
	}
	var err error
	if b.Block, err = block.ParseFrame(&whole); err == nil {
		err = b.checkItems(whole.GetMetadata().GetMetadata())
	}
	envelopes := whole.GetData().GetData()
	switch {
	case err != nil:
		b.findings.stop(Encoding, "a block in its one encoding", "%v", err)
	case !b.DataFits || len(envelopes) == 0:
		b.findings.stop(Data, "", "the transactions here are not those the header has the hash of")
	case b.number > 0 && !allWhole(envelopes):
		b.findings.stop(Data, "one envelope each, with a payload and a signature", "the transactions here are cut otherwise than when they were ordered")
	default:
		b.ParseTransactions(envelopes)
		b.transactions = make([]transaction, len(b.Transactions))
		for i := range b.Transactions {
			b.transactions[i].Transaction = &b.Transactions[i]
		}
	}
}

// allWhole reports whether every transaction is one whole envelope: payload, then signature, neither of them empty. The
// header has the hash of all envelopes put together, which stays the same when one is cut in two, or two are joined; with
// every one of this form there is one way only to cut. Orderers and peers of Fabric refuse blocks with others, too (see
// protoutil.VerifyTransactionsAreWellFormed); block 0 has no signature. Fields that are not known may follow: that is the
// business of whoever asks for the one encoding.
func allWhole(envelopes [][]byte) bool {
	for _, envelope := range envelopes {
		rest := envelope
		for _, want := range []protowire.Number{1, 2} { // Envelope { payload = 1; signature = 2 }
			number, kind, n := protowire.ConsumeTag(rest)
			if n != 1 || number != want || kind != protowire.BytesType {
				return false
			}
			content, size := protowire.ConsumeBytes(rest[n:])
			if size < 0 || len(content) == 0 || size != protowire.SizeBytes(len(content)) {
				return false
			}
			rest = rest[n+size:]
		}
		if !onlyUnknown(rest) {
			return false
		}
	}
	return true
}

// onlyUnknown reports whether what is behind the two fields of an envelope is fields of other numbers.
func onlyUnknown(rest []byte) bool {
	for len(rest) > 0 {
		number, _, n := protowire.ConsumeField(rest)
		if n < 0 || number <= 2 {
			return false
		}
		rest = rest[n:]
	}
	return true
}

// decodeBlock decodes a block; its transactions stay parts of the given bytes.
func decodeBlock(raw []byte, into *common.Block) error {
	if len(raw) > block.MaxBytes {
		return errors.New("it is too large")
	}
	if err := wire.Canonical(raw, blockKind); err != nil {
		return err
	}
	// Block { header = 1; data = 2 { data = 1 [] }; metadata = 3 }: all but the transactions is small.
	whole := wire.Message(raw)
	into.Header, into.Metadata, into.Data = &common.BlockHeader{}, &common.BlockMetadata{}, &common.BlockData{}
	into.Data.Data = slices.Collect(whole.Message(2).All(1))
	return errors.Join(proto.Unmarshal(whole.Bytes(1), into.Header), proto.Unmarshal(whole.Bytes(3), into.Metadata))
}

// checks lists what is to be done about signatures, in any order and at once. The orderers' are checked with the
// newest configuration known, if there is one.
func (b *inspected) checks(known *identities, newest *channelConfig) []func() {
	var list []func()
	if newest != nil && b.number > 0 {
		list = append(list, func() { b.orderers = checkOrderers(newest, b) })
	}
	for i := range b.transactions {
		t := &b.transactions[i]
		list = append(list, func() { t.check(known) })
	}
	return list
}

// checkItems sees that the metadata are the five items a peer stores, with nothing in them that could be otherwise. Some
// are signed by nobody, so they must follow from what is.
func (b *inspected) checkItems(items [][]byte) error {
	if len(items) != len(common.BlockMetadataIndex_name) {
		return errors.New("the metadata do not have the items a peer stores")
	}
	if len(items[common.BlockMetadataIndex_ORDERER]) != 0 {
		return errors.New("there is something in an item of the metadata that is not used")
	}
	if !bytes.Equal(items[common.BlockMetadataIndex_LAST_CONFIG], lastConfigItem(b.Metadata.LastConfig)) {
		return errors.New("the metadata name the newest configuration in two ways")
	}
	commit := items[common.BlockMetadataIndex_COMMIT_HASH]
	if b.Number == 0 && len(commit) != 0 {
		return errors.New("block 0 has a commit hash")
	}
	for _, item := range [][]byte{items[common.BlockMetadataIndex_SIGNATURES], commit} {
		if err := wire.Canonical(item, metadataKind); err != nil {
			return err
		}
	}
	var last common.Metadata
	if proto.Unmarshal(commit, &last) != nil || len(last.GetSignatures()) != 0 {
		return errors.New("the commit hash cannot be read")
	}
	return wire.Canonical(b.Metadata.Signed, ordererKind)
}

// lastConfigItem is how orderers write the number of the newest configuration block a second time, unsigned:
//
//	Metadata { value: LastConfig { index: number } }   (protobuf; empty for 0)
func lastConfigItem(number uint64) []byte {
	if number == 0 {
		return nil
	}
	index := protowire.AppendVarint(protowire.AppendTag(nil, 1, protowire.VarintType), number)
	return protowire.AppendBytes(protowire.AppendTag(nil, 1, protowire.BytesType), index)
}

// check does all of one transaction that needs no state: its encoding, its form, its signatures.
func (t *transaction) check(known *identities) {
	t.odd = t.checkEncoding()
	t.judgeForm()
	if t.form.before != peer.TxValidationCode_VALID {
		return
	}
	t.creator = t.verify(known, t.Creator, t.Raw.Signature, t.Raw.Payload)
	if t.Type != block.Endorser || t.form.after != peer.TxValidationCode_VALID || t.result != peer.TxValidationCode_VALID {
		return
	}
	var ok bool
	if t.hashed, ok = readHashed(t.Transaction); !ok {
		t.result = peer.TxValidationCode_BAD_RWSET
	}
	t.endorsers = make([]bool, len(t.Endorsements))
	for i, e := range t.Endorsements {
		t.endorsers[i] = t.verify(known, e.Endorser, e.Signature, t.Raw.ProposalResponse, e.Endorser)
	}
}

// judgeForm asks for the verdict on the bytes. One that was decoded without any oddity has passed all those questions but
// two; the others are decoded anew, as leniently as Fabric does.
func (t *transaction) judgeForm() {
	if t.odd == nil && t.Type == block.Endorser && t.Decoded() && t.Chaincode != "" && t.ExecutedVersion != "" && t.Epoch == 0 {
		return
	}
	t.form = formOf(t.Raw.Envelope)
	if t.form.before == peer.TxValidationCode_VALID && t.form.after == peer.TxValidationCode_VALID && t.Type == block.Endorser {
		t.result = resultForm(t.Raw.Envelope, t.form.header)
	}
}

func (t *transaction) verify(known *identities, identity, signature []byte, message ...[]byte) bool {
	id, err := known.read(identity)
	if err != nil {
		return false
	}
	t.verified++
	return id.verify(signature, message...)
}

// checkEncoding reports why a transaction is not in its one encoding, at any level.
func (t *transaction) checkEncoding() error {
	if len(t.Problems) > 0 {
		return errors.New(t.Problems[0])
	}
	if err := wire.Canonical(t.Raw.Envelope, envelopeKind); err != nil {
		return err
	}
	if err := wire.Canonical(t.Raw.Payload, payloadKind); err != nil {
		return err
	}
	if t.Type == block.Config {
		return wire.Canonical(t.Raw.Data, configKind)
	}
	return wire.Canonical(t.Raw.Data, transactionKind)
}
