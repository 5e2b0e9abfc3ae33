package evidence

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/imi-ledger/imi/ledger"
)

// examination is one verification under way: it collects checks, and keeps the weightiest verdict.
type examination struct {
	Verifier
	ctx      context.Context
	asked    Asked
	position Position
	at       ledger.Time // the time that validity is judged at
	finding  Finding
	checks   []Check // those noted so far
	certain  bool    // the verdict does not depend on the ledger
}

func (v Verifier) begin(ctx context.Context, asked Asked) *examination {
	return &examination{Verifier: v, ctx: ctx, asked: asked, finding: Finding{Verdict: Valid, Reason: ReasonNone},
		checks: make([]Check, 0, len(checkNames))}
}

// beside begins an examination of another record in the same state.
func (e *examination) beside() *examination {
	other := e.begin(e.ctx, e.asked)
	other.position, other.at = e.position, e.at
	return other
}

// resolve fixes the block and the time that the whole verification speaks about.
func (e *examination) resolve() bool {
	if e.asked.Now.IsZero() || e.Channel == "" || e.Source == nil {
		return e.fault(errors.New("a verifier needs the time, a channel and a source of records"))
	}
	position, err := e.Source.Resolve(e.ctx, e.asked.AsOf)
	if errors.Is(err, ErrAhead) {
		e.fail(CheckFreshness, Indeterminate, ReasonAhead, "this block has not arrived here yet")
		return false
	}
	if err != nil {
		return e.fault(err)
	}
	e.position = position
	switch asOf := e.asked.AsOf; {
	case !asOf.Time.IsZero():
		e.at = asOf.Time
	case asOf.Block != nil:
		e.at = position.Time
	default:
		e.at = ledger.At(e.asked.Now)
	}
	return true
}

// pass notes that a check, or a part of it, went well. A failure noted before stays.
func (e *examination) pass(name CheckName, detail string, looked ...Entry) {
	c := e.note(name, looked)
	if c.Result == Skipped {
		c.Result, c.Detail = Pass, detail
	}
}

// look notes that a check looked at records without deciding anything.
func (e *examination) look(name CheckName, looked ...Entry) { e.note(name, looked) }

// fail notes that a check failed and what verdict follows.
func (e *examination) fail(name CheckName, verdict Verdict, reason Reason, detail string, looked ...Entry) {
	c := e.note(name, looked)
	if c.Result != Fail {
		c.Result, c.Detail = Fail, detail
	}
	e.conclude(verdict, reason)
}

// skip says why a check is not made, unless it was, or another reason was given.
func (e *examination) skip(name CheckName, detail string) {
	if c := e.note(name, nil); c.Result == Skipped && c.Detail == "" {
		c.Detail = detail
	}
}

func (e *examination) note(name CheckName, looked []Entry) *Check {
	c := e.noted(name)
	if c == nil {
		e.checks = append(e.checks, Check{Name: name, Result: Skipped})
		c = &e.checks[len(e.checks)-1]
	}
	for _, entry := range looked {
		l := Looked{Key: string(entry.Key), Block: e.provenBlock(entry)}
		if entry.Found() && !slices.Contains(c.LookedAt, l) {
			c.LookedAt = append(c.LookedAt, l)
		}
	}
	return c
}

// noted returns a check that was noted before, or nil.
func (e *examination) noted(name CheckName) *Check {
	for i := range e.checks {
		if e.checks[i].Name == name {
			return &e.checks[i]
		}
	}
	return nil
}

// provenBlock is the block that wrote an entry, or 0 where a head does not prove it. Block 0 holds no records.
func (e *examination) provenBlock(entry Entry) uint64 {
	if e.asked.Vouched != nil {
		return 0
	}
	return entry.Block
}

func (e *examination) conclude(verdict Verdict, reason Reason) {
	if verdict.weight() > e.finding.Verdict.weight() {
		e.finding.Verdict, e.finding.Reason = verdict, reason
	}
}

// fault notes that something could not be found out. It returns false, for what cannot go on.
func (e *examination) fault(err error) bool {
	if e.finding.Fault == nil {
		e.finding.Fault = err
	}
	var disagreement *DisagreementError
	if errors.As(err, &disagreement) {
		e.fail(CheckIntegrity, Indeterminate, ReasonDisagreement, disagreement.Error())
		return false
	}
	e.conclude(Indeterminate, ReasonFault)
	return false
}

// read reads a record in the state asked about. It reports false where there is none, none that is sound, or a fault;
// absent and unsound are for the caller to judge by the entry.
func read[T any](e *examination, key ledger.Key) (record T, entry Entry, ok bool) {
	return readAt[T](e, key, e.position.Block)
}

func readAt[T any](e *examination, key ledger.Key, block uint64) (record T, entry Entry, ok bool) {
	if e.finding.Fault != nil {
		return record, Entry{Key: key}, false
	}
	entry, err := e.Source.Record(e.ctx, key, block)
	if err != nil {
		return record, entry, e.fault(fmt.Errorf("read %s: %w", key.Kind(), err))
	}
	if entry.Key != key && entry.Found() {
		return record, entry, e.fault(fmt.Errorf("read %s: the store gave another record", key.Kind()))
	}
	if entry.Unsound != "" || entry.Record == nil {
		return record, entry, false
	}
	if record, err = decode[T](e.Memory, key, entry.Record); err != nil {
		entry.Unsound = "it is not in its canonical form"
		return record, entry, false
	}
	return record, entry, true
}

// result completes the finding: freshness, the checks that were not reached, and what the answer speaks about.
func (e *examination) result() Finding {
	if e.asked.Vouched != nil && !e.at.IsZero() {
		e.examineVouching(e.asked.Vouched)
	}
	e.freshness()
	e.skip(CheckEvidence, cmp.Or(e.asked.Unvouched, "no head was asked for")+": this answer rests on the organisation's own peer")
	f := e.finding
	f.Checks = make([]Check, len(checkNames))
	for i, name := range checkNames {
		e.skip(name, "not reached")
		f.Checks[i] = *e.noted(name)
	}
	f.AsOf = Moment{Block: e.position.Block, Time: e.at}
	f.Ledger = e.position.Newest
	if f.Verdict != Valid {
		f.Subject, f.Claims, f.Disclosed = "", nil, nil
	}
	return f
}

// freshness sees that the source had every block up to the time asked about. Where it had not, only verdicts stand that
// newer blocks cannot improve: revoked is for ever, and a period of validity is part of what was signed.
func (e *examination) freshness() {
	if e.noted(CheckFreshness) != nil || e.at.IsZero() {
		return
	}
	newest := e.position.Newest
	detail := fmt.Sprintf("block %d of %v; the newest block here is %d of %v", e.position.Block, e.position.Time, newest.Block, newest.Time)
	if e.asked.AsOf.Block != nil {
		e.pass(CheckFreshness, "the past does not change: "+detail)
		return
	}
	if e.level() {
		e.pass(CheckFreshness, fmt.Sprintf("%s; all of the peer's blocks were here %v ago", detail, e.asked.Now.Sub(e.asked.Level).Truncate(time.Millisecond)))
		return
	}
	c := e.note(CheckFreshness, nil)
	c.Result, c.Detail = Fail, "newer blocks may not have arrived yet: "+detail
	if v := e.finding.Verdict; v != Revoked && v != Expired && !e.certain {
		e.finding.Verdict, e.finding.Reason = Indeterminate, ReasonBehind
	}
}

// level reports whether the source had every block up to the time asked about. Nothing is known about times to come.
func (e *examination) level() bool {
	needed := e.asked.Now.Add(-e.MaxBehind)
	if asOf := e.asked.AsOf.Time; !asOf.IsZero() && asOf.Time().Before(needed) {
		needed = asOf.Time()
	}
	return !e.asked.Level.IsZero() && !e.asked.Level.Before(needed) && !e.at.Time().After(e.asked.Now)
}

func (e *examination) show(entry Entry, sound bool) {
	e.finding.Key = string(entry.Key)
	if sound || json.Valid(entry.Record) {
		e.finding.Record = entry.Record
	}
}
