package evidence_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/imi-ledger/imi/evidence"
	"github.com/imi-ledger/imi/evidence/evidencetest"
	"github.com/imi-ledger/imi/ledger"
)

const (
	audience = "imi:ServiceMSP"
	nonce    = "bm9uY2Ugb2YgdGhpcyB0ZXN0"
)

// bench is a ledger and a verifier on it.
type bench struct {
	*evidencetest.Ledger
	evidence.Verifier
	t     testing.TB
	asked *evidence.Asked // in place of now, level
	want  evidence.Expectation
}

func newBench(t testing.TB) *bench {
	l := evidencetest.New(t)
	l.Pass(time.Hour)
	return &bench{Ledger: l, t: t, Verifier: evidence.Verifier{Channel: evidencetest.Channel, Source: l, MaxBehind: 30 * time.Second},
		want: evidence.Expectation{Audience: audience, Nonce: nonce, MaxAge: 2 * time.Minute, Skew: 30 * time.Second}}
}

func (b *bench) now() evidence.Asked {
	if b.asked != nil {
		return *b.asked
	}
	return evidence.Asked{Now: b.Now.Time(), Level: b.Now.Time()}
}

func (b *bench) document(commitment ledger.Digest) evidence.Finding {
	return b.VerifyDocument(b.t.Context(), evidence.DocumentQuestion{Commitment: commitment}, b.now())
}

func (b *bench) credential(key ledger.Key) evidence.Finding {
	digest, err := ledger.ParseDigest(key.ID())
	if err != nil {
		b.t.Fatal(err)
	}
	return b.VerifyCredential(b.t.Context(), digest, b.now())
}

func (b *bench) notarisation(id ledger.ID) evidence.Finding {
	return b.VerifyNotarisation(b.t.Context(), id, b.now())
}

// present signs now and verifies.
func (b *bench) present(c *evidencetest.Citizen, compact []byte) evidence.Finding {
	return b.presentation(b.Present(c, compact, audience, nonce, b.Now.Time(), "over_18"))
}

func (b *bench) presentation(text []byte) evidence.Finding {
	return b.VerifyPresentation(b.t.Context(), text, b.want, b.now())
}

// trust makes the source keep to itself that a record is unsound, so that the other checks are seen to catch it alone.
func (b *bench) trust() { b.Verifier.Source = trusting{b.Ledger} }

type trusting struct{ *evidencetest.Ledger }

func (s trusting) Record(ctx context.Context, key ledger.Key, block uint64) (evidence.Entry, error) {
	e, err := s.Ledger.Record(ctx, key, block)
	e.Unsound = ""
	return e, err
}

// broken is a source that fails at its n-th read.
type broken struct {
	evidence.Source
	left *int
}

var errBroken = errors.New("the disk is gone")

func (s broken) spend() error {
	*s.left--
	if *s.left < 0 {
		return errBroken
	}
	return nil
}

func (s broken) Resolve(ctx context.Context, asOf evidence.AsOf) (evidence.Position, error) {
	if err := s.spend(); err != nil {
		return evidence.Position{}, err
	}
	return s.Source.Resolve(ctx, asOf)
}

func (s broken) Record(ctx context.Context, key ledger.Key, block uint64) (evidence.Entry, error) {
	if err := s.spend(); err != nil {
		return evidence.Entry{}, err
	}
	return s.Source.Record(ctx, key, block)
}

func (s broken) Notarisations(ctx context.Context, document ledger.Digest, block uint64, limit int) ([]ledger.Key, error) {
	if err := s.spend(); err != nil {
		return nil, err
	}
	return s.Source.Notarisations(ctx, document, block, limit)
}

func (s broken) BatchPath(ctx context.Context, root ledger.Digest, index int) ([]ledger.Digest, error) {
	if err := s.spend(); err != nil {
		return nil, err
	}
	return s.Source.BatchPath(ctx, root, index)
}

// overwrite puts a changed record on the ledger without any right to.
func overwrite[T any](b *bench, key ledger.Key, change func(*T)) {
	b.t.Helper()
	record := evidencetest.Get[T](b.Ledger, key)
	change(&record)
	forge(b, key, record)
}

func forge(b *bench, key ledger.Key, record any) {
	b.t.Helper()
	text, err := ledger.Encode(record)
	if err != nil {
		b.t.Fatal(err)
	}
	b.Forge(evidencetest.Audit, evidencetest.Call{Function: ledger.DocumentRegister, Request: []byte("{}"),
		Writes: []ledger.Write{{Key: key, Record: text}}})
	b.Cut()
}

// expect compares a finding's verdict, reason and failed checks.
func expect(t *testing.T, f evidence.Finding, verdict evidence.Verdict, reason evidence.Reason, failed ...evidence.CheckName) {
	t.Helper()
	if f.Verdict != verdict || f.Reason != reason {
		t.Errorf("verdict %s (%s), want %s (%s)", f.Verdict, f.Reason, verdict, reason)
	}
	var names, got []evidence.CheckName
	for _, c := range f.Checks {
		names = append(names, c.Name)
		if c.Detail == "" {
			t.Errorf("check %s says nothing", c.Name)
		}
		if c.Result == evidence.Fail {
			got = append(got, c.Name)
		}
	}
	if diff := cmp.Diff(evidence.CheckNames(), names); diff != "" {
		t.Errorf("checks (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(failed, got); diff != "" {
		t.Errorf("failed checks (-want +got):\n%s\n%+v", diff, f.Checks)
	}
	if (verdict == evidence.Valid) != (len(got) == 0 && f.Fault == nil) {
		t.Errorf("verdict %s with failed checks %v and fault %v", verdict, got, f.Fault)
	}
}
