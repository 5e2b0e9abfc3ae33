package chaincode

import (
	"github.com/hyperledger/fabric-contract-api-go/v2/contractapi"

	"github.com/imi-ledger/imi/ledger"
	"github.com/imi-ledger/imi/ledger/kept"
)

// transaction is what contractapi hands to every transaction.
type transaction = contractapi.TransactionContextInterface

func contracts() []contractapi.ContractInterface {
	registry := &kept.Memory{}
	submits := func(name, description string) submitting { return submitting{named(name, description), registry} }
	return []contractapi.ContractInterface{
		&Governance{submits("governance", "Proposals and approvals that change the trust registry")},
		&Subject{submits("subject", "Citizens' identities: enrolment, keys, status")},
		&Attestation{submits("attestation", "Issuers' attestations of credentials")},
		&Document{submits("document", "Registered documents")},
		&Notarisation{submits("notarisation", "Notarisations of documents")},
		&Record{named("record", "Reads of every kind of record; never submit these")},
	}
}

func named(name, description string) contractapi.Contract {
	c := contractapi.Contract{Name: name}
	c.Info.Title, c.Info.Description, c.Info.Version = name, description, "1"
	return c
}

// Governance changes the trust registry.
type Governance struct{ submitting }

// Propose takes a ledger.Propose and returns the ledger.Proposal.
func (c *Governance) Propose(ctx transaction, request string) (string, error) {
	return c.submit(ctx, ledger.GovernancePropose, request)
}

// Approve takes a ledger.Approve and returns the ledger.Proposal.
func (c *Governance) Approve(ctx transaction, request string) (string, error) {
	return c.submit(ctx, ledger.GovernanceApprove, request)
}

// Subject keeps citizens' identities.
type Subject struct{ submitting }

// Enrol takes a ledger.Enrol and returns the ledger.Subject.
func (c *Subject) Enrol(ctx transaction, request string) (string, error) {
	return c.submit(ctx, ledger.SubjectEnrol, request)
}

// RotateKey takes a ledger.RotateKey and returns the ledger.Subject.
func (c *Subject) RotateKey(ctx transaction, request string) (string, error) {
	return c.submit(ctx, ledger.SubjectRotateKey, request)
}

// RebindKey takes a ledger.RebindKey and returns the ledger.Subject.
func (c *Subject) RebindKey(ctx transaction, request string) (string, error) {
	return c.submit(ctx, ledger.SubjectRebindKey, request)
}

// ChangeStatus takes a ledger.ChangeSubjectStatus and returns the ledger.Subject.
func (c *Subject) ChangeStatus(ctx transaction, request string) (string, error) {
	return c.submit(ctx, ledger.SubjectChangeStatus, request)
}

// Attestation keeps issuers' attestations.
type Attestation struct{ submitting }

// Issue takes a ledger.Issue and returns the ledger.Attestation.
func (c *Attestation) Issue(ctx transaction, request string) (string, error) {
	return c.submit(ctx, ledger.AttestationIssue, request)
}

// IssueMany takes a ledger.IssueMany and returns the ledger.Batch.
func (c *Attestation) IssueMany(ctx transaction, request string) (string, error) {
	return c.submit(ctx, ledger.AttestationIssueMany, request)
}

// ChangeStatus takes a ledger.ChangeAttestationStatus and returns the ledger.Attestation.
func (c *Attestation) ChangeStatus(ctx transaction, request string) (string, error) {
	return c.submit(ctx, ledger.AttestationChangeStatus, request)
}

// Document keeps registered documents.
type Document struct{ submitting }

// Register takes a ledger.Register and returns the ledger.Document.
func (c *Document) Register(ctx transaction, request string) (string, error) {
	return c.submit(ctx, ledger.DocumentRegister, request)
}

// RegisterMany takes a ledger.RegisterMany and returns the ledger.Batch.
func (c *Document) RegisterMany(ctx transaction, request string) (string, error) {
	return c.submit(ctx, ledger.DocumentRegisterMany, request)
}

// ChangeStatus takes a ledger.ChangeDocumentStatus and returns the ledger.Document.
func (c *Document) ChangeStatus(ctx transaction, request string) (string, error) {
	return c.submit(ctx, ledger.DocumentChangeStatus, request)
}

// Notarisation keeps notarisations.
type Notarisation struct{ submitting }

// Notarise takes a ledger.Notarise and returns the ledger.Notarisation.
func (c *Notarisation) Notarise(ctx transaction, request string) (string, error) {
	return c.submit(ctx, ledger.NotarisationNotarise, request)
}

// ChangeStatus takes a ledger.ChangeNotarisationStatus and returns the ledger.Notarisation.
func (c *Notarisation) ChangeStatus(ctx transaction, request string) (string, error) {
	return c.submit(ctx, ledger.NotarisationChangeStatus, request)
}
