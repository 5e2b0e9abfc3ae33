package statetree

import (
	"github.com/imi-ledger/imi/ledger"
)

// maxDepth is reached by two hashed keys that differ in their last bit only.
const maxDepth = 8 * len(ledger.Digest{})

// ending says what stands at the end of the path that the bits of a key lead to. The zero value says nothing: a proof
// that was never made proves nothing.
type ending byte

const (
	endsAtRecord ending = 1 // the leaf of the key itself
	endsEmpty    ending = 2 // an empty subtree
	endsAtOther  ending = 3 // the leaf of another key
)

// Proof shows what the tree with a certain root has under a certain key. It is made by [Tree.Show] or decoded; what it
// is good for is said by [VerifyRecord] and [VerifyAbsence] only.
type Proof struct {
	end      ending
	depth    int             // number of levels above the end
	bitmap   [32]byte        // bit i: the sibling on level i is not empty
	siblings []ledger.Digest // those that are not empty, from the root downwards
	other    Leaf            // if it ends at another key
}

// add puts a sibling below the path so far.
func (p *Proof) add(sibling *ledger.Digest) {
	if *sibling != emptyHash {
		p.bitmap[p.depth/8] |= 0x80 >> (p.depth % 8)
		p.siblings = append(p.siblings, *sibling)
	}
	p.depth++
}

// has reports whether the sibling on that level is not empty.
func (p *Proof) has(level int) bool { return bit(p.bitmap[:], level) == 1 }

// Show returns the digest of the record under the key and the proof of it, or of there being none, in one walk.
func (t Tree) Show(key ledger.Key) (record ledger.Digest, found bool, proof Proof) {
	proof, leaf := t.show(HashKey(key), make([]ledger.Digest, 0, 32))
	if leaf == nil {
		return ledger.Digest{}, false, proof
	}
	return leaf.Record, true, proof
}

// AppendShow is Show for whoever has the hash of the key and only writes the proof: it appends its encoding, and takes no
// memory of its own.
func (t Tree) AppendShow(text []byte, key ledger.Digest) (_ []byte, record ledger.Digest, found bool) {
	var room [32]ledger.Digest
	proof, leaf := t.show(key, room[:0])
	text = proof.appendEncoded(text)
	if leaf == nil {
		return text, ledger.Digest{}, false
	}
	return text, leaf.Record, true
}

// show returns the leaf of the key too, nil where there is none. The proof has its siblings in room, if there is enough.
func (t Tree) show(key ledger.Digest, room []ledger.Digest) (Proof, *Leaf) {
	proof := Proof{siblings: room}
	n := t.root
	for n != nil && n.leaves == nil {
		next, sibling := n.left, n.right
		if bit(key[:], proof.depth) == 1 {
			next, sibling = sibling, next
		}
		proof.add(sibling.sum())
		n = next
	}
	if n == nil {
		proof.end = endsEmpty
		return proof, nil
	}
	return proof, proof.finish(key, n.leaves)
}

// finish continues the path through a bucket, whose inner hashes are not kept.
func (p *Proof) finish(key ledger.Digest, leaves []Leaf) *Leaf {
	for len(leaves) > 1 {
		next, others := split(p.depth, leaves)
		if bit(key[:], p.depth) == 1 {
			next, others = others, next
		}
		sibling := hashLeaves(p.depth+1, others)
		p.add(&sibling)
		leaves = next
	}
	switch {
	case len(leaves) == 0:
		p.end = endsEmpty
	case leaves[0].Key == key:
		p.end = endsAtRecord
		return &leaves[0]
	default:
		p.end, p.other = endsAtOther, leaves[0]
	}
	return nil
}
