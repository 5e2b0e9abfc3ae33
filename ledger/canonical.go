package ledger

import (
	"bytes"
	"slices"
	"strings"

	"github.com/gowebpki/jcs"
)

// canonicalise puts JSON without white space into the form of RFC 8785. It may change the bytes it is given.
//
// What encoding/json makes of the types of this package lacks nothing but the order of members, so that is all that is
// done here, in place. A text that may lack more is left to jcs, which is slow: one with numbers other than integers of
// up to 15 digits, with escapes that begin with \u, or with names that are not plain ASCII.
func canonicalise(text []byte) ([]byte, error) {
	s := sorter{text: text, members: make([]member, 0, 16)}
	if s.value() && s.at == len(text) {
		return text, nil
	}
	return jcs.Transform(text) // nothing but whole members can have been moved
}

// sorter walks over JSON. Each method walks over what it is named after and reports whether that is canonical now.
type sorter struct {
	text    []byte
	at      int
	members []member // of all objects around at, the innermost last
	moved   []byte   // scratch
}

// member is where a member of an object stands: "name":value.
type member struct{ begin, nameEnd, end int }

func (s *sorter) value() bool {
	switch c := s.peek(); {
	case c == '{':
		return s.object()
	case c == '[':
		return s.array()
	case c == '"':
		return s.string()
	case c == '-' || isDigit(c):
		return s.number()
	}
	return s.skip("true") || s.skip("false") || s.skip("null")
}

// peek returns the next byte, or 0 at the end.
func (s *sorter) peek() byte {
	if s.at < len(s.text) {
		return s.text[s.at]
	}
	return 0
}

// skip walks over exactly this, if it is there.
func (s *sorter) skip(expected string) bool {
	if !bytes.HasPrefix(s.text[s.at:], []byte(expected)) {
		return false
	}
	s.at += len(expected)
	return true
}

func (s *sorter) array() bool {
	if s.skip("[]") {
		return true
	}
	for s.at++; s.value(); s.at++ {
		if s.peek() != ',' {
			return s.skip("]")
		}
	}
	return false
}

func (s *sorter) object() bool {
	if s.skip("{}") {
		return true
	}
	first := len(s.members)
	for s.at++; s.member(); s.at++ {
		if s.peek() != ',' {
			sorted := s.sort(s.members[first:])
			s.members = s.members[:first]
			return s.skip("}") && sorted
		}
	}
	return false
}

func (s *sorter) member() bool {
	m := member{begin: s.at}
	if s.peek() != '"' || !s.string() {
		return false
	}
	m.nameEnd = s.at - 1
	for _, c := range s.name(m) {
		if c == '\\' || c > '~' {
			return false
		}
	}
	if !s.skip(":") || !s.value() {
		return false
	}
	m.end = s.at
	s.members = append(s.members, m)
	return true
}

func (s *sorter) name(m member) []byte { return s.text[m.begin+1 : m.nameEnd] }

// sort puts the members of an object in the order of their names, which must differ. RFC 8785 goes by UTF-16 code units;
// in ASCII that is the order of the bytes.
func (s *sorter) sort(members []member) bool {
	if s.inOrder(members) {
		return true
	}
	begin, end := members[0].begin, members[len(members)-1].end
	slices.SortFunc(members, func(a, b member) int { return bytes.Compare(s.name(a), s.name(b)) })
	if !s.inOrder(members) {
		return false // one name twice
	}
	s.moved = slices.Grow(s.moved[:0], end-begin+1)
	for _, m := range members {
		s.moved = append(append(s.moved, s.text[m.begin:m.end]...), ',')
	}
	copy(s.text[begin:], s.moved[:len(s.moved)-1])
	return true
}

func (s *sorter) inOrder(members []member) bool {
	for i := range members[1:] {
		if bytes.Compare(s.name(members[i]), s.name(members[i+1])) >= 0 {
			return false
		}
	}
	return true
}

// string walks over a string. The escapes it lets pass are the only way to write their characters.
func (s *sorter) string() bool {
	for s.at++; s.at < len(s.text); s.at++ {
		switch c := s.text[s.at]; {
		case c == '"':
			s.at++
			return true
		case c == '\\':
			if s.at++; strings.IndexByte(`"\bfnrt`, s.peek()) < 0 {
				return false
			}
		case c < ' ':
			return false
		}
	}
	return false
}

// number walks over an integer that is exact wherever numbers are floating.
func (s *sorter) number() bool {
	negative := s.skip("-")
	first := s.at
	for isDigit(s.peek()) {
		s.at++
	}
	digits := s.text[first:s.at]
	if len(digits) == 0 || len(digits) > 15 {
		return false
	}
	return digits[0] != '0' || (len(digits) == 1 && !negative)
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }
