package evidencetest

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"github.com/imi-ledger/imi/evidence"
	"github.com/imi-ledger/imi/ledger"
)

// Resolve implements evidence.Records.
func (l *Ledger) Resolve(_ context.Context, asOf evidence.AsOf) (evidence.Position, error) {
	p := evidence.Position{BlockName: l.heads[len(l.heads)-1], Newest: l.heads[len(l.heads)-1]}
	switch {
	case asOf.Block != nil && *asOf.Block >= uint64(len(l.heads)):
		return p, evidence.ErrAhead
	case asOf.Block != nil:
		p.BlockName = l.heads[*asOf.Block]
	case !asOf.Time.IsZero():
		p.BlockName = l.heads[0]
		for _, h := range l.heads {
			if !asOf.Time.Before(h.Time) {
				p.BlockName = h
			}
		}
	}
	return p, nil
}

// Record implements evidence.Records.
func (l *Ledger) Record(_ context.Context, key ledger.Key, block uint64) (evidence.Entry, error) {
	return l.Version(key, block).Entry, nil
}

// Version is the newest version of a record up to a block.
func (l *Ledger) Version(key ledger.Key, block uint64) Version {
	for _, v := range slices.Backward(l.state[key]) {
		if v.Block <= block {
			return v
		}
	}
	return Version{Entry: evidence.Entry{Key: key}}
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
		return cmp.Or(cmp.Compare(x.Block, y.Block), cmp.Compare(x.transaction, y.transaction))
	})
	return keys[:min(limit, len(keys))], nil
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
func (l *Ledger) Keys() []ledger.Key { return slices.Sorted(maps.Keys(l.state)) }
