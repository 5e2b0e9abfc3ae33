package ledger

import "crypto/sha256"

// LeafHash is the RFC 6962 hash of an entry.
//
//	SHA-256(0x00 | entry)
func LeafHash(entry []byte) Digest {
	var room [1024]byte // enough for most, without memory of its own
	return sha256.Sum256(append(append(room[:0], 0), entry...))
}

// nodeHash is the RFC 6962 hash of two subtrees.
//
//	SHA-256(0x01 | left | right)
func nodeHash(left, right Digest) Digest {
	var b [1 + 2*sha256.Size]byte
	b[0] = 1
	copy(b[1:], left[:])
	copy(b[1+sha256.Size:], right[:])
	return sha256.Sum256(b[:])
}

// TreeRoot is the RFC 6962 Merkle tree hash over leaf hashes, of which there must be at least one.
func TreeRoot(leaves []Digest) Digest {
	if len(leaves) == 1 {
		return leaves[0]
	}
	k := split(len(leaves))
	return nodeHash(TreeRoot(leaves[:k]), TreeRoot(leaves[k:]))
}

// TreePath is the RFC 6962 audit path of the leaf at index, from the leaf upwards.
func TreePath(leaves []Digest, index int) []Digest {
	if len(leaves) <= 1 {
		return nil
	}
	k := split(len(leaves))
	if index < k {
		return append(TreePath(leaves[:k], index), TreeRoot(leaves[k:]))
	}
	return append(TreePath(leaves[k:], index-k), TreeRoot(leaves[:k]))
}

// Tree is a whole RFC 6962 tree, for taking many paths from it. It is the leaf hashes, and above them on each level the
// hashes of pairs; what has no partner moves up as it is. A tree of n leaves has about 2n hashes.
type Tree [][]Digest

// NewTree hashes the tree over leaf hashes, of which there must be at least one.
func NewTree(leaves []Digest) Tree {
	t := Tree{leaves}
	for level := leaves; len(level) > 1; {
		above := make([]Digest, 0, (len(level)+1)/2)
		for ; len(level) > 1; level = level[2:] {
			above = append(above, nodeHash(level[0], level[1]))
		}
		level = append(above, level...)
		t = append(t, level)
	}
	return t
}

// Root is TreeRoot of its leaves.
func (t Tree) Root() Digest { return t[len(t)-1][0] }

// Len is how many leaves there are.
func (t Tree) Len() int { return len(t[0]) }

// Path is TreePath of the leaf at index.
func (t Tree) Path(index int) []Digest {
	if len(t) == 1 {
		return nil
	}
	path := make([]Digest, 0, len(t)-1)
	for _, level := range t[:len(t)-1] {
		if sibling := index ^ 1; sibling < len(level) {
			path = append(path, level[sibling])
		}
		index /= 2
	}
	return path
}

// CheckTreePath reports whether leaf stands at index in the tree of the given size and root (RFC 9162, section 2.1.3.2).
func CheckTreePath(leaf Digest, index, size int, path []Digest, root Digest) bool {
	if index < 0 || index >= size {
		return false
	}
	at, last, hash := index, size-1, leaf
	for _, sibling := range path {
		if last == 0 {
			return false
		}
		if at&1 == 1 || at == last {
			hash = nodeHash(sibling, hash)
			for at&1 == 0 && at != 0 {
				at, last = at>>1, last>>1
			}
		} else {
			hash = nodeHash(hash, sibling)
		}
		at, last = at>>1, last>>1
	}
	return last == 0 && hash == root
}

// split is the largest power of two below n.
func split(n int) int {
	k := 1
	for k*2 < n {
		k *= 2
	}
	return k
}
