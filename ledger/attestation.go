package ledger

import "time"

// AttestationStatement is what an issuer attests: that it made the credential with this digest. Whose credential it is
// only the holder's copy says.
type AttestationStatement struct {
	Credential Digest             `json:"credential"` // SHA-256 of the issuer-signed part of the SD-JWT VC
	IssuedAt   Time               `json:"issuedAt"`
	Issuer     MSPID              `json:"issuer"`
	NotAfter   Time               `json:"notAfter"`
	NotBefore  Time               `json:"notBefore"`
	Type       CredentialTypeName `json:"type"`
	Header
}

// NewAttestationStatement fills the header in.
func NewAttestationStatement(s AttestationStatement) AttestationStatement {
	s.Header = header(KindAttestation)
	return s
}

// Attestation is the issuer's record of a credential.
type Attestation struct {
	Author    Author               `json:"author"`
	Statement AttestationStatement `json:"statement"`
	Status    Status               `json:"status"`
}

// Issue records one attestation.
type Issue struct {
	Author    Author               `json:"author"`
	Statement AttestationStatement `json:"statement"`
}

// Reads implements Operation.
func (r Issue) Reads(Env) []Key {
	return []Key{AttestationKey(r.Statement.Credential), OrganisationKey(r.Statement.Issuer), CredentialTypeKey(r.Statement.Type)}
}

// Apply implements Operation.
func (r Issue) Apply(env Env, world World) (Outcome, error) {
	if err := r.Statement.check("statement"); err != nil {
		return Outcome{}, err
	}
	key := AttestationKey(r.Statement.Credential)
	present, found, err := load[Attestation](world, key)
	if err != nil {
		return Outcome{}, err
	}
	if found {
		if sameStatement(present.Statement, r.Statement) {
			return unchanged(present)
		}
		return Outcome{}, Refuse(Conflict, "statement", "this credential is attested with other content").about(key)
	}
	issuer, err := requireOrganisation(env, world, r.Statement.Issuer, "statement.issuer")
	if err != nil {
		return Outcome{}, err
	}
	kind, err := require[CredentialType](world, CredentialTypeKey(r.Statement.Type), "statement.type")
	if err != nil {
		return Outcome{}, err
	}
	if err := r.Statement.allowed("statement", env, issuer, kind); err != nil {
		return Outcome{}, err
	}
	if err := env.checkAuthor(issuer, r.Author, r.Statement, r.Statement.IssuedAt); err != nil {
		return Outcome{}, err
	}
	return outcome("attestation.issued", keyed{key, Attestation{Author: r.Author, Statement: r.Statement, Status: newStatus()}})
}

func (s AttestationStatement) check(field string) error {
	if err := s.Header.check(KindAttestation); err != nil {
		return err
	}
	if err := s.Issuer.check(field + ".issuer"); err != nil {
		return err
	}
	if err := s.Type.check(field + ".type"); err != nil {
		return err
	}
	if !s.NotBefore.Before(s.NotAfter) {
		return Refuse(Invalid, field+".notAfter", "must be later than notBefore")
	}
	return nil
}

// allowed checks what depends on the trust registry: is this issuer accredited for the type, for so long?
func (s AttestationStatement) allowed(field string, env Env, issuer Organisation, kind CredentialType) error {
	if err := s.IssuedAt.checkNear(field+".issuedAt", env.Time); err != nil {
		return err
	}
	if err := env.requireAccreditation(field+".type", issuer, Issuer, string(s.Type), s.IssuedAt); err != nil {
		return err
	}
	if longest := time.Duration(kind.LongestValidityDays) * 24 * time.Hour; s.NotBefore.Add(longest).Before(s.NotAfter) {
		return Refuse(Invalid, field+".notAfter", "a credential of type %s is valid for at most %d days", s.Type, kind.LongestValidityDays)
	}
	return nil
}

// ChangeAttestationStatus suspends, reinstates or revokes an attestation.
type ChangeAttestationStatus struct{ SignedStatusChange }

// Reads implements Operation.
func (r ChangeAttestationStatus) Reads(Env) []Key { return r.reads() }

// Apply implements Operation.
func (r ChangeAttestationStatus) Apply(env Env, world World) (Outcome, error) {
	return changeStatus(env, world, r.SignedStatusChange, KindAttestation,
		func(a Attestation) (MSPID, Status) { return a.Statement.Issuer, a.Status },
		func(a *Attestation, s Status) { a.Status = s })
}

// IssueMany records up to MaxBatch attestations of one issuer under one signature.
type IssueMany struct {
	Batch      SignedBatch            `json:"batch"`
	Statements []AttestationStatement `json:"statements,omitempty"`
}

// Reads implements Operation.
func (r IssueMany) Reads(Env) []Key {
	keys := []Key{BatchKey(r.Batch.Statement.Root), OrganisationKey(r.Batch.Statement.Author)}
	seen := map[CredentialTypeName]bool{}
	for _, s := range r.Statements {
		keys = append(keys, AttestationKey(s.Credential))
		if !seen[s.Type] {
			seen[s.Type] = true
			keys = append(keys, CredentialTypeKey(s.Type))
		}
	}
	return keys
}

// Apply implements Operation.
func (r IssueMany) Apply(env Env, world World) (Outcome, error) {
	kinds := map[CredentialTypeName]CredentialType{}
	return applyBatch(env, world, r.Batch, KindAttestation, "attestation.issued_many", r.Statements, batchRules[AttestationStatement]{
		key: func(s AttestationStatement) Key { return AttestationKey(s.Credential) },
		allowed: func(field string, s AttestationStatement, issuer Organisation) error {
			if err := s.check(field); err != nil {
				return err
			}
			if s.Issuer != issuer.MSPID || s.IssuedAt != r.Batch.Statement.At {
				return Refuse(Invalid, field, "issuer and issuedAt must be those of the batch")
			}
			kind, known := kinds[s.Type]
			if !known {
				var err error
				if kind, err = require[CredentialType](world, CredentialTypeKey(s.Type), field+".type"); err != nil {
					return err
				}
				kinds[s.Type] = kind
			}
			return s.allowed(field, env, issuer, kind)
		},
	})
}
