package ledgertest

import (
	"encoding/binary"
	"time"

	"github.com/imi-ledger/imi/ledger"
)

// ID makes an identifier from a number.
func ID(n uint64) ledger.ID {
	var id ledger.ID
	binary.BigEndian.PutUint64(id[8:], n)
	return id
}

// Digest makes a digest from a number.
func Digest(n uint64) ledger.Digest { return ledger.DigestOf(binary.BigEndian.AppendUint64(nil, n)) }

// Charter is the proposal that founds the district.
func (d *District) Charter() ledger.ProposalStatement {
	statement := ledger.ProposalStatement{At: d.Now, ID: ID(1), Proposer: Service}
	for _, id := range Organisations() {
		o := ledger.NewOrganisation(id, ledger.Title{En: string(id), Zh: string(id)})
		o.SigningKeys = []ledger.RegisteredKey{{Key: d.Signers[id].PublicKey(), Period: ledger.Period{From: d.Now}}}
		for _, a := range rights[id] {
			a.From = d.Now
			o.Accreditations = append(o.Accreditations, a)
		}
		statement.Organisations = append(statement.Organisations, o)
	}
	statement.Types = []ledger.CredentialType{ledger.NewCredentialType(Identity, ledger.Title{En: "Identity", Zh: "身份"}, 3650,
		ledger.ClaimRule{Name: "name", Disclosable: true, Required: true}, ledger.ClaimRule{Name: "over_18", Disclosable: true})}
	return ledger.NewProposalStatement(statement)
}

var rights = map[ledger.MSPID][]ledger.Accreditation{
	Service: {{Role: ledger.Registrar, Scope: string(Degree)}, {Role: ledger.Witness}},
	Police:  {{Role: ledger.Enroller}, {Role: ledger.Issuer, Scope: string(Identity)}},
	Notary:  {{Role: ledger.Notary}, {Role: ledger.Witness}},
	Audit:   {{Role: ledger.Auditor}},
}

// Propose signs a proposal.
func (d *District) Propose(s ledger.ProposalStatement) ledger.Propose {
	return ledger.Propose{Author: d.Author(s.Proposer, s), Statement: s}
}

// Approve signs an approval of a proposal.
func (d *District) Approve(by ledger.MSPID, s ledger.ProposalStatement) ledger.Approve {
	approval, err := ledger.NewApproval(s, by, d.Now)
	if err != nil {
		panic(err)
	}
	return ledger.Approve{SignedApproval: ledger.SignedApproval{Approval: approval, Author: d.Author(by, approval)}}
}

// Enrol makes the enrolment of person n under subject id n, with the holder's key.
func (d *District) Enrol(n uint64, holder *ledger.Signer) ledger.Enrol {
	subject := ledger.NewSubjectStatement(ledger.SubjectStatement{Assurance: ledger.AssuranceInPerson, EnrolledAt: d.Now,
		Enroller: Police, ID: ID(n), Key: holder.PublicKey()})
	person := ledger.NewPersonStatement(ledger.PersonStatement{EnrolledAt: d.Now, Enroller: Police, Subject: ID(n), Tag: Digest(n)})
	return ledger.Enrol{Author: d.Author(Police, subject), Holder: d.Sign(holder, subject), Person: person,
		PersonAuthor: d.Author(Police, person), Subject: subject}
}

// AttestationStatement is about credential n.
func (d *District) AttestationStatement(n uint64) ledger.AttestationStatement {
	return ledger.NewAttestationStatement(ledger.AttestationStatement{Credential: Digest(n), IssuedAt: d.Now, Issuer: Police,
		NotBefore: d.Now, NotAfter: d.Now.Add(365 * 24 * time.Hour), Type: Identity})
}

// Issue attests credential n.
func (d *District) Issue(n uint64) ledger.Issue {
	s := d.AttestationStatement(n)
	return ledger.Issue{Author: d.Author(Police, s), Statement: s}
}

// IssueMany attests credentials from n on in one batch.
func (d *District) IssueMany(n uint64, size int) ledger.IssueMany {
	statements := make([]ledger.AttestationStatement, size)
	for i := range statements {
		statements[i] = d.AttestationStatement(n + uint64(i))
	}
	return ledger.IssueMany{Batch: batch(d, Police, ledger.KindAttestation, statements), Statements: statements}
}

// DocumentStatement is about document n.
func (d *District) DocumentStatement(n uint64) ledger.DocumentStatement {
	return ledger.NewDocumentStatement(ledger.DocumentStatement{Commitment: Digest(n), Kind: Degree, Method: ledger.PlainDigest,
		RegisteredAt: d.Now, Registrar: Service})
}

// Register registers document n.
func (d *District) Register(n uint64) ledger.Register {
	s := d.DocumentStatement(n)
	return ledger.Register{Author: d.Author(Service, s), Statement: s}
}

// RegisterMany registers documents from n on in one batch.
func (d *District) RegisterMany(n uint64, size int) ledger.RegisterMany {
	statements := make([]ledger.DocumentStatement, size)
	for i := range statements {
		statements[i] = d.DocumentStatement(n + uint64(i))
	}
	return ledger.RegisterMany{Batch: batch(d, Service, ledger.KindDocument, statements), Statements: statements}
}

func batch[S any](d *District, by ledger.MSPID, of ledger.Kind, statements []S) ledger.SignedBatch {
	b, err := ledger.NewBatch(d.Signers[by], by, d.Channel, of, d.Now, statements)
	if err != nil {
		panic(err)
	}
	return b
}

// Notarise notarises document n under id n.
func (d *District) Notarise(n uint64) ledger.Notarise {
	s := ledger.NewNotarisationStatement(ledger.NotarisationStatement{Certificate: Digest(n + 1<<32), Document: Digest(n),
		Finding: "copy-matches-original", ID: ID(n), NotarisedAt: d.Now, Notary: Notary, NotBefore: d.Now,
		NotAfter: d.Now.Add(365 * 24 * time.Hour)})
	return ledger.Notarise{Author: d.Author(Notary, s), Statement: s}
}

// ChangeStatus signs a change of the status of a record.
func (d *District) ChangeStatus(by ledger.MSPID, key ledger.Key, current ledger.Status, state ledger.State, reason ledger.Reason) ledger.SignedStatusChange {
	change := ledger.NewStatusChange(key, current, state, reason, by, d.Now)
	return ledger.SignedStatusChange{Author: d.Author(by, change), Change: change}
}

// Rotate gives a subject another key with the consent of the old one.
func (d *District) Rotate(subject ledger.Subject, old, next *ledger.Signer) ledger.RotateKey {
	change := ledger.NewKeyChange(subject, next.PublicKey(), d.Now)
	return ledger.RotateKey{SignedKeyChange: ledger.SignedKeyChange{Change: change, NewKey: d.Sign(next, change), OldKey: d.Sign(old, change)}}
}

// Rebind gives a subject another key on the word of two organisations.
func (d *District) Rebind(subject ledger.Subject, next *ledger.Signer, enroller, witness ledger.MSPID) ledger.RebindKey {
	change := ledger.NewKeyChange(subject, next.PublicKey(), d.Now)
	e, w := d.Author(enroller, change), d.Author(witness, change)
	return ledger.RebindKey{SignedKeyChange: ledger.SignedKeyChange{Change: change, Enroller: &e, NewKey: d.Sign(next, change), Witness: &w}}
}
