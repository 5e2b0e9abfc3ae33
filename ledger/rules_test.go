package ledger_test

import (
	"strings"
	"testing"
	"time"

	"github.com/imi-ledger/imi/ledger"
	"github.com/imi-ledger/imi/ledger/ledgertest"
)

const (
	service = ledgertest.Service
	police  = ledgertest.Police
	notary  = ledgertest.Notary
	audit   = ledgertest.Audit
)

// wantRefusal checks that an error is a refusal with a code whose text holds a word.
func wantRefusal(t *testing.T, err error, code ledger.Code, word string) {
	t.Helper()
	if ledger.CodeOf(err) != code || !strings.Contains(err.Error(), word) {
		t.Fatalf("got %v, want refusal %s about %q", err, code, word)
	}
}

func TestAttestationIsIssuedRepeatedAndContradicted(t *testing.T) {
	d := ledgertest.New()
	first := d.Must(police, d.Issue(7))
	if first.Event != "attestation.issued" || len(first.Writes) != 1 {
		t.Fatalf("outcome %+v", first)
	}
	again := d.Must(police, d.Issue(7))
	if len(again.Writes) != 0 || string(again.Response) != string(first.Response) {
		t.Error("the same content again must be a success with the first record")
	}
	other := d.AttestationStatement(7)
	other.NotAfter = other.NotAfter.Add(time.Hour)
	_, err := d.Submit(police, ledger.Issue{Author: d.Author(police, other), Statement: other})
	wantRefusal(t, err, ledger.Conflict, "other content")
}

func TestIssueRefusals(t *testing.T) {
	for name, c := range map[string]struct {
		by    ledger.MSPID
		spoil func(*ledgertest.District, *ledger.AttestationStatement)
		sign  ledger.MSPID
		code  ledger.Code
		word  string
	}{
		"submitted by another": {by: service, code: ledger.NotAllowed, word: "submits"},
		"signed by another":    {sign: service, code: ledger.NotAllowed, word: "author"},
		"not accredited":       {by: notary, sign: notary, spoil: func(_ *ledgertest.District, s *ledger.AttestationStatement) { s.Issuer = notary }, code: ledger.NotAllowed, word: "accredited"},
		"unknown type":         {spoil: func(_ *ledgertest.District, s *ledger.AttestationStatement) { s.Type = "identity/2" }, code: ledger.NotFound, word: "type"},
		"malformed type":       {spoil: func(_ *ledgertest.District, s *ledger.AttestationStatement) { s.Type = "identity" }, code: ledger.Invalid, word: "type"},
		"too long": {spoil: func(_ *ledgertest.District, s *ledger.AttestationStatement) {
			s.NotAfter = s.NotBefore.Add(3651 * 24 * time.Hour)
		}, code: ledger.Invalid, word: "3650 days"},
		"ends before it begins": {spoil: func(_ *ledgertest.District, s *ledger.AttestationStatement) { s.NotAfter = s.NotBefore }, code: ledger.Invalid, word: "notAfter"},
		"backdated": {spoil: func(_ *ledgertest.District, s *ledger.AttestationStatement) {
			s.IssuedAt = s.IssuedAt.Add(-16 * time.Minute)
		}, code: ledger.Invalid, word: "within"},
		"postdated": {spoil: func(_ *ledgertest.District, s *ledger.AttestationStatement) {
			s.IssuedAt = s.IssuedAt.Add(16 * time.Minute)
		}, code: ledger.Invalid, word: "within"},
		"other kind":           {spoil: func(_ *ledgertest.District, s *ledger.AttestationStatement) { s.Record = "document" }, code: ledger.Invalid, word: "record"},
		"other format version": {spoil: func(_ *ledgertest.District, s *ledger.AttestationStatement) { s.Version = 2 }, code: ledger.Invalid, word: "version"},
	} {
		t.Run(name, func(t *testing.T) {
			d := ledgertest.New()
			s := d.AttestationStatement(1)
			if c.spoil != nil {
				c.spoil(d, &s)
			}
			by, sign := c.by, c.sign
			if by == "" {
				by = police
			}
			if sign == "" {
				sign = police
			}
			_, err := d.Submit(by, ledger.Issue{Author: d.Author(sign, s), Statement: s})
			wantRefusal(t, err, c.code, c.word)
		})
	}
}

func TestSignatureCountsForItsStatementChannelAndKeyOnly(t *testing.T) {
	d := ledgertest.New()
	good := d.Issue(1)
	other := d.Issue(2)
	swapped := good
	swapped.Author = other.Author
	_, err := d.Submit(police, swapped)
	wantRefusal(t, err, ledger.NotAllowed, "signature")

	elsewhere := *d
	elsewhere.Channel = "another"
	_, err = d.Submit(police, elsewhere.Issue(1))
	wantRefusal(t, err, ledger.NotAllowed, "signature")

	for bit := range 8 * len(good.Author.Signature) {
		flipped := good
		flipped.Author.Signature[bit/8] ^= 1 << (bit % 8)
		if _, err := d.Submit(police, flipped); err == nil {
			t.Fatalf("signature with bit %d flipped was accepted", bit)
		}
	}
}

func TestStatusHistory(t *testing.T) {
	d := ledgertest.New()
	d.Must(police, d.Issue(1))
	key := ledger.AttestationKey(ledgertest.Digest(1))
	status := func() ledger.Status { return ledgertest.Read[ledger.Attestation](d.World, key).Status }
	change := func(by ledger.MSPID, state ledger.State, reason ledger.Reason) error {
		_, err := d.Submit(by, ledger.ChangeAttestationStatus{SignedStatusChange: d.ChangeStatus(by, key, status(), state, reason)})
		return err
	}
	wantRefusal(t, change(service, ledger.Revoked, ledger.ReasonIssuedInError), ledger.NotAllowed, "only the organisation")
	wantRefusal(t, change(police, ledger.Active, ledger.ReasonReinstated), ledger.Invalid, "already active")
	wantRefusal(t, change(police, ledger.Suspended, ledger.ReasonReinstated), ledger.Invalid, "reason")
	wantRefusal(t, change(police, ledger.Suspended, "because"), ledger.Invalid, "reason")
	wantRefusal(t, change(police, ledger.Revoked, ledger.ReasonHold), ledger.Invalid, "no reason for the state revoked")

	suspend := ledger.ChangeAttestationStatus{SignedStatusChange: d.ChangeStatus(police, key, status(), ledger.Suspended, ledger.ReasonHold)}
	if out := d.Must(police, suspend); out.Event != "attestation.suspended" {
		t.Errorf("event %q", out.Event)
	}
	if out := d.Must(police, suspend); len(out.Writes) != 0 {
		t.Error("the same change again must be a success that writes nothing")
	}
	if err := change(police, ledger.Active, ledger.ReasonReinstated); err != nil {
		t.Fatal(err)
	}
	_, err := d.Submit(police, suspend)
	wantRefusal(t, err, ledger.Conflict, "sequence") // an old change cannot be played again
	if err := change(police, ledger.Revoked, ledger.ReasonKeyCompromise); err != nil {
		t.Fatal(err)
	}
	wantRefusal(t, change(police, ledger.Active, ledger.ReasonReinstated), ledger.Invalid, "stays revoked")
	if s := status(); s.State != ledger.Revoked || s.Sequence != 3 || s.Change.Reason != ledger.ReasonKeyCompromise {
		t.Errorf("status %+v", s)
	}
	d.Must(service, d.Register(1))
	document := ledger.DocumentKey(ledgertest.Digest(1))
	_, err = d.Submit(police, ledger.ChangeAttestationStatus{SignedStatusChange: d.ChangeStatus(police, document, ledger.Status{}, ledger.Revoked, ledger.ReasonIssuedInError)})
	wantRefusal(t, err, ledger.Invalid, "kind attestation")
}

func TestDocumentSupersedesAnother(t *testing.T) {
	d := ledgertest.New()
	d.Must(service, d.Register(1))
	old := ledger.DocumentKey(ledgertest.Digest(1))
	s := d.DocumentStatement(2)
	supersedes := ledgertest.Digest(1)
	s.Supersedes = &supersedes
	request := ledger.Register{Author: d.Author(service, s), Statement: s}
	_, err := d.Submit(service, request)
	wantRefusal(t, err, ledger.Invalid, "superseded")

	change := d.ChangeStatus(service, old, ledger.Status{}, ledger.Revoked, ledger.ReasonIssuedInError)
	request.Superseded = &change
	_, err = d.Submit(service, request)
	wantRefusal(t, err, ledger.Invalid, "superseded")

	change = d.ChangeStatus(service, old, ledger.Status{}, ledger.Revoked, ledger.ReasonSuperseded)
	if out := d.Must(service, request); len(out.Writes) != 2 {
		t.Fatalf("%d writes", len(out.Writes))
	}
	if got := ledgertest.Read[ledger.Document](d.World, old).Status; got.State != ledger.Revoked {
		t.Errorf("old document is %s", got.State)
	}
	_, err = d.Submit(notary, d.Notarise(1))
	wantRefusal(t, err, ledger.Invalid, "revoked")
	d.Must(notary, d.Notarise(2))
}

func TestNotarisation(t *testing.T) {
	d := ledgertest.New()
	_, err := d.Submit(notary, d.Notarise(1))
	wantRefusal(t, err, ledger.NotFound, "document")
	d.Must(service, d.Register(1))
	if out := d.Must(notary, d.Notarise(1)); out.Event != "notarisation.recorded" {
		t.Errorf("event %q", out.Event)
	}
	if out := d.Must(notary, d.Notarise(1)); len(out.Writes) != 0 {
		t.Error("a repeat must write nothing")
	}
	s := d.Notarise(1).Statement
	s.Finding = "signature-witnessed"
	_, err = d.Submit(notary, ledger.Notarise{Author: d.Author(notary, s), Statement: s})
	wantRefusal(t, err, ledger.Conflict, "taken")
	s.ID, s.Notary = ledgertest.ID(9), service
	_, err = d.Submit(service, ledger.Notarise{Author: d.Author(service, s), Statement: s})
	wantRefusal(t, err, ledger.NotAllowed, "accredited as notary")
}

// The records of a batch are put together from the texts of its statements.
func TestRecordsOfABatchAreCanonical(t *testing.T) {
	d := ledgertest.New()
	attestations, documents := d.IssueMany(100, 12), d.RegisterMany(1, 12)
	status := ledger.Status{State: ledger.Active}
	for _, c := range []struct {
		writes []ledger.Write
		batch  ledger.SignedBatch
		record func(index int, author ledger.Author) any
	}{
		{d.Must(police, attestations).Writes, attestations.Batch, func(i int, author ledger.Author) any {
			return ledger.Attestation{Author: author, Statement: attestations.Statements[i], Status: status}
		}},
		{d.Must(service, documents).Writes, documents.Batch, func(i int, author ledger.Author) any {
			return ledger.Document{Author: author, Statement: documents.Statements[i], Status: status}
		}},
	} {
		for i, w := range c.writes[1:] {
			b := c.batch.Statement
			want, err := ledger.Encode(c.record(i, ledger.Author{Batch: &ledger.BatchPlace{Index: i, Root: b.Root}, Key: c.batch.Signed.Key, Organisation: b.Author}))
			if err != nil || string(w.Record) != string(want) {
				t.Errorf("record %d is\n%s\nnot\n%s (%v)", i, w.Record, want, err)
			}
		}
	}
}

func TestBatches(t *testing.T) {
	d := ledgertest.New()
	request := d.IssueMany(100, ledger.MaxBatch)
	if out := d.Must(police, request); len(out.Writes) != ledger.MaxBatch+1 {
		t.Fatalf("%d writes", len(out.Writes))
	}
	if out := d.Must(police, request); len(out.Writes) != 0 {
		t.Error("a repeated batch must write nothing")
	}
	record := ledgertest.Read[ledger.Attestation](d.World, ledger.AttestationKey(ledgertest.Digest(142)))
	if record.Author.Batch.Index != 42 || record.Author.Batch.Root != request.Batch.Statement.Root || !record.Author.Signature.IsZero() {
		t.Errorf("author %+v", record.Author)
	}
	_, err := d.Submit(police, d.IssueMany(1099, 2))
	wantRefusal(t, err, ledger.Conflict, "statements[0]")
	d.Must(service, d.RegisterMany(1, 3))

	for name, c := range map[string]struct {
		spoil func(*ledger.IssueMany)
		code  ledger.Code
		word  string
	}{
		"changed after signing": {func(r *ledger.IssueMany) { r.Statements[1].Credential[0] ^= 1 }, ledger.Invalid, "root"},
		"one left out":          {func(r *ledger.IssueMany) { r.Statements = r.Statements[:2] }, ledger.Invalid, "size"},
		"empty":                 {func(r *ledger.IssueMany) { r.Statements = nil }, ledger.TooLarge, "1 to 1000"},
		"signed by another":     {func(r *ledger.IssueMany) { r.Batch.Signed = d.Author(service, r.Batch.Statement) }, ledger.NotAllowed, "author"},
	} {
		t.Run(name, func(t *testing.T) {
			r := d.IssueMany(5000, 3)
			c.spoil(&r)
			_, err := d.Submit(police, r)
			wantRefusal(t, err, c.code, c.word)
		})
	}
	t.Run("one bad statement is named", func(t *testing.T) {
		statements := d.IssueMany(6000, 3).Statements
		statements[2].Type = "unknown/1"
		b, err := ledger.NewBatch(d.Signers[police], police, d.Channel, ledger.KindAttestation, d.Now, statements)
		if err != nil {
			t.Fatal(err)
		}
		_, err = d.Submit(police, ledger.IssueMany{Batch: b, Statements: statements})
		wantRefusal(t, err, ledger.NotFound, "statements[2]")
	})
	t.Run("a statement twice", func(t *testing.T) {
		statements := d.IssueMany(7000, 2).Statements
		statements[1] = statements[0]
		b, _ := ledger.NewBatch(d.Signers[police], police, d.Channel, ledger.KindAttestation, d.Now, statements)
		_, err := d.Submit(police, ledger.IssueMany{Batch: b, Statements: statements})
		wantRefusal(t, err, ledger.Invalid, "twice")
	})
	t.Run("documents signed as attestations", func(t *testing.T) {
		r := d.RegisterMany(8000, 2)
		r.Batch.Statement.Of = ledger.KindAttestation
		r.Batch.Signed = d.Author(service, r.Batch.Statement)
		_, err := d.Submit(service, r)
		wantRefusal(t, err, ledger.Invalid, "batch.of")
	})
}
