package statetree

import (
	"bytes"
	"testing"

	"github.com/imi-ledger/imi/ledger"
)

// FuzzProofText: whatever is decoded encodes to the same text, and checking it ends without a panic.
func FuzzProofText(f *testing.F) {
	for _, c := range oneOfEach(claimsOf(f, 20)) {
		proof, err := parseProof(c.proof)
		if err != nil {
			f.Fatal(err)
		}
		text, err := proof.MarshalText()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var proof Proof
		if proof.UnmarshalText(text) != nil {
			return
		}
		again, err := proof.MarshalText()
		if err != nil || !bytes.Equal(again, text) {
			t.Fatalf("%q became %q, %v", text, again, err)
		}
		if VerifyRecord(ledger.Digest{}, "document/a", text, proof) == nil || VerifyAbsence(ledger.Digest{}, "document/a", proof) == nil {
			t.Fatal("something leads to the root of zeros")
		}
	})
}

// FuzzVerify: no bytes prove anything but the truth, and the truth has one proof.
func FuzzVerify(f *testing.F) {
	const size = 20
	tree, err := FromRecords(records(0, size))
	if err != nil {
		f.Fatal(err)
	}
	for i, c := range claimsOf(f, size) {
		f.Add(uint16(i), c.proof)
	}
	f.Fuzz(func(t *testing.T, number uint16, data []byte) {
		proof, err := parseProof(data)
		if err != nil {
			return
		}
		key := keyNumber(int(number))
		for _, record := range records(int(number), int(number)+1) {
			there := VerifyRecord(tree.Root(), key, record, proof) == nil
			absent := VerifyAbsence(tree.Root(), key, proof) == nil
			if (there && number >= size) || (absent && number < size) {
				t.Fatalf("%s: a lie was proved", key)
			}
			honest := tree.Prove(key)
			if (there || absent) && !bytes.Equal(data, honest.bytes()) {
				t.Fatalf("%s: a second proof", key)
			}
		}
	})
}

// FuzzUpdate: blocks of any leaves give the tree of the reference. Each 4 bytes are a place in the key, its value, the
// record, and whether a block ends.
func FuzzUpdate(f *testing.F) {
	f.Add([]byte{0, 1, 2, 0, 31, 1, 3, 1, 31, 2, 4, 0, 31, 1, 9, 1})
	f.Fuzz(func(t *testing.T, steps []byte) {
		state, tree := reference{}, Tree{}
		var block []Leaf
		for len(steps) >= 4 && len(state) < 64 {
			var leaf Leaf
			leaf.Key[steps[0]%32], leaf.Record[0] = steps[1], steps[2]
			block, state[leaf.Key] = append(block, leaf), leaf.Record
			if steps[3]&1 == 1 {
				tree, block = tree.Update(block), nil
			}
			steps = steps[4:]
		}
		demandEqual(t, tree.Update(block), state)
	})
}
