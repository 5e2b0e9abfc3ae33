package statetree

import (
	"encoding/json"
	"testing"

	"github.com/imi-ledger/imi/ledger"
)

// throughText encodes and decodes, as every proof does that leaves the program.
func throughText(t *testing.T, proof Proof) Proof {
	t.Helper()
	text, err := json.Marshal(proof)
	if err != nil {
		t.Fatal(err)
	}
	var back Proof
	if err := json.Unmarshal(text, &back); err != nil {
		t.Fatal(err)
	}
	return back
}

// demandProof checks that the proof of the key holds, and that the contrary cannot be shown with it.
func demandProof(t *testing.T, tree Tree, root ledger.Digest, set reference, key ledger.Digest) ending {
	t.Helper()
	proof := throughText(t, tree.prove(key))
	record, present := set[key]
	if _, leaf := tree.show(key, nil); (leaf != nil) != present || (present && *leaf != Leaf{key, record}) {
		t.Fatalf("%d records: shown %v, present %v", len(set), leaf, present)
	}
	there, absent := proof.verifyRecord(root, Leaf{key, record}), proof.verifyAbsence(root, key)
	if (there == nil) != present || (absent == nil) == present {
		t.Fatalf("%d records, present %v: %v, %v", len(set), present, there, absent)
	}
	if proof.verifyRecord(root, Leaf{key, ledger.Digest{5}}) == nil {
		t.Fatal("another record was accepted")
	}
	return proof.end
}

func TestProofs(t *testing.T) {
	random := seeded(4)
	seen := map[ending]int{}
	deepest := 0
	for size := range 40 {
		set := randomSet(random, size)
		tree, root := sortedTree(t, set), set.root()
		for key := range set {
			seen[demandProof(t, tree, root, set, key)]++
			deepest = max(deepest, tree.prove(key).depth)
			for range 4 { // neighbours: the path leaves the record's own at any height
				near := key
				i := random.IntN(256)
				near[i/8] ^= 0x80 >> (i % 8)
				seen[demandProof(t, tree, root, set, near)]++
			}
		}
		seen[demandProof(t, tree, root, set, randomLeaf(random).Key)]++
	}
	if seen[endsAtRecord] < 500 || seen[endsEmpty] < 100 || seen[endsAtOther] < 500 || deepest < 250 {
		t.Errorf("too little was tried: %v, deepest %d", seen, deepest)
	}
}

func TestDeepestProof(t *testing.T) {
	var first, second Leaf
	second.Key[31] = 1
	set := reference{first.Key: {1}, second.Key: {2}}
	tree, root := sortedTree(t, set), set.root()
	if proof := tree.prove(first.Key); proof.depth != maxDepth {
		t.Fatalf("depth %d", proof.depth)
	}
	demandProof(t, tree, root, set, first.Key)
	demandProof(t, tree, root, set, second.Key)
	for i := range maxDepth {
		other := first.Key
		other[i/8] ^= 0x80 >> (i % 8)
		demandProof(t, tree, root, set, other)
	}
}

func TestProofOfAnotherVersion(t *testing.T) {
	old, err := FromRecords(records(0, 400))
	if err != nil {
		t.Fatal(err)
	}
	key := keyNumber(400)
	absent := old.Prove(key)
	tree := old.Update([]Leaf{NewLeaf(key, []byte("here"))})
	if err := VerifyAbsence(old.Root(), key, absent); err != nil {
		t.Fatal(err)
	}
	if err := VerifyAbsence(tree.Root(), key, absent); ledger.CodeOf(err) != ledger.Invalid {
		t.Fatalf("the old absence counts for the new state: %v", err)
	}
	if err := VerifyRecord(tree.Root(), key, []byte("here"), tree.Prove(key)); err != nil {
		t.Fatal(err)
	}
	if err := VerifyRecord(old.Root(), key, []byte("here"), tree.Prove(key)); ledger.CodeOf(err) != ledger.Invalid {
		t.Fatalf("the new record counts for the old state: %v", err)
	}
}

func TestNothingProvesNothing(t *testing.T) {
	var never Proof
	if VerifyRecord(Tree{}.Root(), "document/a", nil, never) == nil || VerifyAbsence(Tree{}.Root(), "document/a", never) == nil {
		t.Error("a proof that was never made was accepted")
	}
	if _, err := never.MarshalText(); err == nil {
		t.Error("a proof that was never made was encoded")
	}
	if VerifyAbsence(ledger.Digest{}, "document/a", Tree{}.Prove("document/a")) == nil {
		t.Error("a root that was never set is an empty tree")
	}
	if err := VerifyAbsence(Tree{}.Root(), "document/a", Tree{}.Prove("document/a")); err != nil {
		t.Error(err)
	}
}
