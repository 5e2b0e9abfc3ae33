package statetree

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"slices"
	"testing"

	"github.com/imi-ledger/imi/ledger"
)

// claim is something true about a tree, and its proof.
type claim struct {
	root   ledger.Digest
	key    ledger.Key
	record []byte // nil: there is none
	proof  []byte
}

func (c claim) verify(proof Proof) error {
	if c.record == nil {
		return VerifyAbsence(c.root, c.key, proof)
	}
	return VerifyRecord(c.root, c.key, c.record, proof)
}

// accepts reports whether the bytes prove the claim or its contrary.
func (c claim) accepts(data []byte) bool {
	proof, err := parseProof(data)
	if err != nil {
		return false
	}
	contrary := c
	contrary.record = []byte("anything")
	if c.record != nil {
		contrary.record = nil
	}
	return c.verify(proof) == nil || contrary.verify(proof) == nil
}

func claimOf(tree Tree, key ledger.Key, record []byte) claim {
	proof := tree.Prove(key)
	return claim{tree.Root(), key, record, proof.bytes()}
}

// claimsOf returns claims about present and absent keys of a small tree, of all endings.
func claimsOf(t testing.TB, size int) []claim {
	t.Helper()
	tree, err := FromRecords(records(0, size))
	if err != nil {
		t.Fatal(err)
	}
	var claims []claim
	for key, record := range records(0, size) {
		claims = append(claims, claimOf(tree, key, bytes.Clone(record)))
	}
	for key := range records(size, 2*size+3) {
		claims = append(claims, claimOf(tree, key, nil))
	}
	for _, c := range claims {
		if !c.accepts(c.proof) {
			t.Fatalf("%s: the true claim is refused", c.key)
		}
	}
	return claims
}

// oneOfEach picks the claims with the longest proofs of each ending.
func oneOfEach(claims []claim) []claim {
	longest := map[byte]claim{}
	for _, c := range claims {
		if len(c.proof) > len(longest[c.proof[0]].proof) {
			longest[c.proof[0]] = c
		}
	}
	return []claim{longest[byte(endsAtRecord)], longest[byte(endsEmpty)], longest[byte(endsAtOther)]}
}

func TestEveryByteOfAProof(t *testing.T) {
	tried := 0
	for _, c := range slices.Concat(oneOfEach(claimsOf(t, 40)), claimsOf(t, 1), claimsOf(t, 0)[:1]) {
		for i, old := range c.proof {
			for value := range 256 {
				if byte(value) == old {
					continue
				}
				tried++
				if mangled := slices.Clone(c.proof); c.accepts(set(mangled, i, byte(value))) {
					t.Fatalf("%s: byte %d changed to %d is accepted", c.key, i, value)
				}
			}
		}
	}
	t.Logf("%d changes of a byte refused", tried)
}

func set(b []byte, i int, value byte) []byte {
	b[i] = value
	return b
}

func TestEveryCutAndRepeat(t *testing.T) {
	for _, c := range slices.Concat(oneOfEach(claimsOf(t, 40)), claimsOf(t, 1), claimsOf(t, 0)[:1]) {
		for i := range c.proof {
			for j := i + 1; j <= len(c.proof); j++ {
				removed, doubled := slices.Concat(c.proof[:i], c.proof[j:]), slices.Concat(c.proof[:j], c.proof[i:])
				if c.accepts(removed) || c.accepts(doubled) {
					t.Fatalf("%s: bytes %d to %d removed or doubled are accepted", c.key, i, j)
				}
			}
		}
		for value := range 256 {
			for i := range len(c.proof) + 1 {
				if c.accepts(slices.Insert(slices.Clone(c.proof), i, byte(value))) {
					t.Fatalf("%s: %d inserted at %d is accepted", c.key, value, i)
				}
			}
		}
	}
}

// siblingsOf cuts the proof into what comes before its siblings and 32-byte pieces.
func siblingsOf(data []byte) (head []byte, pieces [][]byte) {
	at := 3 + bitmapSize(int(data[1])<<8|int(data[2]))
	return data[:at], slices.Collect(slices.Chunk(data[at:], digestSize))
}

func TestSiblingsOfOtherPlacesAndProofs(t *testing.T) {
	claims := claimsOf(t, 30)
	for _, c := range oneOfEach(claims) {
		head, pieces := siblingsOf(c.proof)
		for i := range pieces {
			for _, other := range claims {
				_, foreign := siblingsOf(other.proof)
				for _, piece := range foreign {
					mangled := slices.Clone(pieces)
					mangled[i] = piece
					same := bytes.Equal(piece, pieces[i])
					if c.accepts(slices.Concat(head, slices.Concat(mangled...))) != same {
						t.Fatalf("%s: piece %d was replaced", c.key, i)
					}
				}
			}
		}
	}
}

func TestProofsOfOtherClaims(t *testing.T) {
	claims := slices.Concat(claimsOf(t, 30), claimsOf(t, 31), claimsOf(t, 2), claimsOf(t, 0))
	for _, c := range claims {
		for _, other := range claims {
			// Absences may share a proof, byte for byte: those whose paths end at the same place.
			if c.accepts(other.proof) && !bytes.Equal(c.proof, other.proof) {
				t.Fatalf("the proof about %s is accepted for %s", other.key, c.key)
			}
		}
	}
}

func TestEveryByteOfAClaim(t *testing.T) {
	for _, c := range oneOfEach(claimsOf(t, 40)) {
		for bitNumber := range 256 {
			changed := c
			changed.root[bitNumber/8] ^= 1 << (bitNumber % 8)
			if changed.accepts(c.proof) {
				t.Fatal("another root was accepted")
			}
		}
		for i := range c.record {
			changed := c
			changed.record = slices.Clone(c.record)
			changed.record[i] ^= 1
			if changed.accepts(c.proof) {
				t.Fatalf("byte %d of the record changed is accepted", i)
			}
		}
		for i := range c.key {
			if c.record == nil {
				break // another key may be absent at the same place
			}
			changed := c
			changed.key = c.key[:i] + "x" + c.key[i+1:]
			if changed.accepts(c.proof) {
				t.Fatalf("the proof of %s is accepted for %s", c.key, changed.key)
			}
		}
	}
}

func TestEveryCharacterOfTheText(t *testing.T) {
	for _, c := range slices.Concat(oneOfEach(claimsOf(t, 20)), claimsOf(t, 0)[:1]) {
		text := []byte(base64.RawURLEncoding.EncodeToString(c.proof))
		for i := range len(text) + 1 {
			for value := range 256 {
				c.demandTextRefused(t, slices.Insert(slices.Clone(text), i, byte(value)))
				if i < len(text) && byte(value) != text[i] {
					c.demandTextRefused(t, set(slices.Clone(text), i, byte(value)))
				}
			}
			c.demandTextRefused(t, text[:max(i-1, 0)])
		}
		for _, tail := range []string{"=", "==", "\n", "\r\n", " "} {
			c.demandTextRefused(t, fmt.Append(slices.Clone(text), tail))
		}
	}
}

func (c claim) demandTextRefused(t *testing.T, text []byte) {
	t.Helper()
	var proof Proof
	if err := proof.UnmarshalText(text); err == nil && c.accepts(proof.bytes()) {
		t.Fatalf("%s: %q is accepted", c.key, text)
	}
}
