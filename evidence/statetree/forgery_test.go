package statetree

import (
	"crypto/sha256"
	"slices"
	"testing"

	"github.com/imi-ledger/imi/ledger"
)

// above returns the proof cut off at a level, and the two hashes that the node there is made of.
func above(proof Proof, leaf Leaf, level int) (cut Proof, left, right ledger.Digest) {
	hash := leafHash(&leaf)
	siblings := slices.Clone(proof.siblings)
	for i := proof.depth - 1; i >= level; i-- {
		sibling := emptyHash
		if proof.has(i) {
			sibling = siblings[len(siblings)-1]
			siblings = siblings[:len(siblings)-1]
		}
		left, right = hash, sibling
		if bit(leaf.Key[:], i) == 1 {
			left, right = sibling, hash
		}
		hash = nodeHash(&left, &right)
	}
	cut = proof
	cut.depth, cut.siblings = level, siblings
	return cut, left, right
}

// TestNodeIsNoLeaf lets a forger stop at every node of a path and call it a leaf, or an empty subtree, or go on below the
// leaf. The check of the bits of the other key is left out, to show that the hashes alone withstand.
func TestNodeIsNoLeaf(t *testing.T) {
	random := seeded(5)
	set := randomSet(random, 60)
	tree := sortedTree(t, set)
	root := tree.Root()
	for key, record := range set {
		leaf := Leaf{key, record}
		proof := tree.prove(key)
		for level := range proof.depth {
			cut, left, right := above(proof, leaf, level)
			if node := nodeHash(&left, &right); cut.check(root, key, node) != nil {
				t.Fatal("the path was not cut at a node")
			}
			posing := Leaf{left, right}
			if cut.check(root, key, leafHash(&posing)) == nil || cut.check(root, key, emptyHash) == nil {
				t.Fatalf("a node on level %d passed as something else", level)
			}
		}
		if proof.depth < maxDepth {
			below := proof
			below.siblings = slices.Clone(proof.siblings)
			sibling := leafHash(&leaf)
			below.add(&sibling)
			if below.check(root, key, sibling) == nil || below.check(root, key, emptyHash) == nil {
				t.Fatal("something below a leaf was accepted")
			}
		}
	}
}

// TestHashesHaveTheirOwnDomains compares the beginnings with those of every other hash of the ledger's formats.
func TestHashesHaveTheirOwnDomains(t *testing.T) {
	tags := []string{emptyTag, leafTag, nodeTag, "\x00", "\x01", "imi ledger signature v1\x00", "imi document commitment v1\x00",
		"imi certificate number v1\x00", "imi person tag v1\x00"}
	for i, a := range tags {
		for j, b := range tags {
			if i != j && len(a) <= len(b) && b[:len(a)] == a {
				t.Errorf("%q begins with %q", b, a)
			}
		}
	}
	if len(leafTag) != len(nodeTag) {
		t.Error("the tags of leaf and node differ in length")
	}
	if emptyHash != ledger.Digest(sha256.Sum256([]byte("imi state empty v1\x00"))) {
		t.Error("another empty hash")
	}
}

// TestOtherKeyMustBelongThere shows the one absence proof whose hashes are right and whose key is not: of a tree that was
// not built by the rules.
func TestOtherKeyMustBelongThere(t *testing.T) {
	stray, asked, honest := Leaf{Key: ledger.Digest{0xff}}, ledger.Digest{0x01}, Leaf{Key: ledger.Digest{0xfe}}
	strayHash, honestHash := leafHash(&stray), leafHash(&honest)
	root := nodeHash(&strayHash, &honestHash) // the stray leaf is left, where keys begin with 0
	proof := Proof{end: endsAtOther, other: stray}
	proof.add(&honestHash)
	if proof.check(root, asked, strayHash) != nil {
		t.Fatal("the hashes are not right")
	}
	if proof.verifyAbsence(root, asked) == nil {
		t.Error("a key that has no place there was accepted")
	}
}
