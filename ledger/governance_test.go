package ledger_test

import (
	"testing"
	"time"

	"github.com/imi-ledger/imi/ledger"
	"github.com/imi-ledger/imi/ledger/ledgertest"
)

func TestFoundingNeedsEveryOrganisationThatGetsAKey(t *testing.T) {
	d := ledgertest.Unfounded()
	charter := d.Charter()
	d.Must(service, d.Propose(charter))
	_, err := d.Submit(service, d.Approve(service, charter))
	wantRefusal(t, err, ledger.NotAllowed, "another organisation")
	d.Must(police, d.Approve(police, charter))
	d.Must(notary, d.Approve(notary, charter))
	if _, registered := d.World[ledger.OrganisationKey(audit)]; registered {
		t.Fatal("founded without the agreement of an organisation that gets a key")
	}
	if out := d.Must(audit, d.Approve(audit, charter)); out.Event != "proposal.applied" {
		t.Fatalf("event %q", out.Event)
	}
	if !ledgertest.Read[ledger.Proposal](d.World, ledger.ProposalKey(charter.ID)).Applied {
		t.Error("proposal is not marked as applied")
	}
	if out := d.Must(audit, d.Approve(audit, charter)); len(out.Writes) != 0 {
		t.Error("a repeated approval must write nothing")
	}
}

// amended is the registered state of an organisation with a change, ready to be proposed.
func amended(d *ledgertest.District, id ledger.MSPID, change func(*ledger.Organisation)) ledger.Organisation {
	o := ledgertest.Read[ledger.Organisation](d.World, ledger.OrganisationKey(id))
	o.Sequence++
	change(&o)
	return o
}

func proposal(d *ledgertest.District, n uint64, by ledger.MSPID, organisations ...ledger.Organisation) ledger.ProposalStatement {
	return ledger.NewProposalStatement(ledger.ProposalStatement{At: d.Now, ID: ledgertest.ID(n), Proposer: by, Organisations: organisations})
}

func TestAccreditationNeedsTwoOrganisations(t *testing.T) {
	d := ledgertest.New()
	d.Now = d.Now.Add(time.Hour)
	p := proposal(d, 2, audit, amended(d, notary, func(o *ledger.Organisation) {
		o.Accreditations = append(o.Accreditations, ledger.Accreditation{Role: ledger.Issuer, Scope: string(ledgertest.Identity), Period: ledger.Period{From: d.Now}})
	}))
	d.Must(audit, d.Propose(p))
	s := d.AttestationStatement(1)
	s.Issuer = notary
	issue := ledger.Issue{Author: d.Author(notary, s), Statement: s}
	_, err := d.Submit(notary, issue)
	wantRefusal(t, err, ledger.NotAllowed, "accredited")
	d.Must(service, d.Approve(service, p))
	d.Must(notary, issue)

	_, err = d.Submit(police, d.Approve(police, p))
	wantRefusal(t, err, ledger.Conflict, "already")
	p2 := p
	p2.ID = ledgertest.ID(3)
	_, err = d.Submit(audit, d.Propose(p2))
	wantRefusal(t, err, ledger.Conflict, "sequence")
}

func TestKeyRotationKeepsOldSignaturesVerifiable(t *testing.T) {
	d := ledgertest.New()
	issue := d.Issue(1)
	d.Must(police, issue)
	issued, old := d.Now, d.Signers[police]
	d.Now = d.Now.Add(24 * time.Hour)
	next := ledgertest.NewSigner("Ed25519")
	p := proposal(d, 2, police, amended(d, police, func(o *ledger.Organisation) {
		o.SigningKeys[0].Until = d.Now
		o.SigningKeys = append(o.SigningKeys, ledger.RegisteredKey{Key: next.PublicKey(), Period: ledger.Period{From: d.Now}})
	}))
	d.Must(police, d.Propose(p))
	d.Must(audit, d.Approve(audit, p))

	registry := ledgertest.Read[ledger.Organisation](d.World, ledger.OrganisationKey(police))
	if err := ledger.CheckAuthor(d.Channel, registry, issue.Author, issue.Statement, issued); err != nil {
		t.Errorf("old signature as of its time: %v", err)
	}
	_, err := d.Submit(police, d.Issue(2))
	wantRefusal(t, err, ledger.NotAllowed, "author.key")
	d.Signers[police] = next
	d.Must(police, d.Issue(2))
	backdated := d.AttestationStatement(3)
	backdated.IssuedAt = d.Now.Add(-10 * time.Minute)
	author, _ := ledger.NewAuthor(old, police, d.Channel, backdated)
	_, err = d.Submit(police, ledger.Issue{Author: author, Statement: backdated})
	wantRefusal(t, err, ledger.NotAllowed, "now")
}

// TestClosedKeyCannotBeUsedByAnOldClock: a client may claim a time up to Skew ago; a key closed since then is closed to it.
func TestClosedKeyCannotBeUsedByAnOldClock(t *testing.T) {
	d := ledgertest.New()
	d.Now = d.Now.Add(24 * time.Hour)
	p := proposal(d, 2, service, amended(d, police, func(o *ledger.Organisation) { o.SigningKeys[0].Until = d.Now }))
	d.Must(service, d.Propose(p))
	d.Must(notary, d.Approve(notary, p))
	d.Now = d.Now.Add(-ledger.Skew + time.Second)
	_, err := d.Submit(police, d.Issue(1))
	wantRefusal(t, err, ledger.NotAllowed, "author.key")
}

func TestGovernanceRefusals(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*ledgertest.District, *ledger.Organisation)
		word   string
	}{
		"key removed": {func(_ *ledgertest.District, o *ledger.Organisation) { o.SigningKeys = nil }, "never removed"},
		"key replaced": {func(_ *ledgertest.District, o *ledger.Organisation) {
			o.SigningKeys[0].Key = ledgertest.NewSigner("P-256").PublicKey()
		}, "never changes"},
		"past moved":           {func(d *ledgertest.District, o *ledger.Organisation) { o.SigningKeys[0].From = d.Now.Add(-time.Hour) }, "never changes"},
		"accreditation edited": {func(_ *ledgertest.District, o *ledger.Organisation) { o.Accreditations[1].Role = ledger.Auditor }, "never changes"},
		"head key on P-256": {func(d *ledgertest.District, o *ledger.Organisation) {
			o.HeadKeys = []ledger.RegisteredKey{{Key: ledgertest.NewSigner("P-256").PublicKey(), Period: ledger.Period{From: d.Now}}}
		}, "Ed25519"},
		"key twice": {func(_ *ledgertest.District, o *ledger.Organisation) {
			o.SigningKeys = append(o.SigningKeys, o.SigningKeys[0])
		}, "once"},
		"unknown role": {func(d *ledgertest.District, o *ledger.Organisation) {
			o.Accreditations = append(o.Accreditations, ledger.Accreditation{Role: "king", Period: ledger.Period{From: d.Now}})
		}, "role"},
		"issuer no type": {func(d *ledgertest.District, o *ledger.Organisation) {
			o.Accreditations = append(o.Accreditations, ledger.Accreditation{Role: ledger.Issuer, Period: ledger.Period{From: d.Now}})
		}, "scope"},
		"empty title": {func(_ *ledgertest.District, o *ledger.Organisation) { o.Title.Zh = "" }, "title"},
		"line break":  {func(_ *ledgertest.District, o *ledger.Organisation) { o.Title.Zh = "a\nb" }, "control"},
	} {
		t.Run(name, func(t *testing.T) {
			d := ledgertest.New()
			d.Now = d.Now.Add(2 * time.Hour)
			p := proposal(d, 2, audit, amended(d, service, func(o *ledger.Organisation) { c.change(d, o) }))
			_, err := d.Submit(audit, d.Propose(p))
			wantRefusal(t, err, ledger.Invalid, c.word)
		})
	}
}

func TestForeignKeyCannotBePlantedOnAnOrganisation(t *testing.T) {
	d := ledgertest.New()
	planted := ledgertest.NewSigner("P-256")
	p := proposal(d, 2, service, amended(d, police, func(o *ledger.Organisation) {
		o.SigningKeys = append(o.SigningKeys, ledger.RegisteredKey{Key: planted.PublicKey(), Period: ledger.Period{From: d.Now}})
	}))
	d.Must(service, d.Propose(p))
	d.Must(notary, d.Approve(notary, p))
	d.Must(audit, d.Approve(audit, p)) // three of four agree, and still:
	registry := ledgertest.Read[ledger.Organisation](d.World, ledger.OrganisationKey(police))
	if len(registry.SigningKeys) != 1 {
		t.Fatal("a key was planted without its organisation")
	}
	d.Now = d.Now.Add(time.Hour)
	p.At = d.Now
	p.Organisations[0].SigningKeys = p.Organisations[0].SigningKeys[:1]
	p.Organisations[0].SigningKeys[0].Until = d.Now
	p.ID = ledgertest.ID(3)
	d.Must(service, d.Propose(p)) // closing a key of another is what two organisations may do
	d.Must(notary, d.Approve(notary, p))
	_, err := d.Submit(police, d.Issue(1))
	wantRefusal(t, err, ledger.NotAllowed, "author.key")
}
