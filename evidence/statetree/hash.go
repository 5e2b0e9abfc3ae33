package statetree

import (
	"crypto/sha256"

	"github.com/imi-ledger/imi/ledger"
)

// The beginnings of what is hashed. None is the beginning of another, so that a leaf can never be taken for a node or
// for an empty subtree, and no other hash of this ledger starts with one of them.
const (
	emptyTag = "imi state empty v1\x00"
	leafTag  = "imi state leaf v1\x00"
	nodeTag  = "imi state node v1\x00"
)

// emptyHash is the hash of a subtree without records. It is not zero, so that a root which was never set stands for no
// tree, and nothing can be shown to be absent from it.
//
//	SHA-256("imi state empty v1" 0x00)
var emptyHash = ledger.Digest(sha256.Sum256([]byte(emptyTag)))

// leafHash is the hash of a subtree with a single record. It has the whole hashed key, because where the leaf stands
// shows only the first bits.
//
//	SHA-256("imi state leaf v1" 0x00 | SHA-256(key) | SHA-256(record))
func leafHash(leaf *Leaf) ledger.Digest { return hashPair(leafTag, &leaf.Key, &leaf.Record) }

// nodeHash is the hash of a subtree with two or more records: left are those whose hashed key has a 0 at the depth of
// the node, right those with a 1. One of them may be empty.
//
//	SHA-256("imi state node v1" 0x00 | left | right)
func nodeHash(left, right *ledger.Digest) ledger.Digest { return hashPair(nodeTag, left, right) }

func hashPair(tag string, first, second *ledger.Digest) ledger.Digest {
	var b [len(nodeTag) + 2*sha256.Size]byte // both tags have this length
	rest := b[copy(b[:], tag):]
	copy(rest[copy(rest, first[:]):], second[:])
	return sha256.Sum256(b[:])
}

// bit returns bit i of b, counted from the most significant of the first byte.
func bit(b []byte, i int) byte { return b[i/8] >> (7 - i%8) & 1 }
