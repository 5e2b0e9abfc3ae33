package ledger

import "strconv"

// Propose records a proposal. It changes nothing else yet.
type Propose struct {
	Author    Author            `json:"author"`
	Statement ProposalStatement `json:"statement"`
}

// Reads implements Operation.
func (r Propose) Reads(env Env) []Key {
	return append(r.Statement.reads(), ProposalKey(r.Statement.ID), OrganisationKey(env.Creator))
}

// Apply implements Operation.
func (r Propose) Apply(env Env, world World) (Outcome, error) {
	s := r.Statement
	if err := s.check(); err != nil {
		return Outcome{}, err
	}
	key := ProposalKey(s.ID)
	present, found, err := load[Proposal](world, key)
	if err != nil {
		return Outcome{}, err
	}
	if found {
		if sameStatement(present.Statement, s) {
			return unchanged(present)
		}
		return Outcome{}, Refuse(Conflict, "statement.id", "this id is taken by another proposal")
	}
	if err := s.At.checkNear("statement.at", env.Time); err != nil {
		return Outcome{}, err
	}
	if err := s.checkParty(env, world, s.Proposer, r.Author, s); err != nil {
		return Outcome{}, err
	}
	if _, err := s.decide(world, env.Time, nil); err != nil {
		return Outcome{}, err
	}
	return outcome("proposal.made", keyed{key, Proposal{Author: r.Author, Statement: s}})
}

// Approve adds an approval and, when it was the last one needed, carries the proposal out.
type Approve struct{ SignedApproval }

// Reads implements Operation.
func (r Approve) Reads(Env) []Key { return []Key{ProposalKey(r.Approval.Proposal)} }

// Apply implements Operation.
func (r Approve) Apply(env Env, world World) (Outcome, error) {
	a := r.Approval
	if err := a.Header.check(statementApproval); err != nil {
		return Outcome{}, err
	}
	key := ProposalKey(a.Proposal)
	proposal, err := require[Proposal](world, key, "approval.proposal")
	if err != nil {
		return Outcome{}, err
	}
	for _, done := range proposal.Approvals {
		if done.Approval.By == a.By && done.Approval.Digest == a.Digest {
			return unchanged(proposal)
		}
	}
	if err := proposal.admits(env, a); err != nil {
		return Outcome{}, err
	}
	if err := proposal.Statement.checkParty(env, world, a.By, r.Author, a); err != nil {
		return Outcome{}, err
	}
	proposal.Approvals = append(proposal.Approvals, r.SignedApproval)
	decided, err := proposal.Statement.decide(world, env.Time, proposal.agreed())
	if err != nil {
		return Outcome{}, err
	}
	if decided == nil {
		return outcome("proposal.approved", keyed{key, proposal})
	}
	proposal.Applied = true
	return outcome("proposal.applied", append([]keyed{{key, proposal}}, decided...)...)
}

// admits checks that the approval is about this proposal as it stands.
func (p Proposal) admits(env Env, a Approval) error {
	text, err := Encode(p.Statement)
	if err != nil {
		return err
	}
	switch {
	case p.Applied:
		return Refuse(Conflict, "approval.proposal", "has been carried out already")
	case a.Digest != DigestOf(text):
		return Refuse(Invalid, "approval.digest", "must be the SHA-256 of the canonical proposal statement")
	case a.By == p.Statement.Proposer:
		return Refuse(NotAllowed, "approval.by", "must be another organisation than the proposer")
	}
	return a.At.checkNear("approval.at", env.Time)
}

// checkParty verifies the signature of an organisation that proposes or approves. One that has no usable signing key in
// the registry, as when the ledger is founded, signs with a key that the proposal itself gives it: its certificate and
// the agreement of the others vouch for it.
func (s ProposalStatement) checkParty(env Env, world World, party MSPID, author Author, statement any) error {
	if party != env.Creator {
		return Refuse(NotAllowed, "author.organisation", "must be the organisation that submits the transaction")
	}
	registered, found, err := load[Organisation](world, OrganisationKey(party))
	if err != nil {
		return err
	}
	if found && registered.hasSigningKeyAt(env.Time.Add(Skew)) {
		return env.checkAuthor(registered, author, statement, env.Time)
	}
	for _, proposed := range s.Organisations {
		if proposed.MSPID != party {
			continue
		}
		keys := make([]RegisteredKey, len(proposed.SigningKeys))
		for i, k := range proposed.SigningKeys {
			keys[i] = RegisteredKey{Key: k.Key, Period: Period{From: env.Time}}
		}
		proposed.SigningKeys = keys
		return CheckAuthor(env.Channel, proposed, author, statement, env.Time)
	}
	return Refuse(NotAllowed, "author.organisation", "%s has no signing key in the trust registry, nor in this proposal", party)
}

func (o Organisation) hasSigningKeyAt(at Time) bool {
	for _, k := range o.SigningKeys {
		if k.Covers(at) {
			return true
		}
	}
	return false
}

// decide checks every change against the registry as it is now, and returns the records to write once the organisations
// that agreed suffice; until then it returns none.
func (s ProposalStatement) decide(world World, now Time, agreed map[MSPID]bool) ([]keyed, error) {
	enough := len(agreed) >= 2
	var records []keyed
	for i, o := range s.Organisations {
		field := "statement.organisations[" + strconv.Itoa(i) + "]"
		var before *Organisation
		registered, found, err := load[Organisation](world, OrganisationKey(o.MSPID))
		if err != nil {
			return nil, err
		}
		if found {
			before = &registered
		}
		settled, addsKey, err := o.amend(before, field, now)
		if err != nil {
			return nil, err
		}
		enough = enough && (!addsKey || agreed[o.MSPID])
		records = append(records, keyed{OrganisationKey(o.MSPID), settled})
	}
	for i, t := range s.Types {
		if data, err := world.Get(CredentialTypeKey(t.Name)); err != nil {
			return nil, err
		} else if data != nil {
			return nil, Refuse(Conflict, "statement.types["+strconv.Itoa(i)+"]", "this version exists; add another").about(CredentialTypeKey(t.Name))
		}
		records = append(records, keyed{CredentialTypeKey(t.Name), t})
	}
	if !enough {
		return nil, nil
	}
	return records, nil
}
