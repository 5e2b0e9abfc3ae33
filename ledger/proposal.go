package ledger

import "strconv"

// ProposalStatement is what one organisation proposes to change in the trust registry. It takes effect when at least
// one other organisation approves it, and every organisation that is to get a new key has proposed or approved it.
type ProposalStatement struct {
	At            Time             `json:"at"`
	ID            ID               `json:"id"`
	Organisations []Organisation   `json:"organisations,omitempty"`
	Proposer      MSPID            `json:"proposer"`
	Types         []CredentialType `json:"types,omitempty"`
	Header
}

// NewProposalStatement fills the header in.
func NewProposalStatement(s ProposalStatement) ProposalStatement {
	s.Header = header(KindProposal)
	return s
}

// Approval is another organisation's signed agreement to a proposal.
type Approval struct {
	At       Time   `json:"at"`
	By       MSPID  `json:"by"`
	Digest   Digest `json:"digest"` // SHA-256 of the canonical proposal statement
	Proposal ID     `json:"proposal"`
	Header
}

// NewApproval makes the statement that approves a proposal.
func NewApproval(proposal ProposalStatement, by MSPID, at Time) (Approval, error) {
	text, err := Encode(proposal)
	return Approval{At: at, By: by, Digest: DigestOf(text), Proposal: proposal.ID, Header: header(statementApproval)}, err
}

// SignedApproval is an approval with its author's signature.
type SignedApproval struct {
	Approval Approval `json:"approval"`
	Author   Author   `json:"author"`
}

// Proposal is the record of a proposal and of who approved it.
type Proposal struct {
	Applied   bool              `json:"applied"`
	Approvals []SignedApproval  `json:"approvals,omitempty"`
	Author    Author            `json:"author"`
	Statement ProposalStatement `json:"statement"`
}

const maxChanges = 200

func (s ProposalStatement) check() error {
	if err := s.Header.check(KindProposal); err != nil {
		return err
	}
	if err := s.Proposer.check("statement.proposer"); err != nil {
		return err
	}
	changes := len(s.Organisations) + len(s.Types)
	if changes == 0 || changes > maxChanges {
		return Refuse(Invalid, "statement", "1 to %d changes are needed", maxChanges)
	}
	seen := map[Key]bool{}
	for i, o := range s.Organisations {
		field := "statement.organisations[" + strconv.Itoa(i) + "]"
		if err := o.check(field); err != nil {
			return err
		}
		if seen[OrganisationKey(o.MSPID)] {
			return Refuse(Invalid, field, "stands twice in this proposal")
		}
		seen[OrganisationKey(o.MSPID)] = true
	}
	for i, t := range s.Types {
		field := "statement.types[" + strconv.Itoa(i) + "]"
		if err := t.check(field); err != nil {
			return err
		}
		if seen[CredentialTypeKey(t.Name)] {
			return Refuse(Invalid, field, "stands twice in this proposal")
		}
		seen[CredentialTypeKey(t.Name)] = true
	}
	return nil
}

func (s ProposalStatement) reads() []Key {
	var keys []Key
	for _, o := range s.Organisations {
		keys = append(keys, OrganisationKey(o.MSPID))
	}
	for _, t := range s.Types {
		keys = append(keys, CredentialTypeKey(t.Name))
	}
	return keys
}

// agreed lists the organisations that proposed or approved.
func (p Proposal) agreed() map[MSPID]bool {
	agreed := map[MSPID]bool{p.Statement.Proposer: true}
	for _, a := range p.Approvals {
		agreed[a.Approval.By] = true
	}
	return agreed
}
