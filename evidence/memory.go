package evidence

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"

	"github.com/imi-ledger/imi/evidence/recent"
	"github.com/imi-ledger/imi/ledger"
)

// Memory remembers what does not change from one verification to the next: how the bytes of a record decode, and which
// signatures over which bytes by which keys were found good. It holds no answers: whether a record or a key counts is found
// out each time. A nil Memory remembers nothing. It is safe for concurrent use.
type Memory struct {
	records    *recent.Map[ledger.Key, decoded]
	signatures *recent.Map[ledger.Digest, struct{}]
}

// decoded is a record as it was read, and what ledger.Decode made of exactly those bytes.
type decoded struct {
	record []byte
	value  any // a pointer
}

// NewMemory remembers at least that many records, and twice as many signatures; a record has one, an identity two.
func NewMemory(records int) *Memory {
	return &Memory{records: recent.NewMap[ledger.Key, decoded](records), signatures: recent.NewMap[ledger.Digest, struct{}](2 * records)}
}

// decode is ledger.Decode for the record under a key.
func decode[T any](m *Memory, key ledger.Key, record []byte) (T, error) {
	if m == nil {
		return ledger.Decode[T](record, ledger.MaxRecord)
	}
	if known, ok := m.records.Get(key); ok && bytes.Equal(known.record, record) {
		if value, ok := known.value.(*T); ok {
			return *value, nil
		}
	}
	value, err := ledger.Decode[T](record, ledger.MaxRecord)
	if err == nil {
		m.records.Put(key, decoded{record, &value})
	}
	return value, err
}

// verify reports whether a key made a signature over a statement of a channel, given in canonical form.
func (m *Memory) verify(channel string, key ledger.PublicKey, statement []byte, signature ledger.Signature) bool {
	if m == nil {
		return key.Verify(ledger.SigningBytes(channel, statement), signature)
	}
	id := signatureID(channel, key, statement, signature)
	if _, good := m.signatures.Get(id); good {
		return true
	}
	if !key.Verify(ledger.SigningBytes(channel, statement), signature) {
		return false
	}
	m.signatures.Put(id, struct{}{})
	return true
}

// signatureID stands for a signature, what it is over and the key it is by.
//
//	SHA-256(for each of channel, crv, kty, x, y: uint32 length | bytes | signature (64 bytes) | statement)
func signatureID(channel string, key ledger.PublicKey, statement []byte, signature ledger.Signature) ledger.Digest {
	var room [2048]byte // enough for most, without memory of its own
	text := room[:0]
	for _, part := range [...]string{channel, key.Crv, key.Kty, key.X, key.Y} {
		text = binary.BigEndian.AppendUint32(text, uint32(len(part)))
		text = append(text, part...)
	}
	text = append(text, signature[:]...)
	return sha256.Sum256(append(text, statement...))
}
