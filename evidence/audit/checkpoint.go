package audit

import (
	"bytes"
	"crypto/sha256"
	"encoding/gob"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"google.golang.org/protobuf/proto"

	"github.com/imi-ledger/imi/evidence/block"
	"github.com/imi-ledger/imi/evidence/statetree"
	"github.com/imi-ledger/imi/ledger"
	"github.com/imi-ledger/imi/ledger/kept"
)

// checkpointMagic begins a checkpoint.
const checkpointMagic = "imi audit v2\n"

// ErrCheckpoint is in the chain of an error that says a checkpoint is damaged or another ledger's.
var ErrCheckpoint = errors.New("audit checkpoint")

// ErrOtherLedger is beside ErrCheckpoint in an error about a checkpoint of another ledger.
var ErrOtherLedger = errors.New("of another ledger")

// checkpoint is an Audit at rest. It is the auditor's own: whoever can write it can make the audit say anything, so it
// belongs where only the auditor writes. The hash at its end finds accidents only.
type checkpoint struct {
	Genesis, Hash ledger.Digest
	Next          uint64
	CommitHash    []byte
	Channel       string
	ConfigBlock   uint64
	Config        []byte
	State         []checkpointEntry
	Leaves        []statetree.Leaf // of the state tree, which keeps what the rules made last
	Seen          []string
	Passed        []byte   // header hash and state root of every block
	Members       [][]byte // identities that were looked at under this configuration
	Counters      Counters
	Findings      []Finding
}

type checkpointEntry struct {
	Namespace, Collection, Key string
	Version                    block.Version
	Value                      []byte
	Unsound                    bool
}

// Save writes the audit down, to be resumed behind the last block it judged:
//
//	"imi audit v2" LF | the checkpoint, in Go's gob encoding | SHA-256 of that encoding
func (a *Audit) Save(to io.Writer) error {
	if a.position.next == 0 || a.stopped {
		return fmt.Errorf("%w: there is nothing to go on from", ErrCheckpoint)
	}
	p := a.position
	config, err := proto.Marshal(p.config.content)
	if err != nil {
		return err
	}
	c := checkpoint{Genesis: a.genesis, Hash: p.hash, Next: p.next, CommitHash: p.commitHash, Channel: p.config.channel,
		ConfigBlock: p.config.block, Config: config, Passed: a.passed, Counters: a.counters, Findings: a.findings,
		Seen: slices.Sorted(maps.Keys(p.seen))}
	for key, record := range p.tree.All() {
		c.Leaves = append(c.Leaves, statetree.Leaf{Key: key, Record: record})
	}
	for raw := range p.config.members {
		c.Members = append(c.Members, []byte(raw))
	}
	slices.SortFunc(c.Members, bytes.Compare)
	for _, k := range changes(p.state).sorted() {
		v := p.state[k]
		c.State = append(c.State, checkpointEntry{k.namespace, k.collection, k.key, v.version, v.value, v.unsound})
	}
	sum := sha256.New()
	if _, err := io.WriteString(to, checkpointMagic); err != nil {
		return err
	}
	if err := gob.NewEncoder(io.MultiWriter(to, sum)).Encode(c); err != nil {
		return err
	}
	_, err = to.Write(sum.Sum(nil))
	return err
}

// Resume continues an audit of the ledger with that genesis block where Save left it.
func Resume(from io.Reader, genesis ledger.Digest, options Options) (*Audit, error) {
	whole, err := io.ReadAll(from)
	if err != nil {
		return nil, err
	}
	content, ok := bytes.CutPrefix(whole, []byte(checkpointMagic))
	end := len(content) - sha256.Size
	if !ok || end < 0 || sha256.Sum256(content[:end]) != [sha256.Size]byte(content[end:]) {
		return nil, fmt.Errorf("%w: damaged", ErrCheckpoint)
	}
	var c checkpoint
	if err := gob.NewDecoder(bytes.NewReader(content[:end])).Decode(&c); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrCheckpoint, err)
	}
	if c.Genesis != genesis {
		return nil, fmt.Errorf("%w: %w, with genesis block %s", ErrCheckpoint, ErrOtherLedger, c.Genesis)
	}
	a := &Audit{genesis: genesis, counters: c.Counters, findings: c.Findings, passed: c.Passed}
	a.prepare(options)
	if a.position, err = c.position(); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrCheckpoint, err)
	}
	if last, ok := a.At(c.Next - 1); !ok || c.Next != uint64(len(c.Passed)/passedSize) || last.Hash != c.Hash || last.StateRoot != a.position.tree.Root() {
		return nil, fmt.Errorf("%w: damaged", ErrCheckpoint)
	}
	a.compareEarlierHeads()
	return a, nil
}

func (c checkpoint) position() (position, error) {
	p := position{next: c.Next, hash: c.Hash, commitHash: c.CommitHash, state: state{}, registry: &kept.Memory{}, seen: make(map[string]bool, len(c.Seen))}
	var content common.Config
	err := proto.Unmarshal(c.Config, &content)
	if err == nil {
		p.config, err = readConfig(c.Channel, c.ConfigBlock, &content, &identities{})
	}
	if err != nil {
		return p, err
	}
	for _, raw := range c.Members {
		p.config.member(raw)
	}
	p.config.certificates = 0 // the counters have them
	for _, id := range c.Seen {
		p.seen[id] = true
	}
	for _, e := range c.State {
		p.state[stateKey{e.Namespace, e.Collection, e.Key}] = stateValue{version: e.Version, value: e.Value, unsound: e.Unsound}
	}
	p.tree, err = statetree.Build(func(yield func(ledger.Digest, ledger.Digest) bool) {
		for _, l := range c.Leaves {
			if !yield(l.Key, l.Record) {
				return
			}
		}
	})
	return p, err
}
