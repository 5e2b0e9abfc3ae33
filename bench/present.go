package bench

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	mathrand "math/rand/v2"
	"runtime"
	"time"

	"github.com/imi-ledger/imi/evidence"
	"github.com/imi-ledger/imi/evidence/credential"
	"github.com/imi-ledger/imi/ledger"
)

// presentRow verifies presentations, each of another citizen among a ledger's records in memory, beside what no verifier
// can do without: the issuer's and the holder's signature. All cores work on either.
func presentRow() row {
	return row{name: "present", open: func(ctx context.Context, s *stage) (*trial, error) {
		p, err := newPresenting(s.options)
		if err != nil {
			return nil, err
		}
		limit, err := newSignature()
		if err != nil {
			return nil, err
		}
		cores := runtime.GOMAXPROCS(0)
		timed := func(do func() error) func(context.Context) (Sample, error) {
			return func(ctx context.Context) (Sample, error) {
				sample, err := closed(ctx, cores, s.options.Round, []int{0}, func(context.Context, int) error { return do() })
				return rate("presentations/s", float64(sample.Operations), sample), err
			}
		}
		return &trial{
			sides: []side{
				{"imi", "this process", timed(func() error { return p.verify(ctx) })},
				{"two ES256 verifications", "this process", timed(func() error { return limit.verify(2) })},
			},
			targets: []target{{value: "rate", against: "two ES256 verifications", least: 0.6}},
		}, nil
	}}
}

// presenting is a district with citizens who have presented something.
type presenting struct {
	verifier      evidence.Verifier
	asked         evidence.Asked
	want          evidence.Expectation
	presentations [][]byte
}

// presenters is how many of the credentials on the ledger are presented.
const presenters = 2000

func newPresenting(o Options) (*presenting, error) {
	m, err := newMemory()
	if err != nil {
		return nil, err
	}
	now := m.Now.Time()
	p := &presenting{
		verifier: evidence.Verifier{Channel: m.Channel, Source: m, MaxBehind: time.Hour,
			Memory: evidence.NewMemory(o.Records + 4*presenters)}, // as a gateway has one
		asked: evidence.Asked{Now: now, Level: now},
		want:  evidence.Expectation{Audience: "imi:ServiceMSP", Nonce: "AAAAAAAAAAAAAAAAAAAAAA", MaxAge: 2 * time.Minute, Skew: time.Minute},
	}
	statements := make([]ledger.AttestationStatement, o.Records)
	for i := range statements {
		statements[i] = m.AttestationStatement(uint64(i) + 1<<32)
	}
	for n := range min(presenters, o.Records/10) {
		h, err := m.enrol(uint64(n) + 2)
		if err != nil {
			return nil, err
		}
		presentation, err := credential.Present(h.credential, []string{"name", "over_18"}, h.key,
			credential.Binding{Audience: p.want.Audience, Nonce: p.want.Nonce, IssuedAt: now})
		if err != nil {
			return nil, err
		}
		statements[mathrand.IntN(len(statements))] = h.statement // two that meet leave one not attested: see below
		p.presentations = append(p.presentations, presentation)
	}
	if err := m.attest(statements); err != nil {
		return nil, err
	}
	return p, p.sift()
}

// sift keeps the presentations of credentials that were attested.
func (p *presenting) sift() error {
	var good [][]byte
	for _, text := range p.presentations {
		f := p.verifier.VerifyPresentation(context.Background(), text, p.want, p.asked)
		switch {
		case f.Verdict == evidence.Valid:
			good = append(good, text)
		case f.Verdict != evidence.NotFound:
			return wrongf("a good presentation is %s (%s): %v", f.Verdict, f.Reason, f.Checks)
		}
	}
	if len(good) < len(p.presentations)/2 {
		return wrongf("of %d attested credentials only %d are found", len(p.presentations), len(good))
	}
	p.presentations = good
	return nil
}

// verify takes one at random. Every hundredth is spoilt and must be refused.
func (p *presenting) verify(ctx context.Context) error {
	text := p.presentations[mathrand.IntN(len(p.presentations))]
	spoilt := mathrand.IntN(100) == 0
	if spoilt {
		text = bytes.Clone(text)
		text[len(text)-10] ^= 1 // in the holder's signature
	}
	f := p.verifier.VerifyPresentation(ctx, text, p.want, p.asked)
	if good := f.Verdict == evidence.Valid; good == spoilt {
		return wrongf("verdict %s (%s) on a presentation that is spoilt: %t", f.Verdict, f.Reason, spoilt)
	}
	return nil
}

// signature is one to verify again and again: the machine's own speed.
type signature struct {
	key    *ecdsa.PublicKey
	digest [32]byte
	bytes  []byte
}

func newSignature() (signature, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return signature{}, err
	}
	s := signature{key: &key.PublicKey, digest: sha256.Sum256([]byte("limit"))}
	s.bytes, err = ecdsa.SignASN1(rand.Reader, key, s.digest[:])
	return s, err
}

func (s signature) verify(times int) error {
	for range times {
		if !ecdsa.VerifyASN1(s.key, s.digest[:], s.bytes) {
			return wrongf("crypto/ecdsa refuses its own signature")
		}
	}
	return nil
}
