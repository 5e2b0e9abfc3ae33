package statetree

import (
	"fmt"
	"iter"
	"slices"

	"github.com/imi-ledger/imi/ledger"
)

// Build makes a tree of digests of keys and of records, as [Tree.All] yields them: each key once, in rising order.
func Build(sorted iter.Seq2[ledger.Digest, ledger.Digest]) (Tree, error) {
	var leaves []Leaf
	for key, record := range sorted {
		leaf := Leaf{Key: key, Record: record}
		if len(leaves) > 0 && byKey(leaves[len(leaves)-1], leaf) >= 0 {
			return Tree{}, fmt.Errorf("state tree: key %d is not above the one before it", len(leaves))
		}
		leaves = append(leaves, leaf)
	}
	return Tree{build(0, leaves)}, nil
}

// FromRecords makes a tree of records and their keys in any order; a key may be there only once.
func FromRecords(records iter.Seq2[ledger.Key, []byte]) (Tree, error) {
	var leaves []Leaf
	for key, record := range records {
		leaves = append(leaves, NewLeaf(key, record))
	}
	slices.SortFunc(leaves, byKey)
	for i := 1; i < len(leaves); i++ {
		if leaves[i].Key == leaves[i-1].Key {
			return Tree{}, fmt.Errorf("state tree: two records under the key with the hash %s", leaves[i].Key)
		}
	}
	return Tree{build(0, leaves)}, nil
}
