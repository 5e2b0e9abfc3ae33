package ledger

// NotarisationStatement is what a notary certifies about a registered document.
type NotarisationStatement struct {
	Certificate Digest `json:"certificate"` // CertificateCommitment of the certificate's number
	Document    Digest `json:"document"`    // commitment of the document
	Finding     Word   `json:"finding"`     // what is certified, such as "copy-matches-original"
	ID          ID     `json:"id"`
	NotarisedAt Time   `json:"notarisedAt"`
	Notary      MSPID  `json:"notary"`
	NotAfter    Time   `json:"notAfter"`
	NotBefore   Time   `json:"notBefore"`
	Header
}

// NewNotarisationStatement fills the header in.
func NewNotarisationStatement(s NotarisationStatement) NotarisationStatement {
	s.Header = header(KindNotarisation)
	return s
}

// Notarisation is a notary's record over a document.
type Notarisation struct {
	Author    Author                `json:"author"`
	Statement NotarisationStatement `json:"statement"`
	Status    Status                `json:"status"`
}

// Notarise records one notarisation.
type Notarise struct {
	Author    Author                `json:"author"`
	Statement NotarisationStatement `json:"statement"`
}

// Reads implements Operation.
func (r Notarise) Reads(Env) []Key {
	return []Key{NotarisationKey(r.Statement.ID), OrganisationKey(r.Statement.Notary), DocumentKey(r.Statement.Document)}
}

// Apply implements Operation.
func (r Notarise) Apply(env Env, world World) (Outcome, error) {
	s := r.Statement
	if err := s.check("statement"); err != nil {
		return Outcome{}, err
	}
	key := NotarisationKey(s.ID)
	present, found, err := load[Notarisation](world, key)
	if err != nil {
		return Outcome{}, err
	}
	if found {
		if sameStatement(present.Statement, s) {
			return unchanged(present)
		}
		return Outcome{}, Refuse(Conflict, "statement.id", "this id is taken by another notarisation").about(key)
	}
	notary, err := requireOrganisation(env, world, s.Notary, "statement.notary")
	if err != nil {
		return Outcome{}, err
	}
	document, err := require[Document](world, DocumentKey(s.Document), "statement.document")
	if err != nil {
		return Outcome{}, err
	}
	if err := s.allowed(env, notary, document); err != nil {
		return Outcome{}, err
	}
	if err := env.checkAuthor(notary, r.Author, s, s.NotarisedAt); err != nil {
		return Outcome{}, err
	}
	return outcome("notarisation.recorded", keyed{key, Notarisation{Author: r.Author, Statement: s, Status: newStatus()}})
}

func (s NotarisationStatement) check(field string) error {
	if err := s.Header.check(KindNotarisation); err != nil {
		return err
	}
	if err := s.Finding.check(field + ".finding"); err != nil {
		return err
	}
	if err := s.Notary.check(field + ".notary"); err != nil {
		return err
	}
	if !s.NotBefore.Before(s.NotAfter) {
		return Refuse(Invalid, field+".notAfter", "must be later than notBefore")
	}
	return nil
}

func (s NotarisationStatement) allowed(env Env, notary Organisation, document Document) error {
	if err := s.NotarisedAt.checkNear("statement.notarisedAt", env.Time); err != nil {
		return err
	}
	if err := env.requireAccreditation("statement.notary", notary, Notary, "", s.NotarisedAt); err != nil {
		return err
	}
	if document.Status.State != Active {
		return Refuse(Invalid, "statement.document", "the document is %s", document.Status.State).about(DocumentKey(s.Document))
	}
	return nil
}

// ChangeNotarisationStatus suspends, reinstates or revokes (annuls) a notarisation.
type ChangeNotarisationStatus struct{ SignedStatusChange }

// Reads implements Operation.
func (r ChangeNotarisationStatus) Reads(Env) []Key { return r.reads() }

// Apply implements Operation.
func (r ChangeNotarisationStatus) Apply(env Env, world World) (Outcome, error) {
	return changeStatus(env, world, r.SignedStatusChange, KindNotarisation,
		func(n Notarisation) (MSPID, Status) { return n.Statement.Notary, n.Status },
		func(n *Notarisation, s Status) { n.Status = s })
}
