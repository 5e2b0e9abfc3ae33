package evidence_test

import (
	"errors"
	"testing"
	"time"

	"github.com/imi-ledger/imi/evidence"
	"github.com/imi-ledger/imi/evidence/evidencetest"
	"github.com/imi-ledger/imi/ledger"
)

func TestVerifyAsOf(t *testing.T) {
	b := newBench(t)
	digest := b.Digest()
	b.Pass(time.Hour)
	key := b.Register(digest)
	registered, inBlock := b.Now, b.Entry(key).Block
	b.Pass(time.Hour)
	b.Change(key, ledger.Suspended, ledger.ReasonHold)
	b.Pass(time.Hour)
	b.Change(key, ledger.Active, ledger.ReasonReinstated)
	b.Pass(time.Hour)
	b.Revoke(key)
	at := func(hours float64) ledger.Time { return registered.Add(time.Duration(hours * float64(time.Hour))) }
	for _, c := range []struct {
		asOf    evidence.AsOf
		verdict evidence.Verdict
	}{
		{evidence.AsOf{Time: at(-24)}, evidence.NotFound},
		{evidence.AsOf{Time: at(-0.5)}, evidence.NotFound},
		{evidence.AsOf{Time: at(0)}, evidence.Valid},
		{evidence.AsOf{Time: at(0.5)}, evidence.Valid},
		{evidence.AsOf{Time: at(1)}, evidence.Suspended},
		{evidence.AsOf{Time: at(2)}, evidence.Valid},
		{evidence.AsOf{Time: at(3)}, evidence.Revoked},
		{evidence.AsOf{Block: new(uint64)}, evidence.NotFound},
		{atBlock(inBlock - 1), evidence.NotFound},
		{atBlock(inBlock), evidence.Valid},
		{atBlock(inBlock + 1), evidence.Suspended},
		{atBlock(inBlock + 2), evidence.Valid},
		{atBlock(inBlock + 3), evidence.Revoked},
		{evidence.AsOf{}, evidence.Revoked},
	} {
		b.asked = &evidence.Asked{Now: b.Now.Time(), Level: b.Now.Time(), AsOf: c.asOf}
		f := b.document(digest)
		if f.Verdict != c.verdict {
			t.Errorf("as of %+v: %s (%s), want %s", c.asOf, f.Verdict, f.Reason, c.verdict)
		}
		if f.Ledger.Block != inBlock+3 || (c.asOf.Block != nil && f.AsOf.Block != *c.asOf.Block) || (!c.asOf.Time.IsZero() && f.AsOf.Time != c.asOf.Time) {
			t.Errorf("as of %+v: the answer speaks about %+v of %+v", c.asOf, f.AsOf, f.Ledger)
		}
	}
}

func atBlock(n uint64) evidence.AsOf { return evidence.AsOf{Block: &n} }

// The period of validity is judged at the time asked about, too.
func TestVerifyExpiryAsOf(t *testing.T) {
	b := newBench(t)
	key := b.Issue(b.Attestation(evidencetest.Service, evidencetest.Degree, b.Digest()))
	good := b.Now.Add(time.Hour)
	b.Pass(2 * evidencetest.Year)
	expect(t, b.credential(key), evidence.Expired, evidence.ReasonOver, evidence.CheckStatus)
	b.asked = &evidence.Asked{Now: b.Now.Time(), Level: b.Now.Time(), AsOf: evidence.AsOf{Time: good}}
	expect(t, b.credential(key), evidence.Valid, evidence.ReasonNone)
}

func TestFreshness(t *testing.T) {
	fresh := []evidence.CheckName{evidence.CheckFreshness}
	cases := map[string]struct {
		asked  func(now ledger.Time) evidence.Asked
		reason evidence.Reason
		failed []evidence.CheckName
	}{
		"level now": {func(now ledger.Time) evidence.Asked {
			return evidence.Asked{Now: now.Time(), Level: now.Time()}
		}, evidence.ReasonNone, nil},
		"level as long ago as may be": {func(now ledger.Time) evidence.Asked {
			return evidence.Asked{Now: now.Time(), Level: now.Add(-30 * time.Second).Time()}
		}, evidence.ReasonNone, nil},
		"level a little longer ago": {func(now ledger.Time) evidence.Asked {
			return evidence.Asked{Now: now.Time(), Level: now.Add(-30 * time.Second).Time().Add(-1)}
		}, evidence.ReasonBehind, fresh},
		"never known to be level": {func(now ledger.Time) evidence.Asked {
			return evidence.Asked{Now: now.Time()}
		}, evidence.ReasonBehind, fresh},
		"asked about before it was level": {func(now ledger.Time) evidence.Asked {
			return evidence.Asked{Now: now.Add(time.Hour).Time(), Level: now.Time(), AsOf: evidence.AsOf{Time: now}}
		}, evidence.ReasonNone, nil},
		"asked about after it was level": {func(now ledger.Time) evidence.Asked {
			return evidence.Asked{Now: now.Add(time.Hour).Time(), Level: now.Time(), AsOf: evidence.AsOf{Time: now.Add(time.Second)}}
		}, evidence.ReasonBehind, fresh},
		"asked about a time to come": {func(now ledger.Time) evidence.Asked {
			return evidence.Asked{Now: now.Time(), Level: now.Time(), AsOf: evidence.AsOf{Time: now.Add(time.Second)}}
		}, evidence.ReasonBehind, fresh},
		"asked about a block": {func(now ledger.Time) evidence.Asked {
			return evidence.Asked{Now: now.Time(), AsOf: atBlock(6)}
		}, evidence.ReasonNone, nil},
		"asked about a block to come": {func(now ledger.Time) evidence.Asked {
			return evidence.Asked{Now: now.Time(), Level: now.Time(), AsOf: atBlock(99)}
		}, evidence.ReasonAhead, fresh},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			digest := b.Digest()
			b.Register(digest)
			b.Register(b.Digest())
			asked := c.asked(b.Now)
			b.asked = &asked
			verdict := evidence.Valid
			if c.failed != nil {
				verdict = evidence.Indeterminate
			}
			expect(t, b.document(digest), verdict, c.reason, c.failed...)
		})
	}
}

// Behind, what newer blocks could change is indeterminate; what they cannot improve stays.
func TestVerdictsWhenBehind(t *testing.T) {
	b := newBench(t)
	document, suspended, revoked := b.Digest(), b.Digest(), b.Digest()
	b.Register(document)
	b.Change(b.Register(suspended), ledger.Suspended, ledger.ReasonHold)
	b.Revoke(b.Register(revoked))
	b.asked = &evidence.Asked{Now: b.Now.Add(time.Hour).Time(), Level: b.Now.Time()}
	for digest, want := range map[ledger.Digest]evidence.Verdict{document: evidence.Indeterminate, suspended: evidence.Indeterminate,
		b.Digest(): evidence.Indeterminate, revoked: evidence.Revoked} {
		if f := b.document(digest); f.Verdict != want {
			t.Errorf("%s (%s), want %s", f.Verdict, f.Reason, want)
		}
	}
	expired := b.Issue(b.Attestation(evidencetest.Service, evidencetest.Degree, b.Digest()))
	b.asked = &evidence.Asked{Now: b.Now.Add(2 * evidencetest.Year).Time(), Level: b.Now.Time()}
	expect(t, b.credential(expired), evidence.Expired, evidence.ReasonOver, evidence.CheckStatus, evidence.CheckFreshness)
}

// A store that fails at any read gives indeterminate, and tells the cause to nobody but the log.
func TestFaults(t *testing.T) {
	b := newBench(t)
	digest := b.Digest()
	b.Revoke(b.Register(digest))
	other := b.Digest()
	b.Register(other)
	id := b.Notarise(other)
	_, batch := b.IssueMany(3)
	c := b.Enrol()
	compact := b.IssueCredential(c, nil)
	for name, verify := range map[string]func() evidence.Finding{
		"document":     func() evidence.Finding { return b.document(digest) },
		"notarised":    func() evidence.Finding { return b.document(other) },
		"notarisation": func() evidence.Finding { return b.notarisation(id) },
		"batch":        func() evidence.Finding { return b.credential(ledger.AttestationKey(batch[1].Credential)) },
		"presentation": func() evidence.Finding { return b.present(c, compact) },
	} {
		reads := 0
		for ; ; reads++ {
			left := reads
			b.Source = broken{b.Ledger, &left}
			f := verify()
			if left >= 0 {
				break
			}
			// A notarisation that cannot be read leaves the verdict on its document alone.
			if name == "notarised" && len(f.Notarisations) == 1 && f.Notarisations[0].Fault != nil {
				f = f.Notarisations[0]
			}
			if f.Verdict != evidence.Indeterminate || f.Reason != evidence.ReasonFault || !errors.Is(f.Fault, errBroken) {
				t.Errorf("%s, read %d fails: %s (%s), fault %v", name, reads, f.Verdict, f.Reason, f.Fault)
			}
		}
		if reads < 3 {
			t.Errorf("%s: only %d reads", name, reads)
		}
	}
}

// Without explicit trust there is no answer.
func TestVerifierNeedsEverything(t *testing.T) {
	b := newBench(t)
	digest := b.Digest()
	b.Register(digest)
	question := evidence.DocumentQuestion{Commitment: digest}
	for name, f := range map[string]evidence.Finding{
		"no time":    b.VerifyDocument(t.Context(), question, evidence.Asked{Level: b.Now.Time()}),
		"no channel": evidence.Verifier{Source: b.Ledger, MaxBehind: time.Hour}.VerifyDocument(t.Context(), question, b.now()),
		"no source":  evidence.Verifier{Channel: "imi", MaxBehind: time.Hour}.VerifyDocument(t.Context(), question, b.now()),
		"nothing":    evidence.Verifier{}.VerifyDocument(t.Context(), question, evidence.Asked{}),
	} {
		if f.Verdict != evidence.Indeterminate || f.Fault == nil {
			t.Errorf("%s: %s", name, f.Verdict)
		}
	}
	c := b.Enrol()
	compact := b.IssueCredential(c, nil)
	for _, want := range []evidence.Expectation{{}, {Audience: audience, Nonce: nonce}, {Audience: audience, MaxAge: 1}, {Nonce: nonce, MaxAge: 1}} {
		b.want = want
		if f := b.present(c, compact); f.Verdict != evidence.Indeterminate || f.Fault == nil {
			t.Errorf("expecting %+v: %s", want, f.Verdict)
		}
	}
}

// Whatever it is shown, verification says something with all its checks, and "valid" to the one good text only.
func FuzzVerifyPresentation(f *testing.F) {
	b := newBench(f)
	c := b.Enrol()
	compact := b.IssueCredential(c, nil)
	good := b.Present(c, compact, audience, nonce, b.Now.Time(), "over_18")
	f.Add(good)
	f.Add(compact)
	f.Add([]byte("~~~"))
	f.Fuzz(func(t *testing.T, text []byte) {
		finding := b.VerifyPresentation(t.Context(), text, b.want, b.now())
		if len(finding.Checks) != len(evidence.CheckNames()) || (finding.Verdict == evidence.Valid && string(text) != string(good)) {
			t.Errorf("%s for %q", finding.Verdict, text)
		}
	})
}

func BenchmarkVerifyDocument(b *testing.B) {
	bench := newBench(b)
	digest := bench.Digest()
	bench.Register(digest)
	for b.Loop() {
		if f := bench.document(digest); f.Verdict != evidence.Valid {
			b.Fatal(f.Verdict)
		}
	}
}
