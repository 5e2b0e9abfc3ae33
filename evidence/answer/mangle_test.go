package answer_test

import (
	"bytes"
	"encoding/json"
	"slices"
	"testing"
)

// node is a JSON value with the order of its members kept.
type node struct {
	raw     json.RawMessage // of a string, number, true, false or null
	members []member        // of an object or, without names, an array
	open    byte            // '{', '[' or 0
}

type member struct {
	name  string
	value *node
}

func parse(t testing.TB, text []byte) *node {
	t.Helper()
	n := &node{}
	trimmed := bytes.TrimSpace(text)
	if trimmed[0] != '{' && trimmed[0] != '[' {
		n.raw = bytes.Clone(trimmed)
		return n
	}
	n.open = trimmed[0]
	d := json.NewDecoder(bytes.NewReader(trimmed))
	if _, err := d.Token(); err != nil {
		t.Fatal(err)
	}
	for d.More() {
		var m member
		if n.open == '{' {
			token, err := d.Token()
			if err != nil {
				t.Fatal(err)
			}
			m.name = token.(string)
		}
		var raw json.RawMessage
		if err := d.Decode(&raw); err != nil {
			t.Fatal(err)
		}
		m.value = parse(t, raw)
		n.members = append(n.members, m)
	}
	return n
}

func (n *node) write(b *bytes.Buffer) {
	if n.open == 0 {
		b.Write(n.raw)
		return
	}
	b.WriteByte(n.open)
	for i, m := range n.members {
		if i > 0 {
			b.WriteByte(',')
		}
		if n.open == '{' {
			name, _ := json.Marshal(m.name) // a string always encodes
			b.Write(name)
			b.WriteByte(':')
		}
		m.value.write(b)
	}
	b.WriteByte(n.open + 2) // '}' and ']' stand two behind
}

func (n *node) text() []byte {
	var b bytes.Buffer
	n.write(&b)
	b.WriteByte('\n')
	return b.Bytes()
}

// mangled lists an answer with each member in turn dropped, doubled, swapped with the next, and replaced by the donor's.
func mangled(t testing.TB, text, donor []byte) [][]byte {
	root := parse(t, text)
	if !bytes.Equal(root.text(), text) {
		t.Fatalf("the test does not write what it reads:\n%s\n%s", root.text(), text)
	}
	var out [][]byte
	var walk func(n, donor *node)
	walk = func(n, donor *node) {
		original := n.members
		try := func(members []member) {
			n.members = members
			out = append(out, root.text())
			n.members = original
		}
		for i, m := range original {
			try(slices.Delete(slices.Clone(original), i, i+1))
			try(slices.Insert(slices.Clone(original), i, m))
			if i+1 < len(original) {
				swapped := slices.Clone(original)
				swapped[i], swapped[i+1] = swapped[i+1], swapped[i]
				try(swapped)
				swapped = slices.Clone(original)
				swapped[i].value, swapped[i+1].value = swapped[i+1].value, swapped[i].value
				try(swapped)
			}
			given := donor.find(m.name, i, n.open)
			if given != nil {
				replaced := slices.Clone(original)
				replaced[i].value = given
				try(replaced)
				walk(m.value, given)
			}
		}
	}
	walk(root, parse(t, donor))
	return out
}

// find is the member of the same name, or in an array at the same place.
func (n *node) find(name string, place int, open byte) *node {
	if n.open != open {
		return nil
	}
	for i, m := range n.members {
		if m.name == name && (open == '{' || i == place) {
			return m.value
		}
	}
	return nil
}
