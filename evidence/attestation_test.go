package evidence_test

import (
	"context"
	"testing"
	"time"

	"github.com/imi-ledger/imi/evidence"
	"github.com/imi-ledger/imi/evidence/evidencetest"
	"github.com/imi-ledger/imi/ledger"
)

func TestVerifyCredential(t *testing.T) {
	type attestation = ledger.Attestation
	cases := map[string]struct {
		arrange func(*bench, ledger.Key)
		verdict evidence.Verdict
		reason  evidence.Reason
		failed  []evidence.CheckName
	}{
		"valid":   {func(*bench, ledger.Key) {}, evidence.Valid, evidence.ReasonNone, nil},
		"expired": {func(b *bench, _ ledger.Key) { b.Pass(evidencetest.Year) }, evidence.Expired, evidence.ReasonOver, []evidence.CheckName{evidence.CheckStatus}},
		"suspended": {func(b *bench, key ledger.Key) {
			b.Change(key, ledger.Suspended, ledger.ReasonHold)
		}, evidence.Suspended, evidence.Reason(ledger.ReasonHold), []evidence.CheckName{evidence.CheckStatus}},
		"issued for longer than the type allows": {func(b *bench, key ledger.Key) {
			b.trust()
			overwrite(b, key, func(a *attestation) {
				a.Statement.NotAfter = a.Statement.NotBefore.Add(101 * evidencetest.Year)
				a.Author = b.Author(evidencetest.Service, a.Statement)
			})
		}, evidence.Mismatch, evidence.ReasonTypeRules, []evidence.CheckName{evidence.CheckAccreditation}},
		"type not in the registry": {func(b *bench, key ledger.Key) {
			b.trust()
			b.Amend(evidencetest.Service, func(o *ledger.Organisation) {
				o.Accreditations = append(o.Accreditations, ledger.Accreditation{Role: ledger.Issuer, Scope: "ghost/1", Period: ledger.Period{From: b.Now}})
			})
			overwrite(b, key, func(a *attestation) {
				a.Statement.Type = "ghost/1"
				a.Author = b.Author(evidencetest.Service, a.Statement)
			})
		}, evidence.Mismatch, evidence.ReasonUnknownType, []evidence.CheckName{evidence.CheckAccreditation}},
		"issued before the accreditation began": {func(b *bench, key ledger.Key) {
			b.trust()
			overwrite(b, key, func(a *attestation) {
				a.Statement.Type = evidencetest.Identity // which only the police may issue
				a.Author = b.Author(evidencetest.Service, a.Statement)
			})
		}, evidence.Mismatch, evidence.ReasonNotAccredited, []evidence.CheckName{evidence.CheckAccreditation}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			key := b.Issue(b.Attestation(evidencetest.Service, evidencetest.Degree, b.Digest()))
			c.arrange(b, key)
			expect(t, b.credential(key), c.verdict, c.reason, c.failed...)
		})
	}
}

func TestVerifyNotYetValid(t *testing.T) {
	b := newBench(t)
	s := b.Attestation(evidencetest.Service, evidencetest.Degree, b.Digest())
	s.NotBefore = b.Now.Add(time.Hour)
	key := b.Issue(s)
	expect(t, b.credential(key), evidence.Expired, evidence.ReasonNotYetValid, evidence.CheckStatus)
	b.Pass(time.Hour)
	expect(t, b.credential(key), evidence.Valid, evidence.ReasonNone)
}

func TestVerifyInABatch(t *testing.T) {
	for _, size := range []int{1, 2, 3, 7, 8} {
		b := newBench(t)
		_, statements := b.IssueMany(size)
		for _, s := range statements {
			expect(t, b.credential(ledger.AttestationKey(s.Credential)), evidence.Valid, evidence.ReasonNone)
		}
		key := ledger.AttestationKey(statements[size/2].Credential)
		b.Revoke(key)
		expect(t, b.credential(key), evidence.Revoked, evidence.Reason(ledger.ReasonIssuedInError), evidence.CheckStatus)
	}
}

func TestVerifyOutsideItsBatch(t *testing.T) {
	type attestation = ledger.Attestation
	for name, change := range map[string]func(*bench, *attestation){
		"another statement": func(_ *bench, a *attestation) { a.Statement.NotAfter = a.Statement.NotAfter.Add(time.Second) },
		"another place":     func(_ *bench, a *attestation) { a.Author.Batch.Index++ },
		"no place":          func(_ *bench, a *attestation) { a.Author.Batch.Index = 99 },
		"negative place":    func(_ *bench, a *attestation) { a.Author.Batch.Index = -1 },
		"a batch of nobody": func(b *bench, a *attestation) { a.Author.Batch.Root = b.Digest() },
		"another key":       func(b *bench, a *attestation) { a.Author.Key = b.Signer(evidencetest.Audit).PublicKey().ID() },
		"signed as well": func(b *bench, a *attestation) {
			a.Author.Signature = b.Author(evidencetest.Service, a.Statement).Signature
		},
		"of another author": func(_ *bench, a *attestation) {
			a.Statement.Issuer, a.Author.Organisation = evidencetest.Police, evidencetest.Police
		},
		"another time":       func(_ *bench, a *attestation) { a.Statement.IssuedAt = a.Statement.IssuedAt.Add(time.Second) },
		"of documents, also": func(_ *bench, a *attestation) { a.Statement.Record = ledger.KindDocument },
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			_, statements := b.IssueMany(5)
			key := ledger.AttestationKey(statements[2].Credential)
			b.trust()
			overwrite(b, key, func(a *attestation) { change(b, a) })
			if f := b.credential(key); f.Verdict != evidence.Mismatch {
				t.Errorf("verdict %s (%s)", f.Verdict, f.Reason)
			}
		})
	}
}

// wrongPath is a source whose paths have one bit wrong.
type wrongPath struct{ *evidencetest.Ledger }

func (s wrongPath) BatchPath(ctx context.Context, root ledger.Digest, index int) ([]ledger.Digest, error) {
	path, err := s.Ledger.BatchPath(ctx, root, index)
	path[len(path)/2][7] ^= 1
	return path, err
}

func TestVerifyWithAWrongPath(t *testing.T) {
	b := newBench(t)
	_, statements := b.IssueMany(6)
	b.Source = wrongPath{b.Ledger}
	expect(t, b.credential(ledger.AttestationKey(statements[4].Credential)), evidence.Mismatch, evidence.ReasonSignature, evidence.CheckAuthor)
}
