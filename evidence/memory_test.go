package evidence_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/imi-ledger/imi/evidence"
	"github.com/imi-ledger/imi/evidence/evidencetest"
	"github.com/imi-ledger/imi/ledger"
)

// TestMemoryChangesNoFinding verifies everything with one memory that lasts, each time beside a verifier without one, while
// records are changed in every way: by the ledger, and against its rules.
func TestMemoryChangesNoFinding(t *testing.T) {
	type attestation = ledger.Attestation
	b := newBench(t)
	single := b.Issue(b.Attestation(evidencetest.Service, evidencetest.Degree, b.Digest()))
	_, statements := b.IssueMany(5)
	document := b.Digest()
	b.Register(document)
	b.Notarise(document)
	citizen := b.Enrol()
	compact := b.IssueCredential(citizen, nil)
	keys := []ledger.Key{single, ledger.AttestationKey(statements[2].Credential)}
	memory := evidence.NewMemory(100)
	compare := func(what string) {
		t.Helper()
		for _, remembered := range []*evidence.Memory{memory, evidence.NewMemory(1), memory} {
			with := b.Verifier
			with.Memory = remembered
			for _, key := range keys {
				id, err := ledger.ParseDigest(key.ID())
				if err != nil {
					t.Fatal(err)
				}
				same(t, what, with.VerifyCredential(t.Context(), id, b.now()), b.VerifyCredential(t.Context(), id, b.now()))
			}
			question := evidence.DocumentQuestion{Commitment: document}
			same(t, what, with.VerifyDocument(t.Context(), question, b.now()), b.VerifyDocument(t.Context(), question, b.now()))
			want := evidence.Expectation{Audience: "a", Nonce: "n", MaxAge: evidencetest.Year}
			text := b.Present(citizen, compact, "a", "n", b.Now.Time(), "over_18")
			same(t, what, with.VerifyPresentation(t.Context(), text, want, b.now()), b.VerifyPresentation(t.Context(), text, want, b.now()))
		}
	}
	compare("all good")
	b.RotateKey(evidencetest.Service)
	compare("another key of the issuer")
	b.Revoke(keys[1])
	compare("revoked")
	b.trust()
	for _, key := range keys {
		overwrite(b, key, func(a *attestation) { a.Statement.NotAfter = a.Statement.NotAfter.Add(1e9) })
	}
	compare("not what was signed")
	overwrite(b, single, func(a *attestation) { a.Author.Signature[5] ^= 1 })
	compare("another signature")
	overwrite(b, ledger.DocumentKey(document), func(d *ledger.Document) { d.Author.Organisation = evidencetest.Police })
	compare("another author")
}

func same(t *testing.T, what string, got, want evidence.Finding) {
	t.Helper()
	if diff := cmp.Diff(want, got, cmpopts.EquateErrors(), cmp.AllowUnexported(ledger.Time{}), cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("%s, with a memory (-without +with):\n%s", what, diff)
	}
}
