package answer

import (
	"bytes"
	"context"
	"math"
	"slices"

	"github.com/imi-ledger/imi/evidence"
	"github.com/imi-ledger/imi/evidence/recent"
	"github.com/imi-ledger/imi/ledger"
)

// Memory keeps what answers have that does not depend on the head: all but a few gaps. An answer kept follows from the
// bytes of a few records and from which side of a few times it is now. So it is given again, its gaps filled anew, as long
// as the state tree of the head has exactly those records under their keys, and now is on the same side of those times. What
// a block changes needs no forgetting: the tree no longer has it. A nil Memory keeps nothing. It is safe for concurrent use.
type Memory struct {
	answers *recent.Map[Subject, *kept]
	shared  *recent.Map[ledger.Key, *basis] // records that many answers rest on, once for all of them
}

// Subject is what a kept answer is about: a record, and how who asks computed its commitment, if it is a document's.
type Subject struct {
	Key    ledger.Key
	Method ledger.CommitmentMethod
}

// NewMemory keeps at least that many answers, and at most twice as many; each takes some three kilobytes.
func NewMemory(answers int) *Memory {
	if answers <= 0 {
		return nil
	}
	return &Memory{recent.NewMap[Subject, *kept](answers), recent.NewMap[ledger.Key, *basis](shelved)}
}

// kept is an answer with gaps.
type kept struct {
	verdict evidence.Verdict
	at      ledger.Time     // when it was found
	held    []ledger.Period // against that time
	bases   []*basis
	lists   []listing
	text    []byte
	gaps    []gap
}

// basis is a record that an answer rests on.
type basis struct {
	key    ledger.Key
	record []byte
	digest ledger.Digest
}

// Again appends the answer that was kept about a subject, as it is now. It reports false where there is none, or it may have
// become another one; then the text is as it was.
func (m *Memory) Again(text []byte, about Subject, now *Standing, links evidence.Links) ([]byte, evidence.Verdict, bool) {
	if m == nil || !now.enough {
		return text, "", false
	}
	k, ok := m.answers.Get(about)
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
	return w.text, w.err == nil
}

// holds reports whether the answer still follows, if the records are the same.
func (k *kept) holds(now *Standing, links evidence.Links) bool {
	for _, p := range k.held {
		if p.Side(now.now) != p.Side(k.at) {
			return false
		}
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
	k := &kept{verdict: v.Verdict, at: now.now, held: v.Held, lists: r.lists}
	for i := range r.records {
		b, ok := m.basis(&r.records[i])
		if !ok {
			return text, false
		}
		k.bases = append(k.bases, b)
	}
	var room [16]gap
	w := writer{text: text, standing: now, bases: k.bases, gaps: room[:0]}
	w.verification(v)
	if w.err != nil {
		return text, false
	}
	k.text, k.gaps = bytes.Clone(w.text[len(text):]), slices.Clone(w.gaps)
	for i := range k.gaps {
		k.gaps[i].at -= int32(len(text))
	}
	m.answers.Put(about, k)
	return k.fill(text, now)
}

// sound reports whether a finding is one that only the records it names speak for or against.
func sound(f *evidence.Finding) bool {
	switch f.Verdict {
	case evidence.Valid, evidence.Expired, evidence.Suspended, evidence.Revoked:
		return !slices.ContainsFunc(f.Notarisations, func(n evidence.Finding) bool { return !sound(&n) })
	}
	return false
}

func (m *Memory) basis(p *Proven) (*basis, bool) {
	if p.content == nil {
		return nil, false
	}
	if !isShared(p.Key) {
		return &basis{p.Key, p.content, p.digest}, true
	}
	b, ok := m.shared.Get(p.Key)
	if !ok || b.digest != p.digest {
		b = &basis{p.Key, p.content, p.digest}
		m.shared.Put(p.Key, b)
	}
	return b, true
}
