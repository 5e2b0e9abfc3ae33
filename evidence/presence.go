package evidence

import (
	"context"

	"github.com/imi-ledger/imi/ledger"
)

// VerifyPresence says whether there is a record and, of one with a status, how it stands. It reads that record and no
// other, so its evidence is small. Who made it, and by what right, is left to those who vouch for the state. A record of a
// kind without a status is valid when it is there.
func (v Verifier) VerifyPresence(ctx context.Context, key ledger.Key, asked Asked) Finding {
	e := v.begin(ctx, asked)
	if e.resolve() {
		e.examinePresence(key)
	}
	return e.result()
}

func (e *examination) examinePresence(key ledger.Key) {
	switch key.Kind() {
	case ledger.KindAttestation:
		examineAlone(e, key, attestationStatement)
	case ledger.KindDocument:
		examineAlone(e, key, documentStatement)
	case ledger.KindNotarisation:
		examineAlone(e, key, notarisationStatement)
	case ledger.KindSubject:
		examineAlone(e, key, subjectStatement)
	default:
		if entry, ok := e.presence(key); ok {
			e.pass(CheckIntegrity, "this is recorded", entry)
		}
	}
}

func (e *examination) presence(key ledger.Key) (Entry, bool) {
	entry, err := e.Source.Record(e.ctx, key, e.position.Block)
	if err != nil {
		return entry, e.fault(err)
	}
	if !entry.Found() {
		e.finding.Key = string(key)
		e.fail(CheckIntegrity, NotFound, ReasonNoRecord, "nothing is recorded under "+string(key))
		return entry, false
	}
	e.show(entry, false)
	return entry, true
}

// examineAlone judges a statement by its record alone: its form, its status and its period.
func examineAlone[T any](e *examination, key ledger.Key, statementOf func(Entry, T) statement) {
	record, entry, ok := subjectOf[T](e, key)
	if !ok {
		return
	}
	for _, name := range []CheckName{CheckAuthor, CheckAccreditation} {
		e.skip(name, "left to those who signed the state: they keep out of it what the rules of the ledger do not make")
	}
	e.skip(CheckHolderBinding, "this is about the record only")
	s := statementOf(entry, record)
	e.examineHeader(s)
	e.showStatus(s)
	if e.examineChange(s) {
		e.judgeStatus(s)
	}
}
