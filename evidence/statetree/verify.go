package statetree

import (
	"github.com/imi-ledger/imi/ledger"
)

// VerifyRecord checks that the tree with this root has the record under the key. It needs nothing but its arguments.
func VerifyRecord(root ledger.Digest, key ledger.Key, record []byte, proof Proof) error {
	return proof.verifyRecord(root, NewLeaf(key, record))
}

func (p *Proof) verifyRecord(root ledger.Digest, leaf Leaf) error {
	if p.end != endsAtRecord {
		return refuseProof("does not show that there is a record")
	}
	return p.check(root, leaf.Key, leafHash(&leaf))
}

// VerifyAbsence checks that the tree with this root has no record under the key. Nobody else's record can stand in the
// way of one: the path of a key is the only place where the tree may have it.
func VerifyAbsence(root ledger.Digest, key ledger.Key, proof Proof) error {
	return proof.verifyAbsence(root, HashKey(key))
}

func (p *Proof) verifyAbsence(root, key ledger.Digest) error {
	switch p.end {
	case endsEmpty:
		return p.check(root, key, emptyHash)
	case endsAtOther:
		if p.other.Key == key {
			return refuseProof("shows that there is a record")
		}
		for i := range p.depth {
			if bit(p.other.Key[:], i) != bit(key[:], i) {
				return refuseProof("ends at a key that has no place there")
			}
		}
		return p.check(root, key, leafHash(&p.other))
	}
	return refuseProof("does not show that there is no record")
}

// check folds the path from its end upwards. The bits of the key say on which side each sibling is, so a proof can end
// nowhere but on the key's own path, and hashes of leaf, node and empty subtree differ, so it can end on no other level.
func (p *Proof) check(root, key, hash ledger.Digest) error {
	next := len(p.siblings)
	for level := p.depth - 1; level >= 0; level-- {
		sibling := &emptyHash
		if p.has(level) {
			next--
			sibling = &p.siblings[next]
		}
		if bit(key[:], level) == 0 {
			hash = nodeHash(&hash, sibling)
		} else {
			hash = nodeHash(sibling, &hash)
		}
	}
	if hash != root {
		return refuseProof("does not lead to the root of this state")
	}
	return nil
}

func refuseProof(rule string) error {
	return ledger.Refuse(ledger.Invalid, "proof", "the proof %s", rule)
}
