package evidencetest

import (
	"time"

	"github.com/imi-ledger/imi/ledger"
)

// Year is a period of validity.
const Year = 365 * 24 * time.Hour

// Attestation is a statement about a credential, valid for a year from now.
func (l *Ledger) Attestation(issuer ledger.MSPID, kind ledger.CredentialTypeName, credential ledger.Digest) ledger.AttestationStatement {
	return ledger.NewAttestationStatement(ledger.AttestationStatement{Credential: credential, IssuedAt: l.Now, Issuer: issuer, Type: kind,
		NotBefore: l.Now, NotAfter: l.Now.Add(Year)})
}

// Issue attests a credential.
func (l *Ledger) Issue(s ledger.AttestationStatement) ledger.Key {
	l.t.Helper()
	l.Submit(s.Issuer, ledger.AttestationIssue, ledger.Issue{Author: l.Author(s.Issuer, s), Statement: s})
	return ledger.AttestationKey(s.Credential)
}

// IssueMany attests n random degrees in one batch and returns its statements.
func (l *Ledger) IssueMany(n int) (ledger.SignedBatch, []ledger.AttestationStatement) {
	l.t.Helper()
	var statements []ledger.AttestationStatement
	for range n {
		statements = append(statements, l.Attestation(Service, Degree, l.Digest()))
	}
	batch, err := ledger.NewBatch(l.keys[Service], Service, Channel, ledger.KindAttestation, l.Now, statements)
	if err != nil {
		l.t.Fatal(err)
	}
	l.Submit(Service, ledger.AttestationIssueMany, ledger.IssueMany{Batch: batch, Statements: statements})
	return batch, statements
}

// Document is a statement about a file.
func (l *Ledger) Document(commitment ledger.Digest) ledger.DocumentStatement {
	return ledger.NewDocumentStatement(ledger.DocumentStatement{Commitment: commitment, Kind: Paper, Method: ledger.PlainDigest,
		RegisteredAt: l.Now, Registrar: Service})
}

// Registration is a request to register a document.
func (l *Ledger) Registration(s ledger.DocumentStatement) ledger.Register {
	l.t.Helper()
	return ledger.Register{Author: l.Author(s.Registrar, s), Statement: s}
}

// Register registers a file.
func (l *Ledger) Register(commitment ledger.Digest) ledger.Key {
	l.t.Helper()
	l.Submit(Service, ledger.DocumentRegister, l.Registration(l.Document(commitment)))
	return ledger.DocumentKey(commitment)
}

// Notarise notarises a document for a year.
func (l *Ledger) Notarise(document ledger.Digest) ledger.ID {
	l.t.Helper()
	s := ledger.NewNotarisationStatement(ledger.NotarisationStatement{Certificate: l.Digest(), Document: document,
		Finding: "copy-matches-original", ID: l.ID(), Notary: Notary, NotarisedAt: l.Now, NotBefore: l.Now, NotAfter: l.Now.Add(Year)})
	l.Submit(Notary, ledger.NotarisationNotarise, ledger.Notarise{Author: l.Author(Notary, s), Statement: s})
	return s.ID
}

// Change suspends, reinstates or revokes a record.
func (l *Ledger) Change(key ledger.Key, state ledger.State, reason ledger.Reason) {
	l.t.Helper()
	by, current, function := l.standing(key)
	change := ledger.NewStatusChange(key, current, state, reason, by, l.Now)
	l.Submit(by, function, ledger.SignedStatusChange{Author: l.Author(by, change), Change: change})
}

func (l *Ledger) standing(key ledger.Key) (ledger.MSPID, ledger.Status, string) {
	l.t.Helper()
	switch key.Kind() {
	case ledger.KindAttestation:
		r := Get[ledger.Attestation](l, key)
		return r.Statement.Issuer, r.Status, ledger.AttestationChangeStatus
	case ledger.KindDocument:
		r := Get[ledger.Document](l, key)
		return r.Statement.Registrar, r.Status, ledger.DocumentChangeStatus
	case ledger.KindNotarisation:
		r := Get[ledger.Notarisation](l, key)
		return r.Statement.Notary, r.Status, ledger.NotarisationChangeStatus
	default:
		r := Get[ledger.Subject](l, key)
		return r.Statement.Enroller, r.Status, ledger.SubjectChangeStatus
	}
}

// Revoke revokes a record.
func (l *Ledger) Revoke(key ledger.Key) {
	l.t.Helper()
	l.Change(key, ledger.Revoked, ledger.ReasonIssuedInError)
}
