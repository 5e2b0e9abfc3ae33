package statetree

import (
	"bytes"

	"github.com/imi-ledger/imi/ledger"
)

// Leaf is what the tree knows of a record.
type Leaf struct {
	Key    ledger.Digest // SHA-256 of the record's key
	Record ledger.Digest // SHA-256 of the record's bytes
}

// NewLeaf hashes a record and its key.
func NewLeaf(key ledger.Key, record []byte) Leaf {
	return Leaf{Key: HashKey(key), Record: ledger.DigestOf(record)}
}

// HashKey returns the SHA-256 of a key.
func HashKey(key ledger.Key) ledger.Digest {
	var room [128]byte // enough for most, without memory of its own
	return ledger.DigestOf(append(room[:0], key...))
}

func byKey(a, b Leaf) int { return bytes.Compare(a.Key[:], b.Key[:]) }

// split parts sorted leaves that agree in the first depth bits by the next bit.
func split(depth int, leaves []Leaf) (zeros, ones []Leaf) {
	low, high := 0, len(leaves)
	for low < high {
		middle := (low + high) / 2
		if bit(leaves[middle].Key[:], depth) == 0 {
			low = middle + 1
		} else {
			high = middle
		}
	}
	return leaves[:low], leaves[low:]
}

// hashLeaves returns the hash of the subtree of the sorted leaves that agree in the first depth bits. This is the whole
// definition of the tree; everything else is about not doing it again.
func hashLeaves(depth int, leaves []Leaf) ledger.Digest {
	switch len(leaves) {
	case 0:
		return emptyHash
	case 1:
		return leafHash(&leaves[0])
	}
	zeros, ones := split(depth, leaves)
	left, right := hashLeaves(depth+1, zeros), hashLeaves(depth+1, ones)
	return nodeHash(&left, &right)
}

// merge appends to room the sorted leaves of both; where both have a key, that of changes counts.
func merge(room, old, changes []Leaf) []Leaf {
	for len(old) > 0 && len(changes) > 0 {
		order := byKey(old[0], changes[0])
		if order < 0 {
			room, old = append(room, old[0]), old[1:]
			continue
		}
		if order == 0 {
			old = old[1:]
		}
		room, changes = append(room, changes[0]), changes[1:]
	}
	return append(append(room, old...), changes...)
}
