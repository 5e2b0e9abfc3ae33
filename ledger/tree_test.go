package ledger_test

import (
	"slices"
	"testing"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/imi-ledger/imi/ledger"
)

// hashes is tlog's storage over a slice: the oracle for our tree is the one of Go's checksum database.
type hashes []tlog.Hash

func (h hashes) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(indexes))
	for i, n := range indexes {
		out[i] = h[n]
	}
	return out, nil
}

func TestTreeAgreesWithTheChecksumDatabase(t *testing.T) {
	var stored hashes
	var leaves []ledger.Digest
	for n := range 70 {
		entry := []byte{byte(n), 'x'}
		leaves = append(leaves, ledger.LeafHash(entry))
		more, err := tlog.StoredHashes(int64(n), entry, stored)
		if err != nil {
			t.Fatal(err)
		}
		stored = append(stored, more...)
		size := n + 1
		want, err := tlog.TreeHash(int64(size), stored)
		if err != nil {
			t.Fatal(err)
		}
		root, whole := ledger.TreeRoot(leaves), ledger.NewTree(leaves)
		if root != ledger.Digest(want) || whole.Root() != root || whole.Len() != size {
			t.Fatalf("size %d: root differs", size)
		}
		for index := range size {
			path := ledger.TreePath(leaves, index)
			if !slices.Equal(whole.Path(index), path) {
				t.Fatalf("size %d index %d: the whole tree has another path", size, index)
			}
			proof, err := tlog.ProveRecord(int64(size), int64(index), stored)
			if err != nil || len(proof) != len(path) {
				t.Fatalf("size %d index %d: path of %d, want %d", size, index, len(path), len(proof))
			}
			for i := range path {
				if path[i] != ledger.Digest(proof[i]) {
					t.Fatalf("size %d index %d: path differs", size, index)
				}
			}
			checkPath(t, leaves, index, path, root)
		}
	}
}

func checkPath(t *testing.T, leaves []ledger.Digest, index int, path []ledger.Digest, root ledger.Digest) {
	t.Helper()
	size := len(leaves)
	if !ledger.CheckTreePath(leaves[index], index, size, path, root) {
		t.Fatalf("size %d index %d: refused", size, index)
	}
	for other := range size + 2 {
		if other != index && ledger.CheckTreePath(leaves[index], other, size, path, root) {
			t.Fatalf("size %d index %d: accepted at %d", size, index, other)
		}
	}
	if len(path) == 0 {
		return
	}
	if ledger.CheckTreePath(leaves[index], index, size, path[:len(path)-1], root) {
		t.Fatal("a shortened path was accepted")
	}
	if ledger.CheckTreePath(leaves[index], index, size, append(path[:len(path):len(path)], root), root) {
		t.Fatal("a lengthened path was accepted")
	}
	path[0][0] ^= 1
	if ledger.CheckTreePath(leaves[index], index, size, path, root) {
		t.Fatal("a changed path was accepted")
	}
	path[0][0] ^= 1
}
