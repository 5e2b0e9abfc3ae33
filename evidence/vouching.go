package evidence

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/imi-ledger/imi/ledger"
)

// Vouching is what is known of the head that a verification rests on. With it a finding follows from the head and the
// records under it alone: it has no block numbers of records, which a head does not prove, and whoever has the same
// records and the same head finds the same, to the letter. It may serve any number of verifications; once it served one it
// is not changed.
type Vouching struct {
	Signed        map[ledger.MSPID]time.Time // when each organisation signed the head
	Organisations []ledger.MSPID             // that could have signed it
	Needed        int                        // how many must have
	MaxAge        time.Duration              // how old their signatures may be

	judged atomic.Pointer[judgement] // the last one: many answers are given in a second
}

// judgement is what follows for answers at one time under the head of one block.
type judgement struct {
	now    time.Time
	block  uint64
	enough bool
	fresh  string // what freshness says; if there are too few signatures, of them
	signed string // what evidence says if there are enough
}

// recent parts the organisations into those that signed the head recently, in order, and those that did not.
func (v *Vouching) recent(now time.Time) (signed, missing []ledger.MSPID) {
	for id, at := range v.Signed {
		if age := now.Sub(at); age <= v.MaxAge && age >= -v.MaxAge {
			signed = append(signed, id)
		}
	}
	for _, id := range v.Organisations {
		if !slices.Contains(signed, id) {
			missing = append(missing, id)
		}
	}
	slices.Sort(signed)
	slices.Sort(missing)
	return signed, missing
}

// examineVouching judges whether enough organisations vouch for the state that was read, and recently enough.
func (e *examination) examineVouching(v *Vouching) {
	j := v.judge(e.asked.Now, e.position.Block)
	if !j.enough {
		e.lackVouching(j.fresh)
		return
	}
	e.pass(CheckFreshness, j.fresh)
	if e.asked.Unproven != nil {
		if why := e.asked.Unproven(); why != "" {
			e.skip(CheckEvidence, why)
			return
		}
	}
	e.pass(CheckEvidence, j.signed)
}

// Words are what the checks freshness and evidence say at a time under the head of a block, if enough organisations vouch for it.
func (v *Vouching) Words(now time.Time, block uint64) (fresh, signed string, enough bool) {
	j := v.judge(now, block)
	return j.fresh, j.signed, j.enough
}

func (v *Vouching) judge(now time.Time, block uint64) *judgement {
	if j := v.judged.Load(); j != nil && j.block == block && j.now.Equal(now) {
		return j
	}
	signed, missing := v.recent(now)
	j := &judgement{now: now, block: block, enough: len(signed) >= v.Needed}
	at := now.UTC().Format(time.RFC3339)
	if j.enough {
		j.fresh = fmt.Sprintf("block %d was the newest when they signed; %d organisations are needed, within %v before %s", block, v.Needed, v.MaxAge, at)
		j.signed = fmt.Sprintf("the state of block %d is signed by %s", block, v.times(signed))
	} else {
		j.fresh = fmt.Sprintf("too few organisations signed the state of block %d recently: %s missing; signed by %s; %d are needed, within %v before %s",
			block, names(missing), v.times(slices.Sorted(maps.Keys(v.Signed))), v.Needed, v.MaxAge, at)
	}
	v.judged.Store(j)
	return j
}

// lackVouching leaves only verdicts that newer blocks cannot improve, and that the records themselves show.
func (e *examination) lackVouching(detail string) {
	for _, name := range []CheckName{CheckEvidence, CheckFreshness} {
		c := e.note(name, nil)
		c.Result, c.Detail = Fail, detail
	}
	if v := e.finding.Verdict; v != Revoked && v != Expired && !e.certain {
		e.finding.Verdict, e.finding.Reason = Indeterminate, ReasonCosigners
	}
}

// times lists organisations with the time of each one's signature.
func (v *Vouching) times(ids []ledger.MSPID) string {
	texts := make([]string, len(ids))
	for i, id := range ids {
		texts[i] = fmt.Sprintf("%s at %s", id, v.Signed[id].UTC().Format(time.RFC3339))
	}
	return strings.Join(texts, ", ")
}

func names(ids []ledger.MSPID) string {
	if len(ids) == 0 {
		return "nobody"
	}
	texts := make([]string, len(ids))
	for i, id := range ids {
		texts[i] = string(id)
	}
	return strings.Join(texts, ", ")
}

// DisagreementError is the error of a Source whose record is not the one that the state tree stands for: its store was
// changed behind its back.
type DisagreementError struct{ Key ledger.Key }

// Error implements error.
func (e *DisagreementError) Error() string {
	return "the store does not hold what the ledger's state has under " + string(e.Key)
}
