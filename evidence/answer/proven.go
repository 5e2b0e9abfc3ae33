package answer

import (
	"context"
	"fmt"

	"github.com/imi-ledger/imi/evidence"
	"github.com/imi-ledger/imi/evidence/head"
	"github.com/imi-ledger/imi/evidence/statetree"
	"github.com/imi-ledger/imi/ledger"
)

// errMissing says that an answer rests on something that its evidence does not show.
var errMissing = refuse("evidence", "it does not show everything the answer rests on")

// proven is a source of nothing but what the evidence of an answer proves, all checked before. It is its own Prover.
type proven struct {
	records       map[ledger.Key]Proven
	paths         map[place][]ledger.Digest
	notarisations []ledger.Key
}

type place struct {
	root  ledger.Digest
	index int
}

// prove checks every proof against the head.
func (e *Evidence) prove(h head.Head) (*proven, error) {
	p := &proven{records: map[ledger.Key]Proven{}, paths: map[place][]ledger.Digest{}, notarisations: e.Notarisations}
	for _, r := range e.Records {
		if _, err := ledger.ParseKey(string(r.Key)); err != nil {
			return nil, err
		}
		var err error
		if r.Record == nil {
			err = statetree.VerifyAbsence(h.StateRoot, r.Key, r.Proof)
		} else {
			err = statetree.VerifyRecord(h.StateRoot, r.Key, []byte(*r.Record), r.Proof)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", r.Key, err)
		}
		p.records[r.Key] = r
	}
	for _, path := range e.Paths {
		if path.Path != nil && len(path.Path) == 0 {
			return nil, refuse("evidence.paths", "an empty path is written null") // one form
		}
		p.paths[place{path.Root, path.Index}] = path.Path // whoever uses it holds it against the signed root
	}
	return p, nil
}

// Resolve implements evidence.Records; a Recorder stands in front and knows the block.
func (p *proven) Resolve(context.Context, evidence.AsOf) (evidence.Position, error) {
	return evidence.Position{}, errMissing
}

// Entry is a record without what a head does not prove: which block and which transaction wrote it.
func (p *proven) Entry(key ledger.Key) (evidence.Entry, error) {
	r, ok := p.records[key]
	if !ok {
		return evidence.Entry{Key: key}, errMissing
	}
	entry := evidence.Entry{Key: key}
	if r.Record != nil {
		entry.Record = []byte(*r.Record)
	}
	return entry, nil
}

// Notarisations implements evidence.Links. That a gateway lists others than those it should changes no verdict: each is
// proven by itself.
func (p *proven) Notarisations(_ context.Context, _ ledger.Digest, _ uint64, limit int) ([]ledger.Key, error) {
	return p.notarisations[:min(limit, len(p.notarisations))], nil
}

// BatchPath implements evidence.Links.
func (p *proven) BatchPath(_ context.Context, root ledger.Digest, index int) ([]ledger.Digest, error) {
	path, ok := p.paths[place{root, index}]
	if !ok {
		return nil, errMissing
	}
	return path, nil
}

// source gives proven the method of evidence.Records.
type source struct{ *proven }

// Record implements evidence.Records.
func (s source) Record(_ context.Context, key ledger.Key, _ uint64) (evidence.Entry, error) {
	return s.Entry(key)
}

// Show implements Prover.
func (p *proven) Show(key ledger.Key) (ledger.Digest, bool, statetree.Proof) {
	r, ok := p.records[key]
	if !ok || r.Record == nil {
		return ledger.Digest{}, false, r.Proof
	}
	return ledger.DigestOf([]byte(*r.Record)), true, r.Proof
}
