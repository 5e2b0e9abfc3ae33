package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/imi-ledger/imi/fabric"
	"github.com/imi-ledger/imi/ledger"
)

// fakeChannel is a channel in memory with the manners of a real one: it runs every transaction several times and demands
// the same writes, lets none read its own writes, and refuses those whose reads have changed when they are committed.
type fakeChannel struct {
	t   *testing.T
	now func() time.Time

	mu        sync.Mutex
	state     map[ledger.Key]stored
	versions  map[ledger.Key][]ledger.Version
	block     uint64
	count     int
	behind    int                           // how many times yet a peer lacks the newest block
	trouble   func(function string) failing // asked before each transaction; nil: none
	blocks    [][]byte                      // raw ones, for an audit; the channel makes none itself
	ownBlocks map[ledger.MSPID][][]byte     // of peers that have others
	served    func(number uint64)           // told before a block is given; nil: nobody is
}

type stored struct {
	record []byte
	block  uint64
}

// failing is how a transaction goes wrong.
type failing int

const (
	noTrouble  failing = iota
	away               // nothing is written
	lostBefore         // the outcome is unknown; nothing was written
	lostAfter          // the outcome is unknown; it was written
)

func newFakeChannel(t *testing.T, now func() time.Time) *fakeChannel {
	return &fakeChannel{t: t, now: now, state: map[ledger.Key]stored{}, versions: map[ledger.Key][]ledger.Version{}}
}

// as is the channel as one organisation reaches it.
func (c *fakeChannel) as(id string) connection {
	return &fakeConnection{channel: c, id: ledger.MSPID(id)}
}

type fakeConnection struct {
	channel *fakeChannel
	id      ledger.MSPID
}

func (*fakeConnection) Channel() string { return "imi" }
func (*fakeConnection) Close() error    { return nil }

// Height is one block behind as often as behind says.
func (f *fakeConnection) Height(context.Context) (uint64, error) {
	f.channel.mu.Lock()
	defer f.channel.mu.Unlock()
	if f.channel.behind > 0 {
		f.channel.behind--
		return f.channel.block, nil
	}
	return f.channel.block + 1, nil
}

// StoredBlocks yields the blocks the test gave the channel.
func (f *fakeConnection) StoredBlocks(_ context.Context, from, until uint64) iter.Seq2[[]byte, error] {
	blocks := f.channel.blocks
	if own, ok := f.channel.ownBlocks[f.id]; ok {
		blocks = own
	}
	return func(yield func([]byte, error) bool) {
		for number := from; number < until; number++ {
			if number >= uint64(len(blocks)) {
				yield(nil, ledger.Refuse(ledger.Unavailable, "", "the peer of %s gave no block for %v", f.id, "20s"))
				return
			}
			if f.channel.served != nil {
				f.channel.served(number)
			}
			if !yield(blocks[number], nil) {
				return
			}
		}
	}
}

// snapshot is the state a transaction is simulated on.
type snapshot struct {
	state map[ledger.Key]stored
	read  map[ledger.Key]uint64
}

func (s snapshot) Get(key ledger.Key) ([]byte, error) {
	if key == "" {
		return nil, errors.New("a key must not be empty")
	}
	s.read[key] = s.state[key].block
	return s.state[key].record, nil
}

func (f *fakeConnection) Submit(_ context.Context, function string, request []byte) (fabric.Result, error) {
	c := f.channel
	trouble := noTrouble
	if c.trouble != nil {
		trouble = c.trouble(function)
	}
	if trouble == away {
		return fabric.Result{}, ledger.Refuse(ledger.Unavailable, "", "too few organisations' peers can be reached to endorse; start them, then retry")
	}
	c.mu.Lock()
	before := snapshot{maps.Clone(c.state), map[ledger.Key]uint64{}}
	c.count++
	result := fabric.Result{TransactionID: fmt.Sprintf("%064x", c.count), SeenBy: []string{string(f.id), "AuditMSP"}}
	c.mu.Unlock()
	outcome, err := f.endorse(function, request, before)
	if err != nil {
		return fabric.Result{}, err
	}
	if trouble != lostBefore {
		if result.Block, err = c.commit(before, outcome, result.TransactionID); err != nil {
			return fabric.Result{TransactionID: result.TransactionID}, err
		}
	}
	if trouble == lostBefore || trouble == lostAfter {
		lost := ledger.Refuse(ledger.Unknown, "", "it is not known whether the transaction was written; look it up by its id before repeating it")
		lost.Subject = result.TransactionID
		return fabric.Result{TransactionID: result.TransactionID}, lost
	}
	result.Payload = outcome.Response
	return result, nil
}

func (f *fakeConnection) endorse(function string, request []byte, on snapshot) (ledger.Outcome, error) {
	env := ledger.Env{Channel: "imi", Creator: f.id, Time: ledger.At(f.channel.now())}
	var first ledger.Outcome
	for peer := range 3 {
		operation, err := ledger.ParseOperation(function, request)
		if err != nil {
			return first, err
		}
		outcome, err := operation.Apply(env, on)
		if err != nil {
			return first, err
		}
		if peer > 0 && !slices.EqualFunc(first.Writes, outcome.Writes, func(a, b ledger.Write) bool {
			return a.Key == b.Key && bytes.Equal(a.Record, b.Record)
		}) {
			f.channel.t.Errorf("%s writes something else on another peer", function)
		}
		first = outcome
	}
	return first, nil
}

func (c *fakeChannel) commit(before snapshot, outcome ledger.Outcome, id string) (uint64, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for key, block := range before.read {
		if c.state[key].block != block {
			return 0, ledger.Refuse(ledger.Conflict, "", "a record it read was changed meanwhile, repeatedly; retry")
		}
	}
	c.block++
	for _, w := range outcome.Writes {
		c.state[w.Key] = stored{w.Record, c.block}
		version := ledger.Version{Record: string(w.Record), Time: ledger.At(c.now()), TransactionID: id}
		c.versions[w.Key] = append([]ledger.Version{version}, c.versions[w.Key]...)
	}
	return c.block, nil
}

func (f *fakeConnection) Evaluate(_ context.Context, function string, request []byte) ([]byte, error) {
	c := f.channel
	c.mu.Lock()
	defer c.mu.Unlock()
	switch function {
	case ledger.RecordRead:
		q := mustDecode[ledger.Read](c.t, request)
		if found, ok := c.state[q.Key]; ok {
			return found.record, nil
		}
		return nil, ledger.Refuse(ledger.NotFound, "key", "no such %s", q.Key.Kind())
	case ledger.RecordReadMany:
		return ledger.Encode(c.readMany(mustDecode[ledger.ReadMany](c.t, request)))
	case ledger.RecordList:
		return ledger.Encode(c.list(mustDecode[ledger.List](c.t, request)))
	case ledger.RecordHistory:
		q := mustDecode[ledger.History](c.t, request)
		if versions := c.versions[q.Key]; versions != nil {
			return ledger.Encode(ledger.Versions{Versions: versions})
		}
		return nil, ledger.Refuse(ledger.NotFound, "key", "no such %s", q.Key.Kind())
	}
	return nil, ledger.Refuse(ledger.Malformed, "function", "not a reading function")
}

func (c *fakeChannel) readMany(q ledger.ReadMany) ledger.Records {
	var answer ledger.Records
	for _, key := range q.Keys {
		if found, ok := c.state[key]; ok {
			answer.Records = append(answer.Records, ledger.Found{Key: key, Record: string(found.record)})
		}
	}
	return answer
}

func (c *fakeChannel) list(q ledger.List) ledger.Records {
	var answer ledger.Records
	from, to := q.Range()
	for _, key := range slices.Sorted(maps.Keys(c.state)) {
		if key < from || key >= to {
			continue
		}
		if len(answer.Records) == q.Limit {
			answer.More = true
			break
		}
		answer.Records = append(answer.Records, ledger.Found{Key: key, Record: string(c.state[key].record)})
	}
	return answer
}

func mustDecode[T interface{ Check() error }](t *testing.T, request []byte) T {
	q, err := ledger.Decode[T](request, ledger.MaxRecord)
	if err == nil {
		err = q.Check()
	}
	if err != nil {
		t.Errorf("a query that the chaincode refuses: %v", err)
	}
	return q
}
