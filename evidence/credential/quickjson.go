package credential

import (
	"bytes"
	"encoding/json"
	"unicode/utf8"
)

// quickJSON reads what nearly all credentials hold in one pass: JSON without escapes in its strings and with whole numbers
// only. It reports false for anything else, good or bad, which decodeJSON then reads and judges.
func quickJSON(data []byte) (any, bool) {
	if !utf8.Valid(data) || bytes.IndexByte(data, '\\') >= 0 {
		return nil, false
	}
	q := quick{data: data}
	value, ok := q.value(0)
	q.space()
	return value, ok && q.at == len(data)
}

// quick walks over JSON. Each method reads what it is named after.
type quick struct {
	data []byte
	at   int
}

func (q *quick) space() {
	for q.at < len(q.data) {
		switch q.data[q.at] {
		case ' ', '\t', '\r', '\n':
			q.at++
		default:
			return
		}
	}
}

// next returns the byte behind white space, 0 at the end.
func (q *quick) next() byte {
	q.space()
	if q.at < len(q.data) {
		return q.data[q.at]
	}
	return 0
}

func (q *quick) skip(text string) bool {
	if !bytes.HasPrefix(q.data[q.at:], []byte(text)) {
		return false
	}
	q.at += len(text)
	return true
}

func (q *quick) value(depth int) (any, bool) {
	switch c := q.next(); {
	case c == '"':
		return q.string()
	case c == '{' && depth < maxDepth:
		return q.object(depth)
	case c == '[' && depth < maxDepth:
		return q.array(depth)
	case c == 't':
		return true, q.skip("true")
	case c == 'f':
		return false, q.skip("false")
	case c == 'n':
		return nil, q.skip("null")
	}
	return q.number()
}

func (q *quick) string() (string, bool) {
	q.at++
	first := q.at
	for ; q.at < len(q.data); q.at++ {
		switch c := q.data[q.at]; {
		case c == '"':
			q.at++
			return string(q.data[first : q.at-1]), true
		case c < ' ':
			return "", false
		}
	}
	return "", false
}

func (q *quick) number() (json.Number, bool) {
	first := q.at
	q.skip("-")
	digits := q.at
	for q.at < len(q.data) && '0' <= q.data[q.at] && q.data[q.at] <= '9' {
		q.at++
	}
	ok := q.at > digits && (q.data[digits] != '0' || q.at == digits+1)
	return json.Number(q.data[first:q.at]), ok // a fraction or an exponent is left behind, and refused as something else
}

func (q *quick) object(depth int) (map[string]any, bool) {
	object := map[string]any{}
	q.at++
	if q.next() == '}' {
		q.at++
		return object, true
	}
	for {
		if q.next() != '"' {
			return nil, false
		}
		name, ok := q.string()
		if _, twice := object[name]; !ok || twice || q.next() != ':' {
			return nil, false
		}
		q.at++
		if object[name], ok = q.value(depth + 1); !ok {
			return nil, false
		}
		if q.next() != ',' {
			return object, q.skip("}")
		}
		q.at++
	}
}

func (q *quick) array(depth int) ([]any, bool) {
	array := []any{}
	q.at++
	if q.next() == ']' {
		q.at++
		return array, true
	}
	for {
		value, ok := q.value(depth + 1)
		if !ok {
			return nil, false
		}
		array = append(array, value)
		if q.next() != ',' {
			return array, q.skip("]")
		}
		q.at++
	}
}
