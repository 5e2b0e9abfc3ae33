package evidence

import (
	"context"

	"github.com/imi-ledger/imi/ledger"
)

// VerifyNotarisation verifies a notarisation and the document it is about: a notarisation of a document that is not valid
// is not valid either, with the document's verdict.
func (v Verifier) VerifyNotarisation(ctx context.Context, id ledger.ID, asked Asked) Finding {
	e := v.begin(ctx, asked)
	e.skip(CheckHolderBinding, "a notarisation has no holder")
	if !e.resolve() {
		return e.result()
	}
	if document, ok := e.examineNotarisation(ledger.NotarisationKey(id)); ok {
		e.examineUnderlying(document)
	}
	return e.result()
}

// examineNotarisation examines the record and returns the commitment of the document it is about.
func (e *examination) examineNotarisation(key ledger.Key) (document ledger.Digest, ok bool) {
	notarisation, entry, ok := subjectOf[ledger.Notarisation](e, key)
	if !ok {
		return document, false
	}
	e.examine(notarisationStatement(entry, notarisation))
	return notarisation.Statement.Document, e.finding.Fault == nil
}

func (e *examination) examineUnderlying(commitment ledger.Digest) {
	d := e.beside()
	d.examineDocument(DocumentQuestion{Commitment: commitment})
	e.finding.Held = append(e.finding.Held, d.finding.Held...)
	entry := Entry{Key: ledger.DocumentKey(commitment)}
	if s := d.finding.Status; s != nil {
		entry.Block, entry.Record = s.Block, d.finding.Record
	}
	switch verdict := d.finding.Verdict; {
	case d.finding.Fault != nil:
		e.fault(d.finding.Fault)
	case verdict == NotFound:
		e.fail(CheckIntegrity, Mismatch, ReasonDocumentInvalid, "the document it is about is not registered")
	case verdict != Valid:
		e.fail(CheckStatus, verdict, ReasonDocumentInvalid, "the document it is about is not valid itself: "+string(verdict), entry)
	default:
		e.look(CheckStatus, entry)
	}
}
