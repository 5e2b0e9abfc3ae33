package ledger

import "crypto/sha256"

// CommitmentMethod says how a document's commitment was made.
type CommitmentMethod string

// The methods. A file whose content could be guessed needs a salt, or its hash would give it away.
const (
	PlainDigest  CommitmentMethod = "sha256"
	SaltedDigest CommitmentMethod = "sha256-salted"
)

// SaltedCommitment hides a file's digest behind a random salt, which stays off the ledger.
//
//	SHA-256("imi document commitment v1" 0x00 | salt (32 bytes) | SHA-256 of the file)
func SaltedCommitment(salt [32]byte, file Digest) Digest {
	return saltedHash("imi document commitment v1\x00", salt, file[:])
}

// CertificateCommitment hides the number of a notarial certificate behind a random salt.
//
//	SHA-256("imi certificate number v1" 0x00 | salt (32 bytes) | number, UTF-8)
func CertificateCommitment(salt [32]byte, number string) Digest {
	return saltedHash("imi certificate number v1\x00", salt, []byte(number))
}

func saltedHash(domain string, salt [32]byte, content []byte) Digest {
	h := sha256.New()
	h.Write([]byte(domain))
	h.Write(salt[:])
	h.Write(content)
	return Digest(h.Sum(nil))
}

// DocumentStatement is what a registrar states: that a file with this commitment existed and is of this kind.
type DocumentStatement struct {
	Commitment   Digest           `json:"commitment"`
	Kind         Word             `json:"kind"`
	Method       CommitmentMethod `json:"method"`
	RegisteredAt Time             `json:"registeredAt"`
	Registrar    MSPID            `json:"registrar"`
	Supersedes   *Digest          `json:"supersedes,omitempty"` // commitment of the document it replaces
	Header
}

// NewDocumentStatement fills the header in.
func NewDocumentStatement(s DocumentStatement) DocumentStatement {
	s.Header = header(KindDocument)
	return s
}

// Document is the registrar's record of a file.
type Document struct {
	Author    Author            `json:"author"`
	Statement DocumentStatement `json:"statement"`
	Status    Status            `json:"status"`
}

// Register records one document. One that supersedes another revokes that one in the same transaction.
type Register struct {
	Author     Author              `json:"author"`
	Statement  DocumentStatement   `json:"statement"`
	Superseded *SignedStatusChange `json:"superseded,omitempty"`
}

// Reads implements Operation.
func (r Register) Reads(Env) []Key {
	keys := []Key{DocumentKey(r.Statement.Commitment), OrganisationKey(r.Statement.Registrar)}
	if r.Superseded != nil {
		keys = append(keys, r.Superseded.Change.Key)
	}
	return keys
}

// Apply implements Operation.
func (r Register) Apply(env Env, world World) (Outcome, error) {
	if err := r.Statement.check("statement"); err != nil {
		return Outcome{}, err
	}
	key := DocumentKey(r.Statement.Commitment)
	present, found, err := load[Document](world, key)
	if err != nil {
		return Outcome{}, err
	}
	if found {
		if sameStatement(present.Statement, r.Statement) {
			return unchanged(present)
		}
		return Outcome{}, Refuse(Conflict, "statement", "this document is registered with other content").about(key)
	}
	registrar, err := requireOrganisation(env, world, r.Statement.Registrar, "statement.registrar")
	if err != nil {
		return Outcome{}, err
	}
	if err := r.Statement.allowed("statement", env, registrar); err != nil {
		return Outcome{}, err
	}
	if err := env.checkAuthor(registrar, r.Author, r.Statement, r.Statement.RegisteredAt); err != nil {
		return Outcome{}, err
	}
	superseded, err := r.supersede(env, world)
	if err != nil {
		return Outcome{}, err
	}
	out, err := outcome("document.registered", keyed{key, Document{Author: r.Author, Statement: r.Statement, Status: newStatus()}})
	out.Writes = append(out.Writes, superseded...)
	return out, err
}

// supersede revokes the document that the new one replaces.
func (r Register) supersede(env Env, world World) ([]Write, error) {
	if r.Statement.Supersedes == nil && r.Superseded == nil {
		return nil, nil
	}
	if r.Statement.Supersedes == nil || r.Superseded == nil {
		return nil, Refuse(Invalid, "superseded", "a document that supersedes another carries the signed revocation of that one")
	}
	change := r.Superseded.Change
	if change.Key != DocumentKey(*r.Statement.Supersedes) || change.State != Revoked || change.Reason != ReasonSuperseded ||
		*r.Statement.Supersedes == r.Statement.Commitment {
		return nil, Refuse(Invalid, "superseded", "must revoke the superseded document with reason %q", ReasonSuperseded)
	}
	out, err := ChangeDocumentStatus{*r.Superseded}.Apply(env, world)
	return out.Writes, err
}

func (s DocumentStatement) check(field string) error {
	if err := s.Header.check(KindDocument); err != nil {
		return err
	}
	if err := s.Kind.check(field + ".kind"); err != nil {
		return err
	}
	if s.Method != PlainDigest && s.Method != SaltedDigest {
		return Refuse(Invalid, field+".method", "must be %q or %q", PlainDigest, SaltedDigest)
	}
	return s.Registrar.check(field + ".registrar")
}

func (s DocumentStatement) allowed(field string, env Env, registrar Organisation) error {
	if err := s.RegisteredAt.checkNear(field+".registeredAt", env.Time); err != nil {
		return err
	}
	return env.requireAccreditation(field+".kind", registrar, Registrar, string(s.Kind), s.RegisteredAt)
}

// ChangeDocumentStatus suspends, reinstates or revokes a document.
type ChangeDocumentStatus struct{ SignedStatusChange }

// Reads implements Operation.
func (r ChangeDocumentStatus) Reads(Env) []Key { return r.reads() }

// Apply implements Operation.
func (r ChangeDocumentStatus) Apply(env Env, world World) (Outcome, error) {
	return changeStatus(env, world, r.SignedStatusChange, KindDocument,
		func(d Document) (MSPID, Status) { return d.Statement.Registrar, d.Status },
		func(d *Document, s Status) { d.Status = s })
}

// RegisterMany records up to MaxBatch documents of one registrar under one signature. None may supersede another.
type RegisterMany struct {
	Batch      SignedBatch         `json:"batch"`
	Statements []DocumentStatement `json:"statements,omitempty"`
}

// Reads implements Operation.
func (r RegisterMany) Reads(Env) []Key {
	keys := []Key{BatchKey(r.Batch.Statement.Root), OrganisationKey(r.Batch.Statement.Author)}
	for _, s := range r.Statements {
		keys = append(keys, DocumentKey(s.Commitment))
	}
	return keys
}

// Apply implements Operation.
func (r RegisterMany) Apply(env Env, world World) (Outcome, error) {
	return applyBatch(env, world, r.Batch, KindDocument, "document.registered_many", r.Statements, batchRules[DocumentStatement]{
		key: func(s DocumentStatement) Key { return DocumentKey(s.Commitment) },
		allowed: func(field string, s DocumentStatement, registrar Organisation) error {
			if err := s.check(field); err != nil {
				return err
			}
			if s.Registrar != registrar.MSPID || s.RegisteredAt != r.Batch.Statement.At {
				return Refuse(Invalid, field, "registrar and registeredAt must be those of the batch")
			}
			if s.Supersedes != nil {
				return Refuse(Invalid, field+".supersedes", "a document that supersedes another is registered by itself")
			}
			return s.allowed(field, env, registrar)
		},
	})
}
