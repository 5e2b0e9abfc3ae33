// Package statetree is a Merkle map of the world state: SHA-256 of a record's key to SHA-256 of its bytes. Its root, 32
// bytes, stands for all records at once; a proof of under a kilobyte shows that a record is among them, or that under a
// key there is none.
//
// The tree is binary and follows the bits of the hashed key, the most significant bit of the first byte first. A subtree
// without records is empty, one with a single record is that leaf wherever it stands, any other is a node of two
// subtrees. So the root depends on the set of records alone, not on the order in which they were written, and it is as
// deep as the longest common beginning of two hashed keys: about 21 levels for a million records. docs/statetree.md has
// the bytes.
//
// A [Tree] is a value that never changes: an update makes another that shares with it whatever stayed the same. Readers
// keep the version they have while the next is built, without locks; what no version uses any more is garbage.
//
// Records cannot be taken out. None is ever deleted from this ledger; a block that deletes a key breaks its rules, and
// whoever replays it must say so instead of asking the tree.
package statetree
