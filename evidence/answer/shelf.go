package answer

import (
	"bytes"

	"github.com/imi-ledger/imi/evidence"
	"github.com/imi-ledger/imi/evidence/head"
	"github.com/imi-ledger/imi/evidence/recent"
	"github.com/imi-ledger/imi/evidence/statetree"
	"github.com/imi-ledger/imi/ledger"
)

// shelved is how many records a Shelf has ready; each takes a few kilobytes.
const shelved = 2048

// Shelf is the state of one head, with the evidence ready of the records that many answers rest on: organisations,
// credential types and batches. It is safe for concurrent use.
type Shelf struct {
	head  head.Head
	state statetree.Tree
	ready *recent.Map[ledger.Key, Proven]
}

// NewShelf begins with nothing ready.
func NewShelf(h head.Head, state statetree.Tree) *Shelf {
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

// show writes the evidence of a record behind its key. It reports false where the state has another record, or none.
func (s *Shelf) show(w *writer, b *basis) bool {
	root := s.state.Root()
	if again := b.shown.Load(); again != nil && again.root == root {
		w.text = append(w.text, again.text...)
		return true
	}
	from := len(w.text)
	w.text = appendString(append(w.text, `,"record":`...), b.record)
	text, digest, found := s.state.AppendShow(append(w.text, `,"proof":"`...), b.leaf.Key)
	w.text = append(text, `"}`...)
	if !found || digest != b.leaf.Record {
		return false
	}
	if b.shared {
		b.shown.Store(&shown{root, bytes.Clone(w.text[from:])})
	}
	return true
}

func isShared(key ledger.Key) bool {
	switch key.Kind() {
	case ledger.KindOrganisation, ledger.KindCredentialType, ledger.KindBatch:
		return true
	}
	return false
}
