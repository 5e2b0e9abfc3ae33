package ledger_test

import (
	"testing"
	"time"

	"github.com/imi-ledger/imi/ledger"
	"github.com/imi-ledger/imi/ledger/ledgertest"
)

func TestOnePersonOneIdentity(t *testing.T) {
	d := ledgertest.New()
	holder := ledgertest.NewSigner("P-256")
	first := d.Enrol(1, holder)
	d.Must(police, first)
	if out := d.Must(police, first); len(out.Writes) != 0 {
		t.Error("a repeat must write nothing")
	}
	second := d.Enrol(2, holder)
	second.Person.Tag = first.Person.Tag
	second.PersonAuthor = d.Author(police, second.Person)
	_, err := d.Submit(police, second)
	wantRefusal(t, err, ledger.Conflict, "has an identity already")

	key := ledger.SubjectKey(ledgertest.ID(1))
	status := ledgertest.Read[ledger.Subject](d.World, key).Status
	d.Must(police, ledger.ChangeSubjectStatus{SignedStatusChange: d.ChangeStatus(police, key, status, ledger.Revoked, ledger.ReasonIssuedInError)})
	d.Must(police, second)
	if got := ledgertest.Read[ledger.Person](d.World, ledger.PersonKey(first.Person.Tag)).Statement.Subject; got != ledgertest.ID(2) {
		t.Errorf("person has identity %s", got)
	}
}

func TestEnrolmentNeedsAuthorityAndPossession(t *testing.T) {
	d := ledgertest.New()
	holder, thief := ledgertest.NewSigner("Ed25519"), ledgertest.NewSigner("Ed25519")
	for name, c := range map[string]struct {
		spoil func(*ledger.Enrol)
		code  ledger.Code
		word  string
	}{
		"no proof of possession":   {func(r *ledger.Enrol) { r.Holder = d.Sign(thief, r.Subject) }, ledger.NotAllowed, "holder"},
		"no enrolment authority":   {func(r *ledger.Enrol) { r.Author = d.Author(service, r.Subject) }, ledger.NotAllowed, "author"},
		"person signed by another": {func(r *ledger.Enrol) { r.PersonAuthor = d.Author(service, r.Person) }, ledger.NotAllowed, "author"},
		"person of another":        {func(r *ledger.Enrol) { r.Person.Subject = ledgertest.ID(99) }, ledger.Invalid, "person"},
		"bad key":                  {func(r *ledger.Enrol) { r.Subject.Key.X = "AAAA" }, ledger.Invalid, "key"},
		"unknown assurance":        {func(r *ledger.Enrol) { r.Subject.Assurance = "sure" }, ledger.Invalid, "assurance"},
	} {
		t.Run(name, func(t *testing.T) {
			r := d.Enrol(1, holder)
			c.spoil(&r)
			_, err := d.Submit(police, r)
			wantRefusal(t, err, c.code, c.word)
		})
	}
}

func TestHolderKeyHistory(t *testing.T) {
	d := ledgertest.New()
	first, second, third := ledgertest.NewSigner("P-256"), ledgertest.NewSigner("Ed25519"), ledgertest.NewSigner("P-256")
	d.Must(police, d.Enrol(1, first))
	start := d.Now
	subject := func() ledger.Subject {
		return ledgertest.Read[ledger.Subject](d.World, ledger.SubjectKey(ledgertest.ID(1)))
	}
	d.Now = d.Now.Add(time.Hour)
	_, err := d.Submit(service, d.Rotate(subject(), second, second))
	wantRefusal(t, err, ledger.NotAllowed, "oldKey")
	rotation := d.Rotate(subject(), first, second)
	rotation.NewKey = d.Sign(third, rotation.Change)
	_, err = d.Submit(service, rotation)
	wantRefusal(t, err, ledger.NotAllowed, "newKey")

	rotation = d.Rotate(subject(), first, second)
	d.Must(service, rotation) // any organisation may carry it
	if out := d.Must(audit, rotation); len(out.Writes) != 0 {
		t.Error("a repeat must write nothing")
	}
	rotated := d.Now
	d.Now = d.Now.Add(time.Hour)
	_, err = d.Submit(service, d.Rotate(subject(), second, first))
	wantRefusal(t, err, ledger.Invalid, "used before")
	_, err = d.Submit(police, d.Rebind(subject(), third, police, police))
	wantRefusal(t, err, ledger.NotAllowed, "another organisation")
	_, err = d.Submit(police, d.Rebind(subject(), third, police, audit))
	wantRefusal(t, err, ledger.NotAllowed, "accredited as witness")
	_, err = d.Submit(notary, d.Rebind(subject(), third, service, notary))
	wantRefusal(t, err, ledger.NotAllowed, "enrolled the subject")
	_, err = d.Submit(audit, d.Rebind(subject(), third, police, notary))
	wantRefusal(t, err, ledger.NotAllowed, "submits")
	d.Must(police, d.Rebind(subject(), third, police, notary))

	s := subject()
	for at, want := range map[ledger.Time]*ledger.Signer{start: first, rotated: second, rotated.Add(time.Minute): second, d.Now: third} {
		if key, ok := s.KeyAt(at); !ok || key != want.PublicKey() {
			t.Errorf("at %v another key counts", at)
		}
	}
	if _, ok := s.KeyAt(start.Add(-time.Second)); ok {
		t.Error("a key counts before enrolment")
	}
}
