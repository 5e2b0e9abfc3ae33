package ledger

import (
	"bytes"
	"reflect"
	"strings"
	"testing"
	"time"
)

// plainTexts are the forms that are read and written without reflection.
func plainTexts(t testing.TB) map[string][]byte {
	t.Helper()
	at := At(time.Date(2026, 11, 2, 8, 0, 0, 0, time.UTC))
	statement := NewAttestationStatement(AttestationStatement{Credential: DigestOf([]byte("c")), IssuedAt: at, Issuer: "PoliceMSP", NotBefore: at,
		NotAfter: at.Add(time.Hour), Type: "identity/1"})
	signed := Author{Key: "k", Organisation: "PoliceMSP", Signature: Signature{1, 2, 3}}
	batched := Author{Key: "k", Organisation: "PoliceMSP", Batch: &BatchPlace{Index: 7, Root: DigestOf([]byte("r"))}}
	batch := SignedBatch{Signed: signed, Statement: BatchStatement{At: at, Author: "PoliceMSP", Of: KindAttestation, Root: DigestOf([]byte("r")), Size: 2, Header: header(KindBatch)}}
	texts := map[string][]byte{}
	for name, v := range map[string]any{
		"issue": Issue{signed, statement}, "issue in a batch": Issue{batched, statement}, "attestation": Attestation{signed, statement, newStatus()},
		"attestation in a batch": Attestation{batched, statement, newStatus()}, "none": IssueMany{Batch: batch}, "one": IssueMany{batch, []AttestationStatement{statement}},
		"many": IssueMany{batch, []AttestationStatement{statement, statement, {}}}, "empty": Issue{}, "empty attestation": Attestation{},
	} {
		text, err := Encode(v)
		if err != nil || !bytes.Equal(text, encodePlain(v)) {
			t.Fatalf("%s is not written plainly: %v", name, err)
		}
		texts[name] = text
	}
	return texts
}

// compareReading holds the quick reading of a text against the strict one: it may give up, never differ.
func compareReading(t *testing.T, text []byte) (read int) {
	t.Helper()
	return compareReadingOf[Issue](t, text) + compareReadingOf[IssueMany](t, text) + compareReadingOf[Attestation](t, text)
}

func compareReadingOf[T any](t *testing.T, text []byte) int {
	t.Helper()
	quick, ok := decodePlain[T](text)
	if !ok {
		return 0
	}
	strict, err := decodeAny[T](text)
	if err != nil || !reflect.DeepEqual(quick, strict) {
		t.Errorf("%.300s is read as\n%+v, but is\n%+v (%v)", text, quick, strict, err)
	}
	return 1
}

func TestPlainReadingIsThatOfTheStrictDecoder(t *testing.T) {
	for name, text := range plainTexts(t) {
		if read := compareReading(t, text); read == 0 && !strings.HasPrefix(name, "empty") && name != "many" {
			t.Errorf("%s is not read plainly", name)
		}
		for at := range text {
			for _, other := range []byte(`"\{,10Z` + "\xff") {
				compareReading(t, splice(text, at, 1, other))
				compareReading(t, splice(text, at, 0, other))
			}
			compareReading(t, splice(text, at, 1))
			compareReading(t, text[:at])
		}
		compareReading(t, append(bytes.Clone(text), ' '))
	}
}

// splice puts something in the place of so many bytes.
func splice(text []byte, at, remove int, insert ...byte) []byte {
	return append(append(bytes.Clone(text[:at]), insert...), text[at+remove:]...)
}

func FuzzPlainReading(f *testing.F) {
	for _, text := range plainTexts(f) {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text []byte) { compareReading(t, text) })
}
