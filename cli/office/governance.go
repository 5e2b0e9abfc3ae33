package office

import (
	"context"

	"github.com/imi-ledger/imi/evidence/credential"
	"github.com/imi-ledger/imi/ledger"
)

// Propose proposes changes to the trust registry.
func (o *Office) Propose(ctx context.Context, organisations []ledger.Organisation, types []ledger.CredentialType) (ledger.ProposalStatement, Receipt, error) {
	id, err := o.NewID()
	if err != nil {
		return ledger.ProposalStatement{}, Receipt{}, err
	}
	statement := ledger.NewProposalStatement(ledger.ProposalStatement{At: o.now(), ID: id, Organisations: organisations,
		Proposer: o.MSPID, Types: types})
	author, err := o.sign(statement)
	if err != nil {
		return statement, Receipt{}, err
	}
	receipt, err := o.submit(ctx, ledger.ProposalKey(id), ledger.GovernancePropose, ledger.Propose{Author: author, Statement: statement})
	return statement, receipt, err
}

// Approve approves a proposal as it stands on the ledger, and returns it as it stands then.
func (o *Office) Approve(ctx context.Context, id ledger.ID) (ledger.Proposal, Receipt, error) {
	proposal, err := Read[ledger.Proposal](ctx, o.Ledger, ledger.ProposalKey(id))
	if err != nil {
		return proposal, Receipt{}, err
	}
	return o.Agree(ctx, proposal.Statement)
}

// Agree approves a proposal that is known already. The ledger refuses it unless that is, to the byte, the one it has.
func (o *Office) Agree(ctx context.Context, statement ledger.ProposalStatement) (ledger.Proposal, Receipt, error) {
	key, as := ledger.ProposalKey(statement.ID), ledger.Proposal{Statement: statement}
	approval, err := ledger.NewApproval(statement, o.MSPID, o.now())
	if err != nil {
		return as, Receipt{}, err
	}
	author, err := o.sign(approval)
	if err != nil {
		return as, Receipt{}, err
	}
	request := ledger.Approve{SignedApproval: ledger.SignedApproval{Approval: approval, Author: author}}
	text, err := ledger.Encode(request)
	if err != nil {
		return as, Receipt{}, err
	}
	result, err := o.Ledger.Submit(ctx, ledger.GovernanceApprove, text)
	receipt := Receipt{Key: key, TransactionID: result.TransactionID, Block: result.Block, SeenBy: result.SeenBy}
	if err != nil {
		return as, receipt, err
	}
	proposal, err := decode[ledger.Proposal](key, result.Payload)
	return proposal, receipt, err
}

// TypeRecord is the part of a type's definition that goes on the ledger.
func TypeRecord(t credential.Type) ledger.CredentialType {
	disclosable, required := map[string]bool{}, map[string]bool{}
	for _, name := range t.DisclosableNames() {
		disclosable[name] = true
	}
	for _, c := range t.Claims {
		required[c.Name] = c.Required
	}
	var rules []ledger.ClaimRule
	for _, name := range t.ClaimNames() {
		rules = append(rules, ledger.ClaimRule{Disclosable: disclosable[name], Name: name, Required: required[name]})
	}
	return ledger.NewCredentialType(TypeName(t), ledger.Title{En: t.Title.En, Zh: t.Title.Zh}, t.MaximumValidityDays, rules...)
}
