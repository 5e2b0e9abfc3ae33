package wire

import (
	"iter"

	"google.golang.org/protobuf/encoding/protowire"
)

// Message is a well-formed message in which every single field stands once: a canonical one. What is read from it are
// parts of its own bytes; nobody may change them.
type Message []byte

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
	for range m.All(number) {
		return true
	}
	return false
}

// All yields a list of bytes or messages.
func (m Message) All(number protowire.Number) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		for rest := m; len(rest) > 0; {
			found, kind, n := protowire.ConsumeTag(rest)
			size := protowire.ConsumeFieldValue(found, kind, rest[max(n, 0):])
			if n < 0 || size < 0 {
				return // not reached: it is well-formed
			}
			if found == number && kind == protowire.BytesType {
				value, _ := protowire.ConsumeBytes(rest[n:])
				if !yield(value[:len(value):len(value)]) {
					return
				}
			}
			rest = rest[n+size:]
		}
	}
}

// Number is a field that is a number of any kind but signed zigzag ones, as its 64 bits; 0 if it is absent.
func (m Message) Number(number protowire.Number) uint64 {
	for rest := m; len(rest) > 0; {
		found, kind, n := protowire.ConsumeTag(rest)
		size := protowire.ConsumeFieldValue(found, kind, rest[max(n, 0):])
		if n < 0 || size < 0 {
			break // not reached: it is well-formed
		}
		if found == number && kind == protowire.VarintType {
			value, _ := protowire.ConsumeVarint(rest[n:])
			return value
		}
		rest = rest[n+size:]
	}
	return 0
}
