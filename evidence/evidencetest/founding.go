package evidencetest

import (
	"crypto/rand"

	"github.com/imi-ledger/imi/evidence/credential"
	"github.com/imi-ledger/imi/ledger"
)

// The credential types and the kind of document of the ledger.
const (
	Identity ledger.CredentialTypeName = "identity/1"
	Degree   ledger.CredentialTypeName = "degree/1"
	Paper    ledger.Word               = "degree-certificate"
)

// Signer returns the signing key of an organisation.
func (l *Ledger) Signer(organisation ledger.MSPID) *ledger.Signer { return l.keys[organisation] }

// NewKey makes a key, which signs statements and credentials.
func (l *Ledger) NewKey() (*ledger.Signer, *credential.PrivateKey) {
	l.t.Helper()
	key, err := credential.GenerateKey(rand.Reader, credential.ES256)
	if err != nil {
		l.t.Fatal(err)
	}
	signer, err := ledger.NewSigner(key.Crypto())
	if err != nil {
		l.t.Fatal(err)
	}
	return signer, key
}

// Author signs a statement for an organisation, now.
func (l *Ledger) Author(organisation ledger.MSPID, statement any) ledger.Author {
	l.t.Helper()
	author, err := ledger.NewAuthor(l.keys[organisation], organisation, Channel, statement)
	if err != nil {
		l.t.Fatal(err)
	}
	return author
}

func (l *Ledger) found() {
	l.t.Helper()
	always := ledger.Period{From: l.Now}
	accreditation := func(role ledger.Role, scope string) ledger.Accreditation {
		return ledger.Accreditation{Role: role, Scope: scope, Period: always}
	}
	rights := map[ledger.MSPID][]ledger.Accreditation{
		Service: {accreditation(ledger.Issuer, string(Degree)), accreditation(ledger.Registrar, string(Paper)), accreditation(ledger.Witness, "")},
		Police:  {accreditation(ledger.Enroller, ""), accreditation(ledger.Issuer, string(Identity))},
		Notary:  {accreditation(ledger.Notary, ""), accreditation(ledger.Witness, "")},
		Audit:   {accreditation(ledger.Auditor, ""), accreditation(ledger.Witness, "")},
	}
	p := ledger.ProposalStatement{At: l.Now, Proposer: Service, Types: []ledger.CredentialType{
		ledger.NewCredentialType(Identity, ledger.Title{En: "Identity", Zh: "身份"}, 3650,
			ledger.ClaimRule{Name: "authority", Required: true}, ledger.ClaimRule{Name: "name", Disclosable: true, Required: true},
			ledger.ClaimRule{Name: "over_18", Disclosable: true, Required: true}),
		ledger.NewCredentialType(Degree, ledger.Title{En: "Degree", Zh: "学位"}, 36500, ledger.ClaimRule{Name: "degree", Disclosable: true}),
	}}
	for _, id := range []ledger.MSPID{Service, Police, Notary, Audit} {
		l.keys[id], l.private[id] = l.NewKey()
		o := ledger.NewOrganisation(id, ledger.Title{En: string(id), Zh: string(id)})
		o.Accreditations = rights[id]
		o.SigningKeys = []ledger.RegisteredKey{{Key: l.keys[id].PublicKey(), Period: always}}
		o.HeadKeys = []ledger.RegisteredKey{{Key: l.headKey(id), Period: always}}
		p.Organisations = append(p.Organisations, o)
	}
	l.Decide(p, Police, Notary, Audit)
}

// Decide proposes a change of the trust registry and has it approved. ID and header are filled in.
func (l *Ledger) Decide(p ledger.ProposalStatement, approvers ...ledger.MSPID) {
	l.t.Helper()
	p.ID = l.ID()
	p = ledger.NewProposalStatement(p)
	l.Submit(p.Proposer, ledger.GovernancePropose, ledger.Propose{Author: l.Author(p.Proposer, p), Statement: p})
	for _, by := range approvers {
		approval, err := ledger.NewApproval(p, by, l.Now)
		if err != nil {
			l.t.Fatal(err)
		}
		l.Submit(by, ledger.GovernanceApprove, ledger.Approve{SignedApproval: ledger.SignedApproval{Approval: approval, Author: l.Author(by, approval)}})
	}
}

// Amend changes an organisation's entry in the trust registry; another organisation proposes, it approves itself.
func (l *Ledger) Amend(id ledger.MSPID, change func(*ledger.Organisation)) {
	l.t.Helper()
	next := Get[ledger.Organisation](l, ledger.OrganisationKey(id))
	next.Sequence++
	change(&next)
	proposer := Audit
	if id == Audit {
		proposer = Service
	}
	l.Decide(ledger.ProposalStatement{At: l.Now, Proposer: proposer, Organisations: []ledger.Organisation{next}}, id)
}

// RotateKey gives an organisation another signing key and closes the one it has.
func (l *Ledger) RotateKey(id ledger.MSPID) {
	l.t.Helper()
	next, private := l.NewKey()
	l.Amend(id, func(o *ledger.Organisation) {
		o.SigningKeys[len(o.SigningKeys)-1].Until = l.Now
		o.SigningKeys = append(o.SigningKeys, ledger.RegisteredKey{Key: next.PublicKey(), Period: ledger.Period{From: l.Now}})
	})
	l.keys[id], l.private[id] = next, private
}

// ID makes a random id.
func (l *Ledger) ID() (id ledger.ID) {
	_, _ = rand.Read(id[:]) // never fails: crypto/rand ends the program instead
	return id
}

// Digest makes a random digest.
func (l *Ledger) Digest() (d ledger.Digest) {
	_, _ = rand.Read(d[:]) // never fails: crypto/rand ends the program instead
	return d
}
