package answer

import (
	"time"

	"github.com/imi-ledger/imi/evidence"
	"github.com/imi-ledger/imi/ledger"
)

// Standing is how a head stands at one second: what all answers under it in that second have in common. It does not change.
type Standing struct {
	shelf   *Shelf
	seconds int64                  // now, since 1970
	enough  bool                   // organisations vouch for the head
	texts   [gapsOfStanding]string // what stands in the gaps that are the same in all answers
}

// Standing is the standing of the shelf's head, whose signed note is given, at a time.
func (s *Shelf) Standing(note string, vouching *evidence.Vouching, now time.Time) *Standing {
	t := &Standing{shelf: s, seconds: now.Unix()}
	fresh, signed, enough := vouching.Words(now, s.head.Block)
	t.enough = enough
	t.texts[gapFresh] = text(func(w *writer) { w.string(fresh) })
	t.texts[gapSigned] = text(func(w *writer) { w.string(signed) })
	t.texts[gapMoment] = text(func(w *writer) { w.moment(evidence.Moment{Block: s.head.Block, Time: ledger.At(now)}) })
	t.texts[gapBlock] = text(func(w *writer) { w.number(s.head.Block) })
	t.texts[gapHash] = text(func(w *writer) { w.string(s.head.BlockHash.String()) })
	t.texts[gapNote] = text(func(w *writer) { w.string(note) })
	return t
}

func text(write func(*writer)) string {
	var w writer
	write(&w)
	return string(w.text)
}

// gap is a place in a kept answer where something is put each time it is given.
type gap struct {
	at    int32 // in the text around the gaps
	kind  gapKind
	basis uint8 // of gapRecord and gapProven: which record
}

type gapKind uint8

// What is put into gaps.
const (
	gapFresh  gapKind = iota // what the check freshness says
	gapSigned                // what the check evidence says
	gapMoment                // block and time
	gapBlock                 // number of the block
	gapHash                  // its hash
	gapNote                  // the signed head
	gapsOfStanding
	gapRecord = gapsOfStanding // a record
	gapProven = gapRecord + 1  // behind a key: its record as text, with its place in the state tree
)
