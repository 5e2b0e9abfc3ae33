package evidence

import "github.com/imi-ledger/imi/ledger"

// statement is what attestations, documents, notarisations and subjects have in common: somebody entitled stated
// something at a time, and may have changed its status since.
type statement struct {
	entry    Entry
	content  []byte     // what was signed
	key      ledger.Key // that follows from the content
	header   ledger.Header
	author   ledger.Author
	by       ledger.MSPID
	at       ledger.Time
	role     ledger.Role
	scope    string
	status   ledger.Status
	validity *ledger.Period
}

// signed is the statement in a record that was read, in canonical form: what its author signed.
func signed(entry Entry) []byte { return ledger.Member(entry.Record, "statement") }

func attestationStatement(entry Entry, a ledger.Attestation) statement {
	s := a.Statement
	return statement{entry: entry, content: signed(entry), key: ledger.AttestationKey(s.Credential), header: s.Header, author: a.Author,
		by: s.Issuer, at: s.IssuedAt, role: ledger.Issuer, scope: string(s.Type), status: a.Status,
		validity: &ledger.Period{From: s.NotBefore, Until: s.NotAfter}}
}

func documentStatement(entry Entry, d ledger.Document) statement {
	s := d.Statement
	return statement{entry: entry, content: signed(entry), key: ledger.DocumentKey(s.Commitment), header: s.Header, author: d.Author,
		by: s.Registrar, at: s.RegisteredAt, role: ledger.Registrar, scope: string(s.Kind), status: d.Status}
}

func notarisationStatement(entry Entry, n ledger.Notarisation) statement {
	s := n.Statement
	return statement{entry: entry, content: signed(entry), key: ledger.NotarisationKey(s.ID), header: s.Header, author: n.Author,
		by: s.Notary, at: s.NotarisedAt, role: ledger.Notary, status: n.Status,
		validity: &ledger.Period{From: s.NotBefore, Until: s.NotAfter}}
}

func subjectStatement(entry Entry, s ledger.Subject) statement {
	return statement{entry: entry, content: signed(entry), key: ledger.SubjectKey(s.Statement.ID), header: s.Statement.Header,
		author: s.Author, by: s.Statement.Enroller, at: s.Statement.EnrolledAt, role: ledger.Enroller, status: s.Status}
}

// subjectOf reads the record that a question is about and judges its presence and its form.
func subjectOf[T any](e *examination, key ledger.Key) (record T, entry Entry, ok bool) {
	record, entry, ok = read[T](e, key)
	if e.finding.Fault != nil {
		return record, entry, false
	}
	e.show(entry, ok)
	switch {
	case ok:
	case !entry.Found():
		e.finding.Key = string(key)
		e.fail(CheckIntegrity, NotFound, ReasonNoRecord, "nothing is recorded under "+string(key))
	default:
		e.fail(CheckIntegrity, Mismatch, ReasonUnsound, "what is recorded was not made by the rules of the ledger: "+entry.Unsound, entry)
	}
	return record, entry, ok
}

// examine makes the checks that every statement needs.
func (e *examination) examine(s statement) {
	e.examineHeader(s)
	e.examineAuthor(s)
	e.examineStatus(s)
}

func (e *examination) examineHeader(s statement) {
	if s.key != s.entry.Key || s.header.Record != s.key.Kind() || s.header.Version != ledger.FormatVersion {
		e.fail(CheckIntegrity, Mismatch, ReasonOtherContent, "the record under this key is about something else", s.entry)
		return
	}
	e.pass(CheckIntegrity, "canonical, and recorded under the key that follows from it", s.entry)
}

// organisation reads an author's entry in the trust registry: in the state asked about, or, where that does not grant what
// the author needs, as it was when the author's statement was recorded. Entries are closed and never changed, so the
// state asked about tells about every time before; but times are what clients claim, and a statement may have been recorded
// before the entry was closed and yet be dated in the same second or, by a clock that was fast, later. The order of blocks
// decides then.
func (e *examination) organisation(check CheckName, id ledger.MSPID, recorded uint64, grants func(ledger.Organisation) bool) (ledger.Organisation, Entry, bool) {
	o, entry, ok := read[ledger.Organisation](e, ledger.OrganisationKey(id))
	switch {
	case e.finding.Fault != nil:
		return o, entry, false
	case !ok && !entry.Found():
		e.fail(check, Mismatch, ReasonUnknownAuthor, string(id)+" is not in the trust registry")
		return o, entry, false
	case !ok || o.MSPID != id:
		e.fail(check, Mismatch, ReasonUnsound, "the trust registry's entry for "+string(id)+" was not made by the rules of the ledger", entry)
		return o, entry, false
	}
	if !grants(o) && recorded < entry.Block {
		former, formerEntry, ok := readAt[ledger.Organisation](e, ledger.OrganisationKey(id), recorded)
		if ok && former.MSPID == id && grants(former) {
			return former, formerEntry, true
		}
	}
	return o, entry, e.finding.Fault == nil
}

// keyAt says that an organisation must have had a key at a time.
func keyAt(id ledger.KeyID, at ledger.Time) func(ledger.Organisation) bool {
	return func(o ledger.Organisation) bool {
		_, ok := o.SigningKeyAt(id, at)
		return ok
	}
}
