package audit

import (
	"crypto/sha256"
	"encoding/binary"
	"math/bits"

	"google.golang.org/protobuf/encoding/protowire"

	"github.com/imi-ledger/imi/evidence/block"
	"github.com/imi-ledger/imi/ledger"
)

// commitHash is the running hash a peer keeps of its commits. Peers sign it nowhere, but equal ones say that two peers
// have had the same state after every block.
//
//	SHA-256(varint number of transactions | one byte of verdict each | updates | commit hash of the block before)
//
// Before block 1 there is none. See kvledger.addBlockCommitHash of Fabric.
func commitHash(codes []byte, updates []byte, previous []byte) ledger.Digest {
	h := sha256.New()
	h.Write(protowire.AppendVarint(nil, uint64(len(codes))))
	h.Write(codes)
	h.Write(updates)
	h.Write(previous)
	return ledger.Digest(h.Sum(nil))
}

// updateBytes encodes what a block changed as a protobuf message with one field, a list of
//
//	KVWrite { string namespace = 1; string collection = 2; bytes key = 3; bool isDelete = 4; bytes value = 5; bytes version = 6 }
//
// sorted by namespace, then public keys before collections, then key. Namespace and collection stand only in the first
// of their run. The configuration, which Fabric keeps under the empty namespace, is left out.
func updateBytes(c changes) []byte {
	var out, w []byte
	var last stateKey
	first := true
	for _, k := range c.sorted() {
		if k.namespace == "" {
			continue
		}
		v := c[k]
		w = w[:0]
		newNamespace := first || k.namespace != last.namespace
		if newNamespace {
			w = protowire.AppendString(protowire.AppendTag(w, 1, protowire.BytesType), k.namespace)
		}
		if k.collection != "" && (newNamespace || k.collection != last.collection) {
			w = protowire.AppendString(protowire.AppendTag(w, 2, protowire.BytesType), k.collection)
		}
		w = appendBytes(w, 3, []byte(k.key))
		if v.deleted {
			w = protowire.AppendVarint(protowire.AppendTag(w, 4, protowire.VarintType), 1)
		}
		w = appendBytes(w, 5, v.value)
		w = appendBytes(w, 6, versionBytes(v.version))
		out = protowire.AppendBytes(protowire.AppendTag(out, 1, protowire.BytesType), w)
		last, first = k, false
	}
	return out
}

func appendBytes(to []byte, field protowire.Number, value []byte) []byte {
	if len(value) == 0 {
		return to
	}
	return protowire.AppendBytes(protowire.AppendTag(to, field, protowire.BytesType), value)
}

// versionBytes is Fabric's order-preserving encoding: block and transaction, each as the number of its bytes and these.
func versionBytes(v block.Version) []byte {
	return appendNumber(appendNumber(nil, v.Block), v.Transaction)
}

func appendNumber(to []byte, number uint64) []byte {
	size := (bits.Len64(number) + 7) / 8
	whole := binary.BigEndian.AppendUint64(nil, number)
	return append(append(to, byte(size)), whole[8-size:]...)
}
