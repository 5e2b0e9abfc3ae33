package chaincode

import (
	"github.com/hyperledger/fabric-contract-api-go/v2/contractapi"

	"github.com/imi-ledger/imi/ledger"
)

// transaction is what contractapi hands to every transaction.
type transaction = contractapi.TransactionContextInterface

func contracts() []contractapi.ContractInterface {
	return []contractapi.ContractInterface{
		&Governance{named("governance", "Proposals and approvals that change the trust registry")},
		&Subject{named("subject", "Citizens' identities: enrolment, keys, status")},
		&Attestation{named("attestation", "Issuers' attestations of credentials")},
		&Document{named("document", "Registered documents")},
		&Notarisation{named("notarisation", "Notarisations of documents")},
		&Record{named("record", "Reads of every kind of record; never submit these")},
	}
}

func named(name, description string) contractapi.Contract {
	c := contractapi.Contract{Name: name}
	c.Info.Title, c.Info.Description, c.Info.Version = name, description, "1"
	return c
}

// Governance changes the trust registry.
type Governance struct{ contractapi.Contract }

// Propose takes a ledger.Propose and returns the ledger.Proposal.
func (*Governance) Propose(ctx transaction, request string) (string, error) {
	return submit(ctx, ledger.GovernancePropose, request)
}

// Approve takes a ledger.Approve and returns the ledger.Proposal.
func (*Governance) Approve(ctx transaction, request string) (string, error) {
	return submit(ctx, ledger.GovernanceApprove, request)
}

// Subject keeps citizens' identities.
type Subject struct{ contractapi.Contract }

// Enrol takes a ledger.Enrol and returns the ledger.Subject.
func (*Subject) Enrol(ctx transaction, request string) (string, error) {
	return submit(ctx, ledger.SubjectEnrol, request)
}

// RotateKey takes a ledger.RotateKey and returns the ledger.Subject.
func (*Subject) RotateKey(ctx transaction, request string) (string, error) {
	return submit(ctx, ledger.SubjectRotateKey, request)
}

// RebindKey takes a ledger.RebindKey and returns the ledger.Subject.
func (*Subject) RebindKey(ctx transaction, request string) (string, error) {
	return submit(ctx, ledger.SubjectRebindKey, request)
}

// ChangeStatus takes a ledger.ChangeSubjectStatus and returns the ledger.Subject.
func (*Subject) ChangeStatus(ctx transaction, request string) (string, error) {
	return submit(ctx, ledger.SubjectChangeStatus, request)
}

// Attestation keeps issuers' attestations.
type Attestation struct{ contractapi.Contract }

// Issue takes a ledger.Issue and returns the ledger.Attestation.
func (*Attestation) Issue(ctx transaction, request string) (string, error) {
	return submit(ctx, ledger.AttestationIssue, request)
}

// IssueMany takes a ledger.IssueMany and returns the ledger.Batch.
func (*Attestation) IssueMany(ctx transaction, request string) (string, error) {
	return submit(ctx, ledger.AttestationIssueMany, request)
}

// ChangeStatus takes a ledger.ChangeAttestationStatus and returns the ledger.Attestation.
func (*Attestation) ChangeStatus(ctx transaction, request string) (string, error) {
	return submit(ctx, ledger.AttestationChangeStatus, request)
}

// Document keeps registered documents.
type Document struct{ contractapi.Contract }

// Register takes a ledger.Register and returns the ledger.Document.
func (*Document) Register(ctx transaction, request string) (string, error) {
	return submit(ctx, ledger.DocumentRegister, request)
}

// RegisterMany takes a ledger.RegisterMany and returns the ledger.Batch.
func (*Document) RegisterMany(ctx transaction, request string) (string, error) {
	return submit(ctx, ledger.DocumentRegisterMany, request)
}

// ChangeStatus takes a ledger.ChangeDocumentStatus and returns the ledger.Document.
func (*Document) ChangeStatus(ctx transaction, request string) (string, error) {
	return submit(ctx, ledger.DocumentChangeStatus, request)
}

// Notarisation keeps notarisations.
type Notarisation struct{ contractapi.Contract }

// Notarise takes a ledger.Notarise and returns the ledger.Notarisation.
func (*Notarisation) Notarise(ctx transaction, request string) (string, error) {
	return submit(ctx, ledger.NotarisationNotarise, request)
}

// ChangeStatus takes a ledger.ChangeNotarisationStatus and returns the ledger.Notarisation.
func (*Notarisation) ChangeStatus(ctx transaction, request string) (string, error) {
	return submit(ctx, ledger.NotarisationChangeStatus, request)
}
