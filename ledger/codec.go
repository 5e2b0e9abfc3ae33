package ledger

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"unicode/utf8"
)

// Limits on one encoded value, in bytes.
const (
	MaxRecord  = 256 << 10 // a record or a request about one record
	MaxRequest = 4 << 20   // a batch request
)

// Encode returns the canonical form of v: JSON as RFC 8785 (JCS) has it. Only types of this package are passed, so a
// failure is a fault of the program.
func Encode(v any) ([]byte, error) {
	if text := encodePlain(v); text != nil {
		return text, nil
	}
	var written bytes.Buffer
	encoder := json.NewEncoder(&written)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		return nil, fmt.Errorf("encode %T: %w", v, err)
	}
	canonical, err := canonicalise(bytes.TrimSuffix(written.Bytes(), []byte("\n")))
	if err != nil {
		return nil, fmt.Errorf("encode %T: %w", v, err)
	}
	return canonical, nil
}

// Decode reads the canonical form of a T of at most limit bytes and refuses everything else: unknown, missing, repeated
// and differently capitalised fields, null, other spacing or number forms, invalid UTF-8, trailing bytes. The test is
// that the value must encode to the very bytes it was read from.
func Decode[T any](data []byte, limit int) (T, error) {
	var zero T
	if len(data) > limit {
		return zero, Refuse(TooLarge, "", "at most %d bytes, got %d", limit, len(data))
	}
	if !utf8.Valid(data) {
		return zero, Refuse(Malformed, "", "must be UTF-8")
	}
	if v, ok := decodePlain[T](data); ok {
		return v, nil
	}
	return decodeAny[T](data)
}

// decodeAny is Decode for text of any shape.
func decodeAny[T any](data []byte) (T, error) {
	var v, zero T
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&v); err != nil {
		return zero, decodeRefusal(err)
	}
	if _, err := decoder.Token(); err != io.EOF {
		return zero, Refuse(Malformed, "", "nothing may follow the JSON value")
	}
	canonical, err := Encode(v)
	if err != nil {
		return zero, Refuse(Malformed, "", "has no canonical form")
	}
	if !bytes.Equal(canonical, data) {
		return zero, Refuse(Malformed, "", "must be canonical JSON (RFC 8785) with exactly the fields of its type; first difference at byte %d",
			firstDifference(canonical, data))
	}
	return v, nil
}

func firstDifference(a, b []byte) int {
	n := min(len(a), len(b))
	for i := range n {
		if a[i] != b[i] {
			return i
		}
	}
	return n
}
