package evidence_test

import (
	"testing"
	"time"

	"github.com/imi-ledger/imi/evidence"
	"github.com/imi-ledger/imi/evidence/evidencetest"
	"github.com/imi-ledger/imi/ledger"
)

func TestVerifyDocument(t *testing.T) {
	type document = ledger.Document
	cases := map[string]struct {
		arrange func(*bench, ledger.Key)
		verdict evidence.Verdict
		reason  evidence.Reason
		failed  []evidence.CheckName
	}{
		"valid": {func(*bench, ledger.Key) {}, evidence.Valid, evidence.ReasonNone, nil},
		"valid after its registrar changed keys": {func(b *bench, _ ledger.Key) {
			b.RotateKey(evidencetest.Service)
			b.Pass(time.Hour)
		}, evidence.Valid, evidence.ReasonNone, nil},
		"valid after its registrar lost the right to make others": {func(b *bench, _ ledger.Key) {
			b.Amend(evidencetest.Service, func(o *ledger.Organisation) { o.Accreditations[1].Until = b.Now })
			b.Pass(time.Hour)
		}, evidence.Valid, evidence.ReasonNone, nil},
		"revoked": {func(b *bench, key ledger.Key) {
			b.Change(key, ledger.Revoked, ledger.ReasonIssuedInError)
		}, evidence.Revoked, evidence.Reason(ledger.ReasonIssuedInError), []evidence.CheckName{evidence.CheckStatus}},
		"suspended": {func(b *bench, key ledger.Key) {
			b.Change(key, ledger.Suspended, ledger.ReasonHold)
		}, evidence.Suspended, evidence.Reason(ledger.ReasonHold), []evidence.CheckName{evidence.CheckStatus}},
		"reinstated": {func(b *bench, key ledger.Key) {
			b.Change(key, ledger.Suspended, ledger.ReasonHold)
			b.Change(key, ledger.Active, ledger.ReasonReinstated)
		}, evidence.Valid, evidence.ReasonNone, nil},
		"overwritten": {func(b *bench, key ledger.Key) {
			overwrite(b, key, func(d *document) { d.Statement.Kind = "other" })
		}, evidence.Mismatch, evidence.ReasonUnsound, []evidence.CheckName{evidence.CheckIntegrity}},
		"deleted": {func(b *bench, key ledger.Key) {
			b.Forge(evidencetest.Audit, evidencetest.Call{Function: ledger.DocumentRegister, Request: []byte("{}"), Writes: []ledger.Write{{Key: key}}})
			b.Cut()
		}, evidence.Mismatch, evidence.ReasonUnsound, []evidence.CheckName{evidence.CheckIntegrity}},
		"not canonical": {func(b *bench, key ledger.Key) {
			b.trust()
			b.Forge(evidencetest.Audit, evidencetest.Call{Writes: []ledger.Write{{Key: key, Record: []byte(`{ }`)}}})
			b.Cut()
		}, evidence.Mismatch, evidence.ReasonUnsound, []evidence.CheckName{evidence.CheckIntegrity}},
		"another record under this key": {func(b *bench, key ledger.Key) {
			b.trust()
			other := evidencetest.Get[document](b.Ledger, b.Register(b.Digest()))
			forge(b, key, other)
		}, evidence.Mismatch, evidence.ReasonOtherContent, []evidence.CheckName{evidence.CheckIntegrity}},
		"statement changed": {func(b *bench, key ledger.Key) {
			b.trust()
			overwrite(b, key, func(d *document) { d.Statement.Method = ledger.SaltedDigest })
		}, evidence.Mismatch, evidence.ReasonSignature, []evidence.CheckName{evidence.CheckAuthor}},
		"another's signature": {func(b *bench, key ledger.Key) {
			b.trust()
			overwrite(b, key, func(d *document) {
				d.Author = b.Author(evidencetest.Audit, d.Statement)
				d.Author.Organisation = evidencetest.Service
			})
		}, evidence.Mismatch, evidence.ReasonUnknownKey, []evidence.CheckName{evidence.CheckAuthor}},
		"another author": {func(b *bench, key ledger.Key) {
			b.trust()
			overwrite(b, key, func(d *document) { d.Author = b.Author(evidencetest.Audit, d.Statement) })
		}, evidence.Mismatch, evidence.ReasonSignature, []evidence.CheckName{evidence.CheckAuthor}},
		"author nobody knows": {func(b *bench, key ledger.Key) {
			b.trust()
			overwrite(b, key, func(d *document) { d.Statement.Registrar = "NobodyMSP" })
		}, evidence.Mismatch, evidence.ReasonUnknownAuthor, []evidence.CheckName{evidence.CheckAuthor}},
		"signed for another channel": {func(b *bench, key ledger.Key) {
			b.trust()
			overwrite(b, key, func(d *document) {
				d.Author, _ = ledger.NewAuthor(b.Signer(evidencetest.Service), evidencetest.Service, "other", d.Statement)
			})
		}, evidence.Mismatch, evidence.ReasonSignature, []evidence.CheckName{evidence.CheckAuthor}},
		"registrar not accredited for the kind": {func(b *bench, key ledger.Key) {
			b.trust()
			overwrite(b, key, func(d *document) {
				d.Statement.Kind = "marriage-certificate"
				d.Author = b.Author(evidencetest.Service, d.Statement)
			})
		}, evidence.Mismatch, evidence.ReasonNotAccredited, []evidence.CheckName{evidence.CheckAccreditation}},
		"registry entry tampered with": {func(b *bench, key ledger.Key) {
			overwrite(b, ledger.OrganisationKey(evidencetest.Service), func(o *ledger.Organisation) { o.Sequence++ })
		}, evidence.Mismatch, evidence.ReasonUnsound, []evidence.CheckName{evidence.CheckAuthor}},
		"revocation nobody signed": {func(b *bench, key ledger.Key) {
			b.trust()
			overwrite(b, key, func(d *document) { d.Status.State, d.Status.Sequence = ledger.Revoked, 1 })
		}, evidence.Mismatch, evidence.ReasonUnsound, []evidence.CheckName{evidence.CheckIntegrity}},
		"revocation of another record": {func(b *bench, key ledger.Key) {
			b.trust()
			other := b.Register(b.Digest())
			b.Revoke(other)
			status := evidencetest.Get[document](b.Ledger, other).Status
			overwrite(b, key, func(d *document) { d.Status = status })
		}, evidence.Mismatch, evidence.ReasonUnsound, []evidence.CheckName{evidence.CheckIntegrity}},
		"revocation signed by another": {func(b *bench, key ledger.Key) {
			b.trust()
			b.Revoke(key)
			overwrite(b, key, func(d *document) { d.Status.Author.Signature[5] ^= 1 })
		}, evidence.Mismatch, evidence.ReasonSignature, []evidence.CheckName{evidence.CheckAuthor}},
		"revocation taken back": {func(b *bench, key ledger.Key) {
			before := evidencetest.Get[document](b.Ledger, key)
			b.Revoke(key)
			forge(b, key, before)
		}, evidence.Mismatch, evidence.ReasonUnsound, []evidence.CheckName{evidence.CheckIntegrity}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			digest := ledger.DigestOf([]byte(name))
			key := b.Register(digest)
			c.arrange(b, key)
			expect(t, b.document(digest), c.verdict, c.reason, c.failed...)
		})
	}
}

// A statement made with a key that was closed before is refused, however soon after; one recorded before counts, even in
// the same second.
func TestVerifyDocumentByAClosedKey(t *testing.T) {
	for _, later := range []time.Duration{0, time.Second, time.Hour} {
		b := newBench(t)
		before := b.Digest()
		b.Register(before)
		old := b.Signer(evidencetest.Service)
		b.RotateKey(evidencetest.Service)
		b.Pass(later)
		after := b.Document(b.Digest())
		author, err := ledger.NewAuthor(old, evidencetest.Service, evidencetest.Channel, after)
		if err != nil {
			t.Fatal(err)
		}
		forge(b, ledger.DocumentKey(after.Commitment), ledger.Document{Author: author, Statement: after, Status: ledger.Status{State: ledger.Active}})
		b.trust()
		expect(t, b.document(before), evidence.Valid, evidence.ReasonNone)
		expect(t, b.document(after.Commitment), evidence.Mismatch, evidence.ReasonUnknownKey, evidence.CheckAuthor)
	}
}

func TestVerifyDocumentNotRegistered(t *testing.T) {
	b := newBench(t)
	b.Register(ledger.DigestOf([]byte("a file")))
	f := b.document(ledger.DigestOf([]byte("a filf")))
	expect(t, f, evidence.NotFound, evidence.ReasonNoRecord, evidence.CheckIntegrity)
	if f.Key == "" || f.Record != nil || f.Status != nil {
		t.Errorf("finding about nothing: %+v", f)
	}
}

func TestVerifyDocumentByItsMethod(t *testing.T) {
	b := newBench(t)
	digest := ledger.DigestOf([]byte("a file"))
	b.Register(digest)
	ask := func(method ledger.CommitmentMethod) evidence.Finding {
		return b.VerifyDocument(t.Context(), evidence.DocumentQuestion{Commitment: digest, Method: method}, b.now())
	}
	expect(t, ask(ledger.PlainDigest), evidence.Valid, evidence.ReasonNone)
	expect(t, ask(ledger.SaltedDigest), evidence.Mismatch, evidence.ReasonOtherContent, evidence.CheckIntegrity)
}

func TestVerifyDocumentSuperseded(t *testing.T) {
	b := newBench(t)
	first, second := b.Digest(), b.Digest()
	key := b.Register(first)
	s := b.Document(second)
	s.Supersedes = &first
	change := ledger.NewStatusChange(key, evidencetest.Get[ledger.Document](b.Ledger, key).Status, ledger.Revoked, ledger.ReasonSuperseded, evidencetest.Service, b.Now)
	request := b.Registration(s)
	request.Superseded = &ledger.SignedStatusChange{Author: b.Author(evidencetest.Service, change), Change: change}
	b.Submit(evidencetest.Service, ledger.DocumentRegister, request)
	expect(t, b.document(first), evidence.Revoked, evidence.Reason(ledger.ReasonSuperseded), evidence.CheckStatus)
	expect(t, b.document(second), evidence.Valid, evidence.ReasonNone)
}

func TestDocumentListsItsNotarisations(t *testing.T) {
	b := newBench(t)
	digest := b.Digest()
	b.Register(digest)
	good, annulled := b.Notarise(digest), b.Notarise(digest)
	b.Revoke(ledger.NotarisationKey(annulled))
	f := b.document(digest)
	expect(t, f, evidence.Valid, evidence.ReasonNone)
	if len(f.Notarisations) != 2 || f.MoreNotarisations {
		t.Fatalf("%d notarisations", len(f.Notarisations))
	}
	expect(t, f.Notarisations[0], evidence.Valid, evidence.ReasonNone)
	expect(t, f.Notarisations[1], evidence.Revoked, evidence.Reason(ledger.ReasonIssuedInError), evidence.CheckStatus)
	if f.Notarisations[0].Key != string(ledger.NotarisationKey(good)) {
		t.Errorf("the first is %s", f.Notarisations[0].Key)
	}
	for range 100 {
		b.Notarise(digest)
	}
	if f := b.document(digest); len(f.Notarisations) != 100 || !f.MoreNotarisations {
		t.Errorf("%d notarisations, more: %v", len(f.Notarisations), f.MoreNotarisations)
	}
}

func TestVerifyNotarisation(t *testing.T) {
	cases := map[string]struct {
		arrange func(b *bench, document ledger.Digest, id ledger.ID)
		verdict evidence.Verdict
		reason  evidence.Reason
		failed  []evidence.CheckName
	}{
		"valid":   {func(*bench, ledger.Digest, ledger.ID) {}, evidence.Valid, evidence.ReasonNone, nil},
		"expired": {func(b *bench, _ ledger.Digest, _ ledger.ID) { b.Pass(evidencetest.Year) }, evidence.Expired, evidence.ReasonOver, []evidence.CheckName{evidence.CheckStatus}},
		"last second": {func(b *bench, _ ledger.Digest, _ ledger.ID) {
			b.Pass(evidencetest.Year - time.Second)
		}, evidence.Valid, evidence.ReasonNone, nil},
		"annulled": {func(b *bench, _ ledger.Digest, id ledger.ID) {
			b.Revoke(ledger.NotarisationKey(id))
		}, evidence.Revoked, evidence.Reason(ledger.ReasonIssuedInError), []evidence.CheckName{evidence.CheckStatus}},
		"revoked outlasts expired": {func(b *bench, _ ledger.Digest, id ledger.ID) {
			b.Revoke(ledger.NotarisationKey(id))
			b.Pass(evidencetest.Year)
		}, evidence.Revoked, evidence.Reason(ledger.ReasonIssuedInError), []evidence.CheckName{evidence.CheckStatus}},
		"document revoked": {func(b *bench, d ledger.Digest, _ ledger.ID) {
			b.Revoke(ledger.DocumentKey(d))
		}, evidence.Revoked, evidence.ReasonDocumentInvalid, []evidence.CheckName{evidence.CheckStatus}},
		"document gone": {func(b *bench, _ ledger.Digest, id ledger.ID) {
			b.trust()
			overwrite(b, ledger.NotarisationKey(id), func(n *ledger.Notarisation) {
				n.Statement.Document = b.Digest()
				n.Author = b.Author(evidencetest.Notary, n.Statement)
			})
		}, evidence.Mismatch, evidence.ReasonDocumentInvalid, []evidence.CheckName{evidence.CheckIntegrity}},
		"by a notary who is none": {func(b *bench, _ ledger.Digest, id ledger.ID) {
			b.trust()
			overwrite(b, ledger.NotarisationKey(id), func(n *ledger.Notarisation) {
				n.Statement.Notary = evidencetest.Service
				n.Author = b.Author(evidencetest.Service, n.Statement)
			})
		}, evidence.Mismatch, evidence.ReasonNotAccredited, []evidence.CheckName{evidence.CheckAccreditation}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			digest := ledger.DigestOf([]byte(name))
			b.Register(digest)
			id := b.Notarise(digest)
			c.arrange(b, digest, id)
			expect(t, b.notarisation(id), c.verdict, c.reason, c.failed...)
		})
	}
	b := newBench(t)
	expect(t, b.notarisation(b.ID()), evidence.NotFound, evidence.ReasonNoRecord, evidence.CheckIntegrity)
}
