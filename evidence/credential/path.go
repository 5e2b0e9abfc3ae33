package credential

import (
	"strconv"
	"strings"
)

// A path names one claim inside a payload: "name", "address.district", "nationalities[0]". The index of an array element
// is its position in what the issuer signed, disclosed or not. A name that could be mistaken for something else stands in
// brackets and quotes: ["a.b"].c

func child(parent, name string) string {
	switch {
	case name == "" || strings.ContainsAny(name, `.[]"\`):
		return parent + "[" + strconv.Quote(name) + "]"
	case parent == "":
		return name
	}
	return parent + "." + name
}

func element(parent string, index int) string { return parent + "[" + strconv.Itoa(index) + "]" }

// anyElement is the path pattern of all elements of an array.
func anyElement(parent string) string { return parent + "[]" }

// within reports whether a path is another one or lies beneath it.
func within(path, ancestor string) bool {
	rest, ok := strings.CutPrefix(path, ancestor)
	return ok && (rest == "" || rest[0] == '.' || rest[0] == '[')
}

// place is a path not yet written out. Writing the path of every value of a payload would let a sender of 64 KiB, one
// long name with many values beneath it, use up a verifier's memory.
type place struct {
	parent  *place // nil at the top
	name    string
	index   int
	element bool
}

// String returns the path.
func (p *place) String() string {
	switch {
	case p == nil:
		return ""
	case p.element:
		return element(p.parent.String(), p.index)
	}
	return child(p.parent.String(), p.name)
}
