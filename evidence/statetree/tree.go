package statetree

import (
	"iter"
	"slices"

	"github.com/imi-ledger/imi/ledger"
)

// Tree is one version of the state. The zero value has no records. It never changes, so any number of goroutines may
// use it; whoever follows the ledger keeps the newest in an atomic.Pointer.
type Tree struct{ root *node }

// Root returns the hash that stands for all records and their keys.
func (t Tree) Root() ledger.Digest { return *t.root.sum() }

// Len returns the number of records.
func (t Tree) Len() int { return t.root.len() }

// All yields the digests of the keys and of the records, in the order of the former.
func (t Tree) All() iter.Seq2[ledger.Digest, ledger.Digest] {
	return func(yield func(key, record ledger.Digest) bool) { t.root.each(yield) }
}

// Update returns the version with the changes of a block, in any order; t stays what it was. Of several changes of one
// key the last counts, as it does in a block.
func (t Tree) Update(changes []Leaf) Tree {
	sorted := slices.Clone(changes)
	slices.SortStableFunc(sorted, byKey)
	kept := sorted[:0]
	for i, change := range sorted {
		if i+1 == len(sorted) || sorted[i+1].Key != change.Key {
			kept = append(kept, change)
		}
	}
	return Tree{t.root.update(0, kept)}
}
