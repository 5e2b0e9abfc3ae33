package answer

import (
	"bytes"
	"context"
	"math"
	"slices"
	"sync/atomic"

	"github.com/imi-ledger/imi/evidence"
	"github.com/imi-ledger/imi/evidence/recent"
	"github.com/imi-ledger/imi/evidence/statetree"
	"github.com/imi-ledger/imi/ledger"
)

// Memory keeps what answers have that does not depend on the head: all but a few gaps. An answer kept follows from the
// bytes of a few records and from which side of a few times it is now. So it is given again, its gaps filled anew, as long
// as the state tree of the head has exactly those records under their keys, and now is on the same side of those times. What
// a block changes needs no forgetting: the tree no longer has it. A nil Memory keeps nothing. It is safe for concurrent use.
type Memory struct {
	answers *recent.Map[subject, *kept]
	shared  *recent.Map[ledger.Key, *basis] // records that many answers rest on, once for all of them
}

// Subject is what a kept answer is about: a record, and how who asks computed its commitment, if it is a document's.
type Subject struct {
	Key    ledger.Key
	Method ledger.CommitmentMethod
}

// subject is a Subject without pointers: of hundreds of thousands none is in the processor's caches when it is asked about,
// and each pointer that is followed costs as much as hashing a key.
type subject struct {
	key    ledger.Digest
	salted bool
	plain  bool
}

func (s Subject) compact() subject {
	return subject{statetree.HashKey(s.Key), s.Method == ledger.SaltedDigest, s.Method == ledger.PlainDigest}
}

// NewMemory keeps at least that many answers, and at most twice as many; each takes some three kilobytes.
func NewMemory(answers int) *Memory {
	if answers <= 0 {
		return nil
	}
	return &Memory{recent.NewMap[subject, *kept](answers), recent.NewMap[ledger.Key, *basis](shelved)}
}

// kept is an answer with gaps. What most have lies side by side in one piece of memory.
type kept struct {
	verdict     evidence.Verdict
	from, until int64 // in this time it holds, seconds since 1970; until is not in it
	text        []byte
	gaps        []gap
	bases       []*basis
	lists       []listing
	room        struct {
		gaps  [12]gap
		bases [4]*basis
		own   basis
	}
}

// basis is a record that an answer rests on.
type basis struct {
	leaf   statetree.Leaf
	record []byte
	shared bool                  // many answers rest on it
	shown  atomic.Pointer[shown] // then: as it was written last
}

// shown is the evidence of a record in the state with a root, as text.
type shown struct {
	root ledger.Digest
	text []byte
}

// Again appends the answer that was kept about a subject, as it is now. It reports false where there is none, or it may have
// become another one; then the text is as it was.
func (m *Memory) Again(text []byte, about Subject, now *Standing, links evidence.Links) ([]byte, evidence.Verdict, bool) {
	if m == nil || !now.enough {
		return text, "", false
	}
	k, ok := m.answers.Get(about.compact())
	if !ok || !k.holds(now, links) {
		return text, "", false
	}
	again, ok := k.fill(text, now)
	return again, k.verdict, ok
}

// fill appends the answer with something in its gaps. It reports false where the state has not the same records.
func (k *kept) fill(text []byte, now *Standing) ([]byte, bool) {
	w := writer{text: text}
	from := int32(0)
	for _, g := range k.gaps {
		w.text = append(w.text, k.text[from:g.at]...)
		from = g.at
		switch g.kind {
		case gapRecord:
			w.text = append(w.text, k.bases[g.basis].record...)
		case gapProven:
			if !now.shelf.show(&w, k.bases[g.basis]) {
				return text, false
			}
		default:
			w.text = append(w.text, now.texts[g.kind]...)
		}
	}
	w.text = append(w.text, k.text[from:]...)
	return w.text, true
}

// holds reports whether the answer still follows, if the records are the same.
func (k *kept) holds(now *Standing, links evidence.Links) bool {
	if now.seconds < k.from || now.seconds >= k.until {
		return false
	}
	for _, l := range k.lists {
		keys, err := links.Notarisations(context.Background(), l.document, now.shelf.head.Block, l.limit)
		if err != nil || !slices.Equal(keys, l.keys) {
			return false
		}
	}
	return true
}

// Keep keeps an answer with its evidence, which a recorder of the standing's shelf collected, and appends it. It reports false,
// and does neither, for answers that are rarely given twice: no record, or one that is not as it must be.
func (m *Memory) Keep(text []byte, about Subject, v *Verification, r *Recorder, now *Standing) ([]byte, bool) {
	if m == nil || !now.enough || v.Evidence == nil || !sound(&v.Finding) || len(r.records) > math.MaxUint8 {
		return text, false
	}
	k := &kept{verdict: v.Verdict, lists: r.lists}
	k.from, k.until = span(v.Held, now.seconds)
	k.bases = k.room.bases[:0]
	for i := range r.records {
		b := m.basis(&r.records[i], k)
		if b == nil {
			return text, false
		}
		k.bases = append(k.bases, b)
	}
	w := writer{text: text, standing: now, records: r.records, gaps: k.room.gaps[:0]}
	w.verification(v)
	if w.err != nil {
		return text, false
	}
	k.text, k.gaps = bytes.Clone(w.text[len(text):]), w.gaps
	for i := range k.gaps {
		k.gaps[i].at -= int32(len(text))
	}
	m.answers.Put(about.compact(), k)
	return k.fill(text, now)
}

// span is the longest time around a moment in which no period begins or ends.
func span(periods []ledger.Period, at int64) (from, until int64) {
	from, until = math.MinInt64, math.MaxInt64
	for _, p := range periods {
		for _, t := range []ledger.Time{p.From, p.Until} {
			if seconds := t.Time().Unix(); t.IsZero() {
				continue
			} else if seconds <= at {
				from = max(from, seconds)
			} else {
				until = min(until, seconds)
			}
		}
	}
	return from, until
}

// sound reports whether a finding is one that only the records it names speak for or against.
func sound(f *evidence.Finding) bool {
	switch f.Verdict {
	case evidence.Valid, evidence.Expired, evidence.Suspended, evidence.Revoked:
		return !slices.ContainsFunc(f.Notarisations, func(n evidence.Finding) bool { return !sound(&n) })
	}
	return false
}

// basis is what an answer has of a record; nil if that is none.
func (m *Memory) basis(p *Proven, k *kept) *basis {
	if p.content == nil {
		return nil
	}
	leaf := statetree.Leaf{Key: statetree.HashKey(p.Key), Record: p.digest}
	if isShared(p.Key) {
		b, ok := m.shared.Get(p.Key)
		if !ok || b.leaf != leaf {
			b = &basis{leaf: leaf, record: p.content, shared: true}
			m.shared.Put(p.Key, b)
		}
		return b
	}
	b := &k.room.own
	if b.record != nil {
		b = new(basis)
	}
	b.leaf, b.record = leaf, p.content
	return b
}
