package answer

import (
	"context"
	"errors"
	"slices"

	"github.com/imi-ledger/imi/evidence"
	"github.com/imi-ledger/imi/evidence/head"
	"github.com/imi-ledger/imi/evidence/statetree"
	"github.com/imi-ledger/imi/ledger"
)

// Prover finds the places of records in a state tree, as statetree.Tree does.
type Prover interface {
	// Show returns the digest of the record under a key, if there is one, and the proof of either.
	Show(key ledger.Key) (record ledger.Digest, found bool, proof statetree.Proof)
}

// Recorder is a source that reads the state of one head and collects evidence of everything it was asked for. It serves
// one verification.
type Recorder struct {
	source   evidence.Source
	state    Prover
	shelf    *Shelf // may be nil
	position evidence.Position
	records  []Proven
	paths    []Path
	lists    []listing
	unproven string
}

var _ evidence.Source = (*Recorder)(nil)

// listing is the notarisations of a document that the source knows.
type listing struct {
	document ledger.Digest
	limit    int
	keys     []ledger.Key
}

// NewRecorder reads from a source that has the state of the head.
func NewRecorder(source evidence.Source, h head.Head, state Prover) *Recorder {
	at := evidence.BlockName{Block: h.Block}
	copy(at.Hash[:], h.BlockHash[:])
	return &Recorder{source: source, state: state, position: evidence.Position{BlockName: at, Newest: at}, records: make([]Proven, 0, 4)}
}

// Resolve implements evidence.Records: there is one state only.
func (r *Recorder) Resolve(_ context.Context, asOf evidence.AsOf) (evidence.Position, error) {
	if asOf.Block != nil || !asOf.Time.IsZero() {
		return evidence.Position{}, errors.New("a head proves no state but its own")
	}
	return r.position, nil
}

// Record implements evidence.Records. A record that is not the one the tree stands for is refused: somebody changed the
// store.
func (r *Recorder) Record(ctx context.Context, key ledger.Key, block uint64) (evidence.Entry, error) {
	entry, err := r.source.Record(ctx, key, block)
	switch {
	case err != nil:
		return entry, err
	case block != r.position.Block:
		r.unproven = "it rests on an earlier state of the trust registry, which a head does not prove"
		return entry, nil
	}
	if entry.Unsound != "" { // what the tree has under this key is the last that the rules made
		r.unproven = "it rests on a record that the rules of the ledger do not make, which a head does not prove"
		return entry, nil
	}
	proven, ready := r.shelf.take(key, entry.Record)
	if !ready {
		if proven, err = r.prove(key, entry.Record); err != nil {
			return entry, err
		}
		r.shelf.put(&proven)
	}
	if !slices.ContainsFunc(r.records, func(p Proven) bool { return p.Key == key }) {
		r.records = append(r.records, proven)
	}
	return entry, nil
}

// prove makes the evidence of a record, or of nothing, if that is what the tree stands for.
func (r *Recorder) prove(key ledger.Key, record []byte) (Proven, error) {
	digest, found, proof := r.state.Show(key)
	if found != (record != nil) || (found && digest != ledger.DigestOf(record)) {
		return Proven{}, &evidence.DisagreementError{Key: key}
	}
	return newProven(key, record, digest, proof), nil
}

// Notarisations implements evidence.Links.
func (r *Recorder) Notarisations(ctx context.Context, document ledger.Digest, block uint64, limit int) ([]ledger.Key, error) {
	keys, err := r.source.Notarisations(ctx, document, block, limit)
	r.lists = append(r.lists, listing{document, limit, keys})
	return keys, err
}

// BatchPath implements evidence.Links.
func (r *Recorder) BatchPath(ctx context.Context, root ledger.Digest, index int) ([]ledger.Digest, error) {
	path, err := r.source.BatchPath(ctx, root, index)
	same := func(p Path) bool { return p.Root == root && p.Index == index }
	if err == nil && !slices.ContainsFunc(r.paths, same) {
		r.paths = append(r.paths, Path{root, index, path})
	}
	return path, err
}

// Unproven says why the evidence does not show everything that was read; empty: it does.
func (r *Recorder) Unproven() string { return r.unproven }

// Evidence is what was collected, under a signed head.
func (r *Recorder) Evidence(note string, cosigners int, maxAgeSeconds int64) *Evidence {
	e := &Evidence{Head: note, Cosigners: cosigners, MaxAge: maxAgeSeconds, Records: r.records, Paths: r.paths}
	for _, l := range r.lists {
		e.Notarisations = append(e.Notarisations, l.keys...)
	}
	return e
}
