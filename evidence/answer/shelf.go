package answer

import (
	"bytes"

	"github.com/imi-ledger/imi/evidence"
	"github.com/imi-ledger/imi/evidence/head"
	"github.com/imi-ledger/imi/evidence/recent"
	"github.com/imi-ledger/imi/ledger"
)

// shelved is how many records a Shelf has ready; each takes a few kilobytes.
const shelved = 2048

// Shelf is the state of one head, with the evidence ready of the records that many answers rest on: organisations,
// credential types and batches. It is safe for concurrent use.
type Shelf struct {
	head  head.Head
	state Prover
	ready *recent.Map[ledger.Key, Proven]
}

// NewShelf begins with nothing ready.
func NewShelf(h head.Head, state Prover) *Shelf {
	return &Shelf{h, state, recent.NewMap[ledger.Key, Proven](shelved)}
}

// Head is the head whose state this is.
func (s *Shelf) Head() head.Head { return s.head }

// Recorder reads from a source that has the state of the head. It serves one verification.
func (s *Shelf) Recorder(source evidence.Source) *Recorder {
	r := NewRecorder(source, s.head, s.state)
	r.shelf = s
	return r
}

// take returns the evidence of exactly this record if it is ready: its bytes were held against the state before.
func (s *Shelf) take(key ledger.Key, record []byte) (Proven, bool) {
	if s == nil || record == nil || !isShared(key) {
		return Proven{}, false
	}
	p, ok := s.ready.Get(key)
	return p, ok && bytes.Equal(p.content, record)
}

// put makes the evidence of a record ready.
func (s *Shelf) put(p *Proven) {
	if s == nil || p.content == nil || !isShared(p.Key) {
		return
	}
	w := writer{}
	w.proven(p)
	if w.err == nil {
		p.text = w.text
		s.ready.Put(p.Key, *p)
	}
}

// show writes the evidence of a record. It reports false where the state has another one, or none.
func (s *Shelf) show(w *writer, b *basis) bool {
	if p, ready := s.take(b.key, b.record); ready {
		w.proven(&p)
		return true
	}
	digest, found, proof := s.state.Show(b.key)
	if !found || digest != b.digest {
		return false
	}
	if isShared(b.key) {
		p := newProven(b.key, b.record, digest, proof)
		s.put(&p)
	}
	w.raw(`{"key":`).string(string(b.key)).raw(`,"record":`)
	w.text = appendString(w.text, b.record)
	w.proof(&proof)
	return true
}

func isShared(key ledger.Key) bool {
	switch key.Kind() {
	case ledger.KindOrganisation, ledger.KindCredentialType, ledger.KindBatch:
		return true
	}
	return false
}
