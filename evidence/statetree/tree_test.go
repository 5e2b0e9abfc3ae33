package statetree

import (
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/imi-ledger/imi/ledger"
)

func sortedTree(t *testing.T, set reference) Tree {
	t.Helper()
	leaves := set.leaves()
	slices.SortFunc(leaves, byKey)
	tree, err := Build(func(yield func(a, b ledger.Digest) bool) {
		for _, leaf := range leaves {
			if !yield(leaf.Key, leaf.Record) {
				return
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	return tree
}

func TestAgreesWithReference(t *testing.T) {
	random := seeded(1)
	for size := range 120 {
		for range 5 {
			set := randomSet(random, size)
			demandEqual(t, sortedTree(t, set), set)
			demandEqual(t, Tree{}.Update(set.leaves()), set)
		}
	}
	set := randomSet(random, 3000)
	demandEqual(t, sortedTree(t, set), set)
}

// blocks cuts the leaves, in random order, into random blocks. Some leaves come before with another record, in an
// earlier block or in the same.
func blocks(random *rand.Rand, leaves []Leaf) [][]Leaf {
	random.Shuffle(len(leaves), func(i, j int) { leaves[i], leaves[j] = leaves[j], leaves[i] })
	var all []Leaf
	for _, leaf := range leaves {
		if random.IntN(3) == 0 {
			all = append(all, Leaf{leaf.Key, ledger.Digest{1}})
		}
	}
	all = append(all, leaves...)
	var out [][]Leaf
	for len(all) > 0 {
		n := 1 + random.IntN(len(all))
		out, all = append(out, all[:n]), all[n:]
	}
	return out
}

func TestOrderAndBlocksDoNotMatter(t *testing.T) {
	random := seeded(2)
	for range 300 {
		set := randomSet(random, 1+random.IntN(80))
		tree := Tree{}
		for _, block := range blocks(random, set.leaves()) {
			before := slices.Clone(block)
			tree = tree.Update(block)
			if !slices.Equal(block, before) {
				t.Fatal("an update changed its argument")
			}
		}
		demandEqual(t, tree, set)
	}
}

func TestOldVersionsStay(t *testing.T) {
	random := seeded(3)
	state := reference{}
	var sets []reference
	var versions []Tree
	tree := Tree{}
	for range 60 {
		sets, versions = append(sets, maps.Clone(state)), append(versions, tree)
		block := randomSet(random, random.IntN(12)).leaves()
		for key := range state {
			if random.IntN(8) == 0 {
				block = append(block, Leaf{key, randomLeaf(random).Record})
			}
		}
		for _, leaf := range block {
			state[leaf.Key] = leaf.Record
		}
		tree = tree.Update(block)
	}
	for i, version := range versions {
		demandEqual(t, version, sets[i])
	}
}

func nodesOf(n *node, into map[*node]bool) {
	if n != nil {
		into[n] = true
		nodesOf(n.left, into)
		nodesOf(n.right, into)
	}
}

func TestVersionsShareWhatStaysTheSame(t *testing.T) {
	tree, err := FromRecords(records(0, 5000))
	if err != nil {
		t.Fatal(err)
	}
	old, fresh := map[*node]bool{}, map[*node]bool{}
	nodesOf(tree.root, old)
	nodesOf(tree.Update([]Leaf{NewLeaf("document/new", nil)}).root, fresh)
	maps.DeleteFunc(fresh, func(n *node, _ bool) bool { return old[n] })
	if len(fresh) > 30 {
		t.Errorf("one new record made %d nodes", len(fresh))
	}
	if same := tree.Update(slices.Collect(leavesOf(tree))); same != tree {
		t.Error("changes that change nothing made another tree")
	}
}

func leavesOf(tree Tree) func(func(Leaf) bool) {
	return func(yield func(Leaf) bool) {
		tree.All()(func(key, record ledger.Digest) bool { return yield(Leaf{key, record}) })
	}
}

func TestShow(t *testing.T) {
	tree, err := FromRecords(records(0, 500))
	if err != nil {
		t.Fatal(err)
	}
	show := func(tree Tree, key ledger.Key) (ledger.Digest, bool) {
		got, found, proof := tree.Show(key)
		want, err := proof.AppendText([]byte("before"))
		if text, same, again := tree.AppendShow([]byte("before"), HashKey(key)); err != nil || same != got || again != found || string(text) != string(want) {
			t.Fatalf("%s: shown as %s %v, appended as %s %v\n%s\n%s", key, got, found, same, again, want, text)
		}
		return got, found
	}
	for key, record := range records(0, 500) {
		if got, found := show(tree, key); !found || got != ledger.DigestOf(record) {
			t.Fatalf("%s: %v %s", key, found, got)
		}
	}
	for key := range records(500, 1000) {
		if got, found := show(tree, key); found || got != (ledger.Digest{}) {
			t.Fatalf("%s was found", key)
		}
	}
	if _, found := show(Tree{}, "document/a"); found {
		t.Error("found in nothing")
	}
}

func TestAllCanBeLeft(t *testing.T) {
	tree, err := FromRecords(records(0, 500))
	if err != nil {
		t.Fatal(err)
	}
	for stop := range 500 {
		seen := 0
		for range tree.All() {
			if seen == stop {
				break
			}
			seen++
		}
		if seen != stop {
			t.Fatalf("left after %d, want %d", seen, stop)
		}
	}
}

func TestBuildRefusesWhatIsNotASet(t *testing.T) {
	for _, keys := range [][]ledger.Digest{{{1}, {1}}, {{2}, {1}}, {{1}, {3}, {2}}} {
		_, err := Build(func(yield func(a, b ledger.Digest) bool) {
			for i, key := range keys {
				if !yield(key, ledger.Digest{byte(i)}) {
					return
				}
			}
		})
		if err == nil {
			t.Errorf("built of %v", keys)
		}
	}
	_, err := FromRecords(func(yield func(ledger.Key, []byte) bool) {
		_ = yield("document/a", []byte("1")) && yield("document/b", []byte("2")) && yield("document/a", []byte("1"))
	})
	if err == nil {
		t.Error("built with one key twice")
	}
}

// Prove is what Show shows but for the digest.
func (t Tree) Prove(key ledger.Key) Proof { return t.prove(HashKey(key)) }

func (t Tree) prove(key ledger.Digest) Proof {
	proof, _ := t.show(key, nil)
	return proof
}
