package evidencetest

import (
	"context"
	"slices"

	"github.com/imi-ledger/imi/evidence"
	"github.com/imi-ledger/imi/ledger"
)

// Resolve implements evidence.Records.
func (l *Ledger) Resolve(_ context.Context, asOf evidence.AsOf) (evidence.Position, error) {
	p := evidence.Position{Head: l.heads[len(l.heads)-1], Newest: l.heads[len(l.heads)-1]}
	switch {
	case asOf.Block != nil && *asOf.Block >= uint64(len(l.heads)):
		return p, evidence.ErrAhead
	case asOf.Block != nil:
		p.Head = l.heads[*asOf.Block]
	case !asOf.Time.IsZero():
		p.Head = l.heads[0]
		for _, h := range l.heads {
			if !asOf.Time.Before(h.Time) {
				p.Head = h
			}
		}
	}
	return p, nil
}

// Record implements evidence.Records.
func (l *Ledger) Record(_ context.Context, key ledger.Key, block uint64) (evidence.Entry, error) {
	for _, v := range slices.Backward(l.state[key]) {
		if v.Block <= block {
			return v.Entry, nil
		}
	}
	return evidence.Entry{Key: key}, nil
}

// Notarisations implements evidence.Links.
func (l *Ledger) Notarisations(_ context.Context, document ledger.Digest, block uint64, limit int) ([]ledger.Key, error) {
	var keys []ledger.Key
	for key, versions := range l.state {
		n, err := ledger.Decode[ledger.Notarisation](versions[0].Record, ledger.MaxRecord)
		if key.Kind() == ledger.KindNotarisation && err == nil && n.Statement.Document == document && versions[0].Block <= block {
			keys = append(keys, key)
		}
	}
	slices.SortFunc(keys, func(a, b ledger.Key) int {
		x, y := l.state[a][0], l.state[b][0]
		return int(x.Block) - int(y.Block) + (x.transaction-y.transaction)*boolInt(x.Block == y.Block)
	})
	return keys[:min(limit, len(keys))], nil
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

// BatchPath implements evidence.Links.
func (l *Ledger) BatchPath(_ context.Context, root ledger.Digest, index int) ([]ledger.Digest, error) {
	leaves := l.batch[root]
	if index < 0 || index >= len(leaves) {
		return nil, nil
	}
	return ledger.TreePath(leaves, index), nil
}

// Keys lists every key there is a record under, sorted.
func (l *Ledger) Keys() []ledger.Key {
	var keys []ledger.Key
	for key := range l.state {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}
