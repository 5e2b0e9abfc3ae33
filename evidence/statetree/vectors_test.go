package statetree

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"slices"
	"testing"

	"github.com/imi-ledger/imi/ledger"
)

var update = flag.Bool("update", false, "write testdata/vectors/statetree.json anew")

const vectorsFile = "../../testdata/vectors/statetree.json"

// vectors are worked examples of docs/statetree.md for readers in other languages.
type vectors struct {
	Comment string            `json:"comment"`
	Empty   ledger.Digest     `json:"empty"`
	Leaf    map[string]string `json:"leaf"`
	Node    map[string]string `json:"node"`
	States  []stateVector     `json:"states"`
	Refused []claimVector     `json:"refused"`
}

type stateVector struct {
	Name    string        `json:"name"`
	Records []record      `json:"records"`
	Root    ledger.Digest `json:"root"`
	Proofs  []claimVector `json:"proofs"`
}

type record struct {
	Key    ledger.Key `json:"key"`
	Record string     `json:"record"`
}

// claimVector is a claim about the record under a key, or, without one, that there is none.
type claimVector struct {
	Name   string        `json:"name"`
	Root   ledger.Digest `json:"root"`
	Key    ledger.Key    `json:"key"`
	Record *string       `json:"record,omitempty"`
	Proof  string        `json:"proof"`
	Hex    string        `json:"hex,omitempty"`
}

func TestVectors(t *testing.T) {
	got, err := json.MarshalIndent(computeVectors(t), "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	got = append(got, '\n')
	if *update {
		if err := os.WriteFile(vectorsFile, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(vectorsFile)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("the format changed: compare %s with\n%s", vectorsFile, got)
	}
}

func computeVectors(t *testing.T) vectors {
	t.Helper()
	leaf := NewLeaf("document/a", []byte("{}"))
	other := NewLeaf("document/c", []byte("{}"))
	left, right := leafHash(&other), leafHash(&leaf)
	v := vectors{
		Comment: "Worked examples of docs/statetree.md, made by evidence/statetree/vectors_test.go. " +
			"A record is the text itself, a proof is base64url; its bytes are there in hexadecimal too. " +
			"Every proof of a state must be accepted, every one of \"refused\" refused; " +
			"without a record the claim is that there is none.",
		Empty: emptyHash,
		Leaf: map[string]string{"key": "document/a", "record": "{}", "keyHash": leaf.Key.String(), "recordHash": leaf.Record.String(),
			"hash": right.String()},
		Node: map[string]string{"left": left.String(), "right": right.String(), "hash": nodeHash(&left, &right).String()},
	}
	twenty := someRecords(20)
	changed := slices.Clone(twenty)
	changed[7].Record = `{"n":7,"status":"revoked"}`
	close1, close2 := closeKeys()
	v.States = []stateVector{
		stateOf(t, "no records", nil),
		stateOf(t, "one record", someRecords(1)),
		stateOf(t, "two records", someRecords(2)),
		stateOf(t, "two records whose hashed keys agree in the first 16 bits", []record{{close1, "{}"}, {close2, "{}"}}),
		stateOf(t, "twenty records", twenty),
		stateOf(t, "twenty records, one of them changed", changed),
	}
	v.Refused = refusedVectors(t, v.States)
	return v
}

func someRecords(n int) []record {
	var all []record
	for i := range n {
		all = append(all, record{keyOf(i), fmt.Sprintf(`{"n":%d}`, i)})
	}
	return all
}

func keyOf(i int) ledger.Key {
	return ledger.DocumentKey(ledger.DigestOf([]byte{byte(i), byte(i >> 8)}))
}

// closeKeys searches for two keys with a long way in common.
func closeKeys() (ledger.Key, ledger.Key) {
	seen := map[[2]byte]ledger.Key{}
	for i := 0; ; i++ {
		key := keyOf(i)
		hash := HashKey(key)
		if other, found := seen[[2]byte(hash[:2])]; found {
			return other, key
		}
		seen[[2]byte(hash[:2])] = key
	}
}

func treeOf(t *testing.T, records []record) Tree {
	t.Helper()
	tree, err := FromRecords(func(yield func(ledger.Key, []byte) bool) {
		for _, r := range records {
			if !yield(r.Key, []byte(r.Record)) {
				return
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	return tree
}

// stateOf has a proof of every record up to eight, and of absence under three other keys.
func stateOf(t *testing.T, name string, records []record) stateVector {
	t.Helper()
	tree := treeOf(t, records)
	v := stateVector{Name: name, Records: append([]record{}, records...), Root: tree.Root()}
	for _, r := range records[:min(len(records), 8)] {
		v.Proofs = append(v.Proofs, claimVectorOf(t, "there", tree, r.Key, &r.Record))
	}
	for i := range 3 {
		v.Proofs = append(v.Proofs, claimVectorOf(t, "absent", tree, keyOf(1000+i), nil))
	}
	return v
}

func claimVectorOf(t *testing.T, name string, tree Tree, key ledger.Key, record *string) claimVector {
	t.Helper()
	proof := tree.Prove(key)
	v := claimVector{name, tree.Root(), key, record, base64.RawURLEncoding.EncodeToString(proof.bytes()), fmt.Sprintf("%x", proof.bytes())}
	if err := v.verify(); err != nil {
		t.Fatalf("%s %s: %v", name, key, err)
	}
	return v
}

func (v claimVector) verify() error {
	var proof Proof
	if err := proof.UnmarshalText([]byte(v.Proof)); err != nil {
		return err
	}
	if v.Record == nil {
		return VerifyAbsence(v.Root, v.Key, proof)
	}
	return VerifyRecord(v.Root, v.Key, []byte(*v.Record), proof)
}
