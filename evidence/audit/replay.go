package audit

import (
	"bytes"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/imi-ledger/imi/evidence/block"
	"github.com/imi-ledger/imi/ledger"
	"github.com/imi-ledger/imi/ledger/kept"
)

// replay is the replaying of one valid transaction by the rules of the ledger.
//
// The valid transactions of a block can be replayed at once, all on the state before it: what one of them read no other
// has written, or it would not be valid; and what the rules read must be what the transaction read.
type replay struct {
	transaction *transaction
	state       state
	registry    *kept.Memory
	writes      []block.Write // to records
	unsound     string        // why they are not what the rules make
}

func (r *replay) run() {
	t := r.transaction
	for _, w := range t.Writes {
		if w.Namespace == chaincode {
			r.writes = append(r.writes, w)
		} else if t.Chaincode == chaincode {
			r.unsound = fmt.Sprintf("a call of this ledger's chaincode writes to %q", w.Namespace)
		}
	}
	if r.unsound != "" || (len(r.writes) == 0 && !isOperation(t)) {
		return
	}
	w := &world{Memory: r.registry, state: r.state}
	if r.unsound = r.apply(w); r.unsound == "" && w.unsound != "" {
		r.unsound = "it rests on an unsound record of kind " + string(w.unsound.Kind())
	}
}

func isOperation(t *transaction) bool {
	return t.Chaincode == chaincode && slices.Contains(ledger.Functions(), t.Function)
}

// apply runs the operation the transaction says it is, and compares.
func (r *replay) apply(w *world) string {
	t := r.transaction
	if len(t.Problems) > 0 {
		return "the transaction is malformed: " + t.Problems[0]
	}
	if t.Chaincode != chaincode || len(t.Args) != 1 {
		return "it was not written by a call of this ledger's chaincode"
	}
	operation, err := ledger.ParseOperation(t.Function, t.Args[0])
	if err != nil {
		return "it is none of this ledger's operations: " + err.Error()
	}
	outcome, err := operation.Apply(ledger.Env{Channel: t.Channel, Creator: ledger.MSPID(t.CreatorMSPID), Time: ledger.At(t.Time)}, w)
	var refusal *ledger.Refusal
	if errors.As(err, &refusal) {
		return "the rules refuse it: " + refusal.Error()
	}
	if err != nil {
		return "the rules cannot be applied: " + err.Error()
	}
	if different := r.compare(outcome); different != "" {
		return different
	}
	return r.compareReads(w.read)
}

// compare holds what the transaction wrote, answered and announced against what the rules make of its request.
func (r *replay) compare(outcome ledger.Outcome) string {
	t := r.transaction
	expected := make(map[string][]byte, len(outcome.Writes))
	for _, w := range outcome.Writes {
		expected[string(w.Key)] = w.Record
	}
	for _, w := range r.writes {
		record, ok := expected[w.Key]
		if !ok || w.Delete || !bytes.Equal(record, w.Value) {
			return "the rules do not write " + string(ledger.Key(w.Key).Kind()) + " so"
		}
		delete(expected, w.Key)
	}
	if len(expected) > 0 {
		return fmt.Sprintf("the rules write %d more records", len(expected))
	}
	if !bytes.Equal(t.Response, outcome.Response) {
		return "it answers something else than the rules"
	}
	announced := len(outcome.Writes) > 0
	if announced != (t.Event != nil) || (announced && (t.Event.Name != outcome.Event || string(t.Event.Payload) != string(outcome.Writes[0].Key))) {
		return "its event is not that of the rules"
	}
	return ""
}

// compareReads demands that the transaction recorded reading whatever the rules looked at: else it may have been made in
// another state than the one it is committed in.
func (r *replay) compareReads(read []ledger.Key) string {
	recorded := make(map[string]bool, len(r.transaction.Reads))
	for _, entry := range r.transaction.Reads {
		if entry.Namespace == chaincode {
			recorded[entry.Key] = true
		}
	}
	for _, key := range read {
		if !recorded[string(key)] {
			return "it does not record reading a key of kind " + string(key.Kind()) + ", which the rules do"
		}
	}
	return ""
}

// judgeReplays replays the valid transactions on all cores.
func (j *judgement) judgeReplays() {
	runAll(j.replays)
	for _, r := range j.replays {
		if r.unsound != "" {
			j.found.add(Finding{Transaction: r.transaction.Index, ID: r.transaction.ID, Check: Record, Found: r.unsound,
				Expected: "what the rules of the ledger make of its request", Records: r.keys()})
		}
		for _, w := range r.writes {
			if r.unsound == "" {
				j.sound[ledger.Key(w.Key)] = w.Value
			}
			key := stateKey{namespace: chaincode, key: w.Key}
			v := j.pending[key]
			v.unsound = r.unsound != ""
			j.pending[key] = v
			if v.deleted {
				j.about(r.transaction, Record, "records are never deleted", "it deletes a %s", ledger.Key(w.Key).Kind())
			}
		}
	}
}

// keys are the first records that are written.
func (r *replay) keys() []ledger.Key {
	var keys []ledger.Key
	for _, w := range r.writes[:min(len(r.writes), maxNamed)] {
		keys = append(keys, ledger.Key(w.Key))
	}
	return keys
}

// runAll runs replays on all cores, this goroutine among them.
func runAll(replays []*replay) {
	var running sync.WaitGroup
	var taken atomic.Int64
	work := func() {
		for i := taken.Add(1); i <= int64(len(replays)); i = taken.Add(1) {
			replays[i-1].run()
		}
	}
	for range min(len(replays), runtime.GOMAXPROCS(0)) - 1 {
		running.Go(work)
	}
	work()
	running.Wait()
}
