package statetree

import (
	"encoding/base64"
	"fmt"
	"slices"
	"testing"

	"github.com/imi-ledger/imi/ledger"
)

// refusedVectors are what a reader must refuse, of every kind there is: true proofs for something else, and other
// encodings of true proofs.
func refusedVectors(t *testing.T, states []stateVector) []claimVector {
	t.Helper()
	twenty, changed := states[4], states[5]
	there, absent := twenty.Proofs[7], twenty.Proofs[8]
	text := "{}"
	all := []claimVector{
		{"another record", there.Root, there.Key, &text, there.Proof, ""},
		{"record of an older state", changed.Root, there.Key, there.Record, there.Proof, ""},
		{"record of another key", there.Root, keyOf(3), there.Record, there.Proof, ""},
		{"absence by the proof of a record", there.Root, there.Key, nil, there.Proof, ""},
		{"record by a proof of absence", absent.Root, absent.Key, &text, absent.Proof, ""},
		{"absence in an older state", states[3].Root, absent.Key, nil, absent.Proof, ""},
		{"a root that was never set", ledger.Digest{}, absent.Key, nil, states[0].Proofs[0].Proof, ""},
		{"padding", there.Root, there.Key, there.Record, there.Proof + "=", ""},
		{"a line break", there.Root, there.Key, there.Record, there.Proof + "\n", ""},
		{"no text", there.Root, there.Key, there.Record, "", ""},
	}
	for name, change := range mangledVectors {
		all = append(all, change.of(t, name, states))
	}
	slices.SortStableFunc(all[10:], func(a, b claimVector) int { return slices.Compare([]byte(a.Name), []byte(b.Name)) })
	for _, v := range all {
		if v.verify() == nil {
			t.Fatalf("%s: accepted", v.Name)
		}
	}
	return all
}

// mangle changes the bytes of a proof of one of the states.
type mangle struct {
	state, proof int
	change       func(p *Proof, data []byte) []byte
}

var mangledVectors = map[string]mangle{
	"ending changed to empty":      {4, 7, func(_ *Proof, data []byte) []byte { return set(data, 0, 2) }},
	"unknown ending":               {4, 7, func(_ *Proof, data []byte) []byte { return set(data, 0, 0) }},
	"last byte missing":            {4, 7, func(_ *Proof, data []byte) []byte { return data[:len(data)-1] }},
	"a byte too many":              {4, 7, func(_ *Proof, data []byte) []byte { return append(data, 0) }},
	"a bit of a sibling":           {4, 7, func(_ *Proof, data []byte) []byte { return set(data, 40, data[40]^1) }},
	"a bitmap bit below the end":   {4, 7, func(_ *Proof, data []byte) []byte { return set(data, 3, data[3]|1) }},
	"depth over 256":               {0, 0, func(_ *Proof, data []byte) []byte { return set(data, 1, 2) }},
	"empty sibling at the end":     {4, 7, func(p *Proof, _ []byte) []byte { p.depth++; return p.bytes() }},
	"empty sibling spelled out":    {3, 0, spellOut},
	"the record's leaf as another": {4, 7, func(p *Proof, _ []byte) []byte { p.end = endsAtOther; return p.bytes() }},
	"siblings swapped": {4, 7, func(p *Proof, _ []byte) []byte {
		p.siblings[0], p.siblings[1] = p.siblings[1], p.siblings[0]
		return p.bytes()
	}},
}

// spellOut writes the first empty sibling as its hash.
func spellOut(p *Proof, _ []byte) []byte {
	p.bitmap[0] |= 0x80
	p.siblings = slices.Insert(p.siblings, 0, emptyHash)
	return p.bytes()
}

func (m mangle) of(t *testing.T, name string, states []stateVector) claimVector {
	t.Helper()
	v := states[m.state].Proofs[m.proof]
	var proof Proof
	if err := proof.UnmarshalText([]byte(v.Proof)); err != nil {
		t.Fatal(err)
	}
	data := m.change(&proof, proof.bytes())
	return claimVector{name, v.Root, v.Key, v.Record, base64.RawURLEncoding.EncodeToString(data), fmt.Sprintf("%x", data)}
}
