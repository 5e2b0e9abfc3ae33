package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"slices"
	"strconv"
	"time"

	"github.com/imi-ledger/imi/cli/inquiry"
	"github.com/imi-ledger/imi/evidence/audit"
	"github.com/imi-ledger/imi/ledger"
)

// indexCheck holds what a gateway's index says against an audit: every block, every transaction, every version of every
// record as it comes by, and at the end the newest version of each. What no answer of a gateway shows, such as the columns
// it only searches by, is compared where the index is, by imi-gateway check.
type indexCheck struct {
	differences
	Blocks       uint64 `json:"blocks"`
	Transactions uint64 `json:"transactions"`
	Versions     uint64 `json:"versions"`
	Records      uint64 `json:"records"`

	gateway *inquiry.Client
	next    func() (inquiry.Change, error, bool)
	stop    func()
	held    *inquiry.Change // of a block to come
	ended   bool            // the gateway has no more versions
	latest  ledger.Time     // of a valid transaction
	newest  map[ledger.Key]version
	missing []version        // that did not come in their place
	surplus []inquiry.Change // that came and were not expected there
}

// version is one that the audit saw written.
type version struct {
	key     ledger.Key
	record  string // as the gateway writes it
	block   uint64
	time    ledger.Time
	id      string
	unsound bool
}

func newIndexCheck(ctx context.Context, organisation string, gateway *inquiry.Client) *indexCheck {
	i := &indexCheck{differences: differences{where: placeIndex, organisation: organisation}, gateway: gateway, newest: map[ledger.Key]version{}}
	i.next, i.stop = iter.Pull2(gateway.Changes(ctx))
	return i
}

// compare holds a block of the index, and the versions it wrote, against the audit's.
func (i *indexCheck) compare(ctx context.Context, b audit.Block) error {
	written := make(map[int]int)
	for _, w := range b.Records {
		written[w.Transaction]++
	}
	if err := i.compareBlock(ctx, b, written); err != nil {
		return err
	}
	return i.compareVersions(b)
}

// askPatiently repeats a question while the gateway is busy: it limits how much one client may ask.
func askPatiently[T any](ctx context.Context, question func() (T, error)) (T, error) {
	for attempt := 1; ; attempt++ {
		answer, err := question()
		if ledger.CodeOf(err) != ledger.Unavailable || attempt == 5 || ctx.Err() != nil {
			return answer, err
		}
		select {
		case <-ctx.Done():
		case <-time.After(time.Duration(attempt) * 500 * time.Millisecond):
		}
	}
}

func (i *indexCheck) compareBlock(ctx context.Context, b audit.Block, written map[int]int) error {
	found, err := askPatiently(ctx, func() (inquiry.Block, error) { return i.gateway.Block(ctx, b.Number) })
	at := difference{Block: b.Number}
	if ledger.CodeOf(err) == ledger.NotFound {
		i.add(difference{Block: b.Number, Column: columnRow, Expected: wordThere, Found: wordAbsent})
		return nil
	}
	if err != nil {
		return err
	}
	valid := 0
	for n := range b.Decoded.Transactions {
		if t := &b.Decoded.Transactions[n]; b.Codes[n] == 0 {
			valid++
			if at := ledgerTime(t.Time); i.latest.Before(at) {
				i.latest = at
			}
		}
	}
	i.Blocks++
	i.differences.compare(at, column{"hash", b.Hash, found.Hash}, column{"previousHash", b.Decoded.PreviousHash, found.PreviousHash},
		column{"dataHash", b.Decoded.DataHash, found.DataHash}, column{"time", i.latest, found.Time}, column{"size", len(b.Codes), found.Size},
		column{"valid", valid, found.Valid}, column{"records", len(b.Records), found.Records}, column{"block", b.Number, found.Number})
	i.compareTransactions(b, found, written)
	return nil
}

// ledgerTime is a transaction's time as the index has it; rubbish has none.
func ledgerTime(t time.Time) ledger.Time {
	if t.IsZero() {
		return ledger.Time{}
	}
	return ledger.At(t)
}

func (i *indexCheck) compareTransactions(b audit.Block, found inquiry.Block, written map[int]int) {
	for n := range b.Decoded.Transactions {
		t := &b.Decoded.Transactions[n]
		at := difference{Block: b.Number, Transaction: strconv.Itoa(n)}
		if t.ID != "" {
			at.Transaction = t.ID
		}
		if n >= len(found.Transactions) {
			i.add(difference{Block: at.Block, Transaction: at.Transaction, Column: columnRow, Expected: wordThere, Found: wordAbsent})
			continue
		}
		i.Transactions++
		f, event := found.Transactions[n], ""
		if t.Event != nil {
			event = t.Event.Name
		}
		i.differences.compare(at, column{"id", t.ID, f.ID}, column{"type", t.Type, f.Type}, column{"creator", t.CreatorMSPID, f.Creator},
			column{"function", t.Function, f.Function}, column{"event", event, f.Event}, column{"time", ledgerTime(t.Time), f.Time},
			column{"code", audit.CodeName(b.Codes[n]), f.Code}, column{"valid", b.Codes[n] == 0, f.Valid}, column{"records", written[n], f.Records})
	}
	for n := len(b.Decoded.Transactions); n < len(found.Transactions); n++ {
		i.add(difference{Block: b.Number, Transaction: found.Transactions[n].ID, Column: columnRow, Expected: wordAbsent, Found: wordThere})
	}
}

// compareVersions takes the versions of a block from the gateway's stream. What does not come in its place is set aside.
func (i *indexCheck) compareVersions(b audit.Block) error {
	var expected []version
	for _, w := range b.Records {
		t := b.Decoded.Transactions[w.Transaction]
		v := version{w.Key, inJSON(w.Record), b.Number, ledgerTime(t.Time), t.ID, w.Unsound != ""}
		i.newest[w.Key] = v
		expected = append(expected, v)
	}
	i.Versions += uint64(len(expected))
	for len(expected) > 0 {
		found, ok, err := i.take(b.Number)
		if err != nil {
			return err
		}
		if !ok {
			break
		}
		at := slices.IndexFunc(expected, func(v version) bool { return v.equals(found) })
		if at < 0 {
			i.surplus = append(i.surplus, found)
			continue
		}
		expected = slices.Delete(expected, at, at+1)
	}
	if len(i.missing)+len(i.surplus) < maxDifferences {
		i.missing = append(i.missing, expected...)
	}
	return nil
}

// take is the next version the gateway tells of, if it is of this block or an earlier one.
func (i *indexCheck) take(block uint64) (inquiry.Change, bool, error) {
	if i.held == nil && !i.ended {
		found, err, ok := i.next()
		if err != nil {
			return found, false, err
		}
		if !ok {
			i.ended = true
			return found, false, nil
		}
		i.held = &found
	}
	if i.held == nil || i.held.Block > block {
		return inquiry.Change{}, false, nil
	}
	found := *i.held
	i.held = nil
	return found, true, nil
}

// inJSON is a record as an answer of the gateway has it, in one form: absent when it is no JSON.
func inJSON(record []byte) string {
	text, err := json.Marshal(json.RawMessage(record))
	if err != nil || len(record) == 0 {
		return ""
	}
	return string(text)
}

func (v version) equals(found inquiry.Change) bool {
	return v.key == found.Key && len(v.columns(found)) == 0
}

// columns are those that differ.
func (v version) columns(found inquiry.Change) []column {
	var different []column
	for _, c := range []column{{"block", v.block, found.Block}, {"record", v.record, inJSON(found.Record)}, {"time", v.time, found.Time},
		{"transactionID", v.id, found.TransactionID}, {"unsound", v.unsound, found.Unsound != ""}} {
		if fmt.Sprint(c.expected) != fmt.Sprint(c.found) {
			different = append(different, c)
		}
	}
	return different
}

func (i *indexCheck) name(v version, found inquiry.Change) {
	columns := v.columns(found)
	if v.key != found.Key {
		columns = append(columns, column{"key", string(v.key), string(found.Key)})
	}
	i.differences.compare(difference{Block: v.block, Key: v.key, Transaction: v.id}, columns...)
}

func (i *indexCheck) compareNewest(found inquiry.Change, end uint64, seen map[ledger.Key]bool) {
	v, known := i.newest[found.Key]
	switch {
	case found.Block >= end && (!known || v.record != inJSON(found.Record)): // written since
		seen[found.Key] = true
		return
	case !known || seen[found.Key]:
		i.add(difference{Block: found.Block, Key: found.Key, Transaction: found.TransactionID, Column: columnRow, Expected: wordAbsent, Found: wordThere})
		return
	}
	seen[found.Key] = true
	i.Records++
	i.name(v, found)
}
