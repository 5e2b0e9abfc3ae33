package statetree

import (
	"bytes"
	"testing"

	"github.com/imi-ledger/imi/ledger"
)

// twoLevels is a proof with an empty sibling on its first level and one that is not on its second, built by hand.
func twoLevels(change func(*Proof)) []byte {
	p := Proof{end: endsEmpty}
	empty, other := emptyHash, ledger.Digest{9}
	p.add(&empty)
	p.add(&other)
	if change != nil {
		change(&p)
	}
	return p.bytes()
}

func TestOneLegalEncoding(t *testing.T) {
	good := twoLevels(nil)
	if proof, err := parseProof(good); err != nil || !bytes.Equal(proof.bytes(), good) {
		t.Fatalf("the good one: %v", err)
	}
	for name, bad := range map[string][]byte{
		"nothing":                    {},
		"no depth":                   {2, 0},
		"no ending":                  twoLevels(func(p *Proof) { p.end = 0 }),
		"unknown ending":             twoLevels(func(p *Proof) { p.end = 4 }),
		"no bitmap":                  {2, 0, 2},
		"bit below the end":          twoLevels(func(p *Proof) { p.bitmap[0] |= 0x20; p.siblings = append(p.siblings, ledger.Digest{8}) }),
		"empty sibling at the end":   twoLevels(func(p *Proof) { p.depth = 3 }),
		"empty sibling spelled out":  twoLevels(func(p *Proof) { p.bitmap[0] |= 0x80; p.siblings = []ledger.Digest{emptyHash, {9}} }),
		"a sibling too many":         twoLevels(func(p *Proof) { p.siblings = append(p.siblings, ledger.Digest{8}) }),
		"a sibling too few":          twoLevels(func(p *Proof) { p.siblings = nil }),
		"no other key":               twoLevels(func(p *Proof) { p.end = endsAtOther })[:4+32],
		"another key at its own":     append(twoLevels(nil), make([]byte, 64)...),
		"too deep":                   append([]byte{2, 1, 1}, bytes.Repeat([]byte{0xff}, 33+257*32)...),
		"deeper than the bytes hold": {2, 0xff, 0xff, 0xff},
	} {
		if _, err := parseProof(bad); ledger.CodeOf(err) != ledger.Malformed {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestCaps(t *testing.T) {
	longest := Proof{end: endsAtOther}
	for range maxDepth {
		longest.add(&ledger.Digest{1})
	}
	if len(longest.bytes()) != MaxProof {
		t.Fatalf("the longest proof has %d bytes", len(longest.bytes()))
	}
	text, err := longest.MarshalText()
	if err != nil {
		t.Fatal(err)
	}
	var back Proof
	if err := back.UnmarshalText(text); err != nil {
		t.Fatal(err)
	}
	if err := back.UnmarshalText(append(text, 'A')); ledger.CodeOf(err) != ledger.TooLarge {
		t.Fatalf("one character more: %v", err)
	}
}

func TestRefusedTextLeavesTheProofAlone(t *testing.T) {
	tree, err := FromRecords(records(0, 20))
	if err != nil {
		t.Fatal(err)
	}
	proof := tree.Prove(keyNumber(3))
	before := proof.bytes()
	for _, text := range []string{"", "A", "AAAA", "AQAAAA", "AQ AA", "AQAB\n", "AQAA=", "????"} {
		if proof.UnmarshalText([]byte(text)) == nil {
			t.Errorf("%q was accepted", text)
		}
	}
	if !bytes.Equal(proof.bytes(), before) {
		t.Error("a refused text changed the proof")
	}
}

func (p *Proof) bytes() []byte { return p.appendBytes(nil) }
