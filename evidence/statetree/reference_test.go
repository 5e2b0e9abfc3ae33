package statetree

import (
	"crypto/sha256"
	"fmt"
	"maps"
	"math/rand/v2"
	"testing"

	"github.com/imi-ledger/imi/ledger"
)

// reference is the tree as docs/statetree.md defines it, in the shortest way: no order, no sharing, nothing kept.
type reference map[ledger.Digest]ledger.Digest

func (r reference) root() ledger.Digest { return r.hash(0) }

func (r reference) hash(depth int) ledger.Digest {
	switch len(r) {
	case 0:
		return sha256.Sum256([]byte("imi state empty v1\x00"))
	case 1:
		for key, record := range r {
			return sha256.Sum256([]byte("imi state leaf v1\x00" + string(key[:]) + string(record[:])))
		}
	}
	half := [2]reference{{}, {}}
	for key, record := range r {
		half[r.side(key, depth)][key] = record
	}
	left, right := half[0].hash(depth+1), half[1].hash(depth+1)
	return sha256.Sum256([]byte("imi state node v1\x00" + string(left[:]) + string(right[:])))
}

// side reads the bit from the text of the digest, on purpose in another way than the package.
func (reference) side(key ledger.Digest, depth int) int {
	return int(fmt.Sprintf("%08b", key[depth/8])[depth%8] - '0')
}

func (r reference) leaves() []Leaf {
	var all []Leaf
	for key, record := range r {
		all = append(all, Leaf{key, record})
	}
	return all
}

// randomLeaf has one of a few beginnings of various lengths, so that paths get long and have empty siblings.
func randomLeaf(random *rand.Rand) Leaf {
	var leaf Leaf
	for i := range leaf.Key {
		leaf.Key[i], leaf.Record[i] = byte(random.Uint32()), byte(random.Uint32())
	}
	if random.IntN(3) == 0 {
		clear(leaf.Key[:random.IntN(32)])
		leaf.Key[31] &= 3
	}
	return leaf
}

func randomSet(random *rand.Rand, size int) reference {
	set := reference{}
	for len(set) < size {
		leaf := randomLeaf(random)
		set[leaf.Key] = leaf.Record
	}
	return set
}

func seeded(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 0)) }

func contentOf(tree Tree) reference { return maps.Collect(tree.All()) }

func demandEqual(t *testing.T, tree Tree, want reference) {
	t.Helper()
	if tree.Root() != want.root() {
		t.Fatalf("%d records: root %s, want %s", len(want), tree.Root(), want.root())
	}
	if tree.Len() != len(want) || !maps.Equal(contentOf(tree), want) {
		t.Fatalf("%d records: the tree holds %d others", len(want), tree.Len())
	}
}
