package evidence_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"testing"

	"github.com/imi-ledger/imi/evidence"
)

// BenchmarkPresentation verifies presentations of different citizens, beside what no verifier can do without: the issuer's
// signature on the credential and the holder's on the presentation.
//
//	go test ./evidence -run '^$' -bench Presentation
func BenchmarkPresentation(b *testing.B) {
	const citizens = 200
	l := newBench(b)
	l.Memory = evidence.NewMemory(10 * citizens)
	var presentations [][]byte
	for range citizens {
		c := l.Enrol()
		presentations = append(presentations, l.Present(c, l.IssueCredential(c, nil), audience, nonce, l.Now.Time(), "name", "over_18"))
		if f := l.presentation(presentations[len(presentations)-1]); f.Verdict != evidence.Valid {
			b.Fatal(f.Verdict, f.Checks)
		}
	}
	b.Run("Verify", func(b *testing.B) {
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			if f := l.presentation(presentations[i%citizens]); f.Verdict != evidence.Valid {
				b.Fatal(f.Verdict, f.Checks)
			}
		}
	})
	b.Run("TwoES256", func(b *testing.B) {
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			b.Fatal(err)
		}
		digest := sha256.Sum256(nil)
		signature, err := ecdsa.SignASN1(rand.Reader, key, digest[:])
		if err != nil {
			b.Fatal(err)
		}
		for b.Loop() {
			for range 2 {
				if !ecdsa.VerifyASN1(&key.PublicKey, digest[:], signature) {
					b.Fatal("its own signature is refused")
				}
			}
		}
	})
}
