package evidence

import (
	"fmt"

	"github.com/imi-ledger/imi/ledger"
)

// examineAuthor recomputes who made a statement, and whether they were entitled to at that time.
func (e *examination) examineAuthor(s statement) {
	hasKey := keyAt(s.author.Key, s.at)
	organisation, entry, ok := e.organisation(CheckAuthor, s.by, s.entry.First, func(o ledger.Organisation) bool {
		return hasKey(o) && o.AccreditedAt(s.role, s.scope, s.at)
	})
	if !ok {
		return
	}
	if s.author.Organisation != s.by {
		e.fail(CheckAuthor, Mismatch, ReasonSignature, "the author is not the organisation the statement speaks for", s.entry)
	} else if s.author.Batch != nil {
		e.examineBatch(s, organisation, entry)
	} else {
		e.examineSignature(organisation, entry, s.author, s.content, s.at, "the statement")
	}
	e.examineAccreditation(organisation, entry, s.role, s.scope, s.at)
}

// examineSignature checks an organisation's own signature over something, with a key it had at the time.
func (e *examination) examineSignature(o ledger.Organisation, entry Entry, author ledger.Author, content []byte, at ledger.Time, what string) bool {
	if !e.signature(o, entry, author, content, at, what) {
		return false
	}
	e.pass(CheckAuthor, fmt.Sprintf("signed by %s with a key it had at %v", o.MSPID, at), entry)
	return true
}

// signature is examineSignature without a note of success.
func (e *examination) signature(o ledger.Organisation, entry Entry, author ledger.Author, content []byte, at ledger.Time, what string) bool {
	key, ok := o.SigningKeyAt(author.Key, at)
	if !ok {
		e.fail(CheckAuthor, Mismatch, ReasonUnknownKey, fmt.Sprintf("%s is signed with a key that was not %s's at %v", what, o.MSPID, at), entry)
		return false
	}
	if author.Organisation != o.MSPID || author.Batch != nil || !e.Memory.verify(e.Channel, key, content, author.Signature) {
		e.fail(CheckAuthor, Mismatch, ReasonSignature, "the signature of "+what+" does not verify", entry)
		return false
	}
	return true
}

func (e *examination) examineAccreditation(o ledger.Organisation, entry Entry, role ledger.Role, scope string, at ledger.Time) {
	what := string(role)
	if scope != "" {
		what += " of " + scope
	}
	if !o.AccreditedAt(role, scope, at) {
		e.fail(CheckAccreditation, Mismatch, ReasonNotAccredited, fmt.Sprintf("%s was not accredited as %s at %v", o.MSPID, what, at), entry)
		return
	}
	e.pass(CheckAccreditation, fmt.Sprintf("%s was accredited as %s at %v", o.MSPID, what, at), entry)
}

// examineBatch checks the signature of a batch and the statement's place in it.
func (e *examination) examineBatch(s statement, o ledger.Organisation, entry Entry) {
	place := *s.author.Batch
	batch, batchEntry, ok := read[ledger.Batch](e, ledger.BatchKey(place.Root))
	if e.finding.Fault != nil {
		return
	}
	b := batch.Statement
	if !ok || b.Header != (ledger.Header{Record: ledger.KindBatch, Version: ledger.FormatVersion}) || b.Root != place.Root ||
		b.Author != s.by || b.At != s.at || b.Of != s.key.Kind() || batch.Signed.Key != s.author.Key || !s.author.Signature.IsZero() {
		e.fail(CheckAuthor, Mismatch, ReasonSignature, "the signed batch that the record names does not exist or does not fit it", batchEntry)
		return
	}
	if !e.signature(o, entry, batch.Signed, signed(batchEntry), b.At, "the batch") {
		return
	}
	path, err := e.Source.BatchPath(e.ctx, place.Root, place.Index)
	if err != nil {
		e.fault(fmt.Errorf("read path in batch: %w", err))
		return
	}
	if !ledger.CheckTreePath(ledger.LeafHash(s.content), place.Index, b.Size, path, place.Root) {
		e.fail(CheckAuthor, Mismatch, ReasonSignature, "the statement does not stand in the signed batch where it says", batchEntry)
		return
	}
	e.pass(CheckAuthor, fmt.Sprintf("statement %d of %d in a batch signed by %s with a key it had at %v", place.Index+1, b.Size, s.by, b.At),
		entry, batchEntry)
}
