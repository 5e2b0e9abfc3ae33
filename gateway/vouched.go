package gateway

import (
	"time"

	"github.com/imi-ledger/imi/evidence"
	"github.com/imi-ledger/imi/evidence/answer"
	"github.com/imi-ledger/imi/gateway/heads"
	"github.com/imi-ledger/imi/ledger"
)

// vouched is what an answer about now rests on: the newest state that enough organisations signed, or why there is none.
type vouched struct {
	on    bool           // answers need a head
	best  heads.Cosigned // the state; without signatures when none has enough
	shelf *answer.Shelf  // of that state; nil when none has enough signatures
	why   string         // why answers do without a head

	recorder *answer.Recorder // of what one verification reads of that state
}

// vouch takes a head ready-made.
func (a *api) vouch(past bool) vouched {
	keeper := a.witness.keeper.Load()
	switch {
	case past:
		return vouched{why: "a head proves the newest state, not a past one"}
	case keeper == nil:
		return vouched{why: "this gateway has no head key"}
	}
	best, ok := keeper.Best()
	if !ok {
		return vouched{on: true}
	}
	return vouched{on: true, best: best, shelf: a.shelfOf(best.State)}
}

// recorded has what is read of the state recorded.
func (a *api) recorded(v vouched) vouched {
	if v.shelf != nil {
		v.recorder = v.shelf.Recorder(a.index)
	}
	return v
}

// shelfOf returns the shelf of a state; all answers under one head share it.
func (a *api) shelfOf(state heads.State) *answer.Shelf {
	shelf := a.shelf.Load()
	if shelf == nil || shelf.Head() != state.Head {
		shelf = answer.NewShelf(state.Head, state.Tree)
		a.shelf.Store(shelf)
	}
	return shelf
}

// asked is when and about what a verification asks. Under a head, times are whole seconds, as the answer writes them.
func (a *api) asked(asOf evidence.AsOf, v vouched) evidence.Asked {
	asked := evidence.Asked{Now: a.now(), Level: a.follower.lag().CaughtUp, AsOf: asOf, Unvouched: v.why}
	if !v.on {
		return asked
	}
	s := a.standingOf(v, asked.Now)
	asked.Now, asked.Vouched = s.now, &s.vouching
	if v.recorder != nil {
		asked.Unproven = v.recorder.Unproven
	}
	return asked
}

// standing is how a head stands at one second: the same for all answers in it.
type standing struct {
	now              time.Time
	note             string
	registry         *[]ledger.Organisation
	vouching         evidence.Vouching
	*answer.Standing // nil when no state has enough signatures
}

func (a *api) standingOf(v vouched, now time.Time) *standing {
	registry := a.witness.registry.Load()
	now = now.UTC().Truncate(time.Second)
	s := a.standing.Load()
	if s == nil || !s.now.Equal(now) || s.note != v.best.Note || s.registry != registry {
		s = &standing{now: now, note: v.best.Note, registry: registry, vouching: evidence.Vouching{Signed: v.best.Times,
			Organisations: a.witness.signatories(), Needed: a.witness.cosigners, MaxAge: time.Duration(a.maxAgeSeconds()) * time.Second}}
		if v.shelf != nil {
			s.Standing = v.shelf.Standing(s.note, &s.vouching, now)
		}
		a.standing.Store(s)
	}
	return s
}

// verifierOf reads the vouched state, or where there is none the index.
func (a *api) verifierOf(v vouched) evidence.Verifier {
	verifier := a.verifier
	if v.recorder != nil {
		verifier.Source = v.recorder
	}
	return verifier
}

// evidence is what was collected, with the limits of the verdict where there is one; nil where it would not show the whole answer.
func (a *api) evidence(v vouched, cosigners int, maxAge int64) *answer.Evidence {
	if v.recorder == nil || v.recorder.Unproven() != "" {
		return nil
	}
	return v.recorder.Evidence(v.best.Note, cosigners, maxAge)
}

func (a *api) maxAgeSeconds() int64 { return int64(a.maxLag / time.Second) }

// signatories are the organisations with a head key in the trust registry.
func (w *witness) signatories() []ledger.MSPID {
	var ids []ledger.MSPID
	for id := range w.keysNow() {
		ids = append(ids, id)
	}
	return ids
}
