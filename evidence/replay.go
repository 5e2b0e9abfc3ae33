package evidence

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/imi-ledger/imi/evidence/block"
	"github.com/imi-ledger/imi/ledger"
)

// Namespace is the name of the chaincode whose writes are records.
const Namespace = "imi"

// Replay runs the operation that a transaction says it is, by the rules of package ledger, in the state before it, and
// compares the writes. It returns in words why the transaction's writes are not what the rules make, or "" when they are.
// An error means that the state could not be read.
//
// So a majority of organisations that endorses what a modified chaincode wrote, be it a trust registry entry nobody
// approved or a revocation taken back, does not make it count.
func Replay(t *block.Transaction, world ledger.World) (unsound string, err error) {
	if len(t.Problems) > 0 {
		return "the transaction is malformed: " + t.Problems[0], nil
	}
	if t.Type != block.Endorser || !t.Decoded() || t.Chaincode != Namespace || len(t.Args) != 1 {
		return "it was not written by a call of this ledger's chaincode", nil
	}
	operation, err := ledger.ParseOperation(t.Function, t.Args[0])
	if err != nil {
		return "it was written by a call that is none of this ledger's operations: " + err.Error(), nil
	}
	env := ledger.Env{Channel: t.Channel, Creator: ledger.MSPID(t.CreatorMSPID), Time: ledger.At(t.Time)}
	outcome, err := operation.Apply(env, world)
	var refusal *ledger.Refusal
	if errors.As(err, &refusal) {
		return "the rules refuse it: " + refusal.Error(), nil
	}
	var unreadable *UnreadableError
	if errors.As(err, &unreadable) {
		return "", err
	}
	if err != nil {
		return "the rules cannot be applied to it: " + err.Error(), nil
	}
	return compareWrites(t, outcome.Writes), nil
}

// UnreadableError is what a ledger.World given to Replay returns when it cannot be read, as against holding something odd.
type UnreadableError struct{ Err error }

// Error implements error.
func (e *UnreadableError) Error() string { return "state cannot be read: " + e.Err.Error() }

// Unwrap gives the cause.
func (e *UnreadableError) Unwrap() error { return e.Err }

func compareWrites(t *block.Transaction, expected []ledger.Write) string {
	records := make(map[string][]byte, len(expected))
	for _, w := range expected {
		records[string(w.Key)] = w.Record
	}
	for _, w := range t.Writes {
		if w.Namespace != Namespace {
			continue
		}
		record, ok := records[w.Key]
		if !ok || w.Delete || !bytes.Equal(record, w.Value) {
			return fmt.Sprintf("the rules do not write %s so", ledger.Key(w.Key).Kind())
		}
		delete(records, w.Key)
	}
	if len(records) > 0 {
		return fmt.Sprintf("the rules write %d more records", len(records))
	}
	return ""
}
