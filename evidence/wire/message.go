package wire

import (
	"iter"

	"google.golang.org/protobuf/encoding/protowire"
)

// Message is a well-formed message in which every single field stands once: a canonical one. What is read from it are
// parts of its own bytes; nobody may change them.
type Message []byte

// find returns the first field of this number and type, as it is encoded behind its tag, and the fields behind it.
func (m Message) find(number protowire.Number, kind protowire.Type) (value []byte, rest Message, ok bool) {
	for len(m) > 0 {
		found, has, n := protowire.ConsumeTag(m)
		size := protowire.ConsumeFieldValue(found, has, m[max(n, 0):])
		if n < 0 || size < 0 {
			break // not reached: it is well-formed
		}
		value, m = m[n:n+size], m[n+size:]
		if found == number && has == kind {
			return value, m, true
		}
	}
	return nil, nil, false
}

// Bytes is a field of bytes, or nil.
func (m Message) Bytes(number protowire.Number) []byte {
	for found := range m.All(number) {
		return found
	}
	return nil
}

// Message is a field that is a message, an empty one if it is absent.
func (m Message) Message(number protowire.Number) Message { return m.Bytes(number) }

// Text is a field of text.
func (m Message) Text(number protowire.Number) string { return string(m.Bytes(number)) }

// Has reports whether there is such a message or field of bytes.
func (m Message) Has(number protowire.Number) bool {
	_, _, ok := m.find(number, protowire.BytesType)
	return ok
}

// All yields a list of bytes or messages.
func (m Message) All(number protowire.Number) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		for encoded, rest, ok := m.find(number, protowire.BytesType); ok; encoded, rest, ok = rest.find(number, protowire.BytesType) {
			value, _ := protowire.ConsumeBytes(encoded)
			if !yield(value[:len(value):len(value)]) {
				return
			}
		}
	}
}

// Number is a field that is a number of any kind but signed zigzag ones, as its 64 bits; 0 if it is absent.
func (m Message) Number(number protowire.Number) uint64 {
	encoded, _, _ := m.find(number, protowire.VarintType)
	value, _ := protowire.ConsumeVarint(encoded) // 0 of nothing
	return value
}
