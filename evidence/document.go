package evidence

import (
	"context"
	"fmt"

	"github.com/imi-ledger/imi/ledger"
)

// maxNotarisations is how many notarisations of one document a finding lists.
const maxNotarisations = 100

// DocumentQuestion asks about a document by its commitment. Method says how the asker computed the commitment; empty when
// it was told the commitment itself.
type DocumentQuestion struct {
	Commitment ledger.Digest
	Method     ledger.CommitmentMethod
}

// VerifyDocument verifies a document's record and each notarisation of it.
func (v Verifier) VerifyDocument(ctx context.Context, question DocumentQuestion, asked Asked) Finding {
	e := v.begin(ctx, asked)
	e.skip(CheckHolderBinding, "a document has no holder")
	if e.resolve() && e.examineDocument(question) {
		e.listNotarisations(question.Commitment)
	}
	return e.result()
}

func (e *examination) examineDocument(question DocumentQuestion) bool {
	document, entry, ok := subjectOf[ledger.Document](e, ledger.DocumentKey(question.Commitment))
	if !ok {
		return false
	}
	if question.Method != "" && question.Method != document.Statement.Method {
		e.fail(CheckIntegrity, Mismatch, ReasonOtherContent,
			fmt.Sprintf("the document was registered by its %s commitment, not by %s", document.Statement.Method, question.Method), entry)
	}
	e.examine(documentStatement(entry, document))
	return e.finding.Fault == nil
}

// listNotarisations adds every notarisation with a verdict of its own. The document's verdict does not depend on them.
func (e *examination) listNotarisations(document ledger.Digest) {
	keys, err := e.Source.Notarisations(e.ctx, document, e.position.Block, maxNotarisations+1)
	if err != nil {
		e.fault(fmt.Errorf("find notarisations: %w", err))
		return
	}
	if len(keys) > maxNotarisations {
		keys, e.finding.MoreNotarisations = keys[:maxNotarisations], true
	}
	for _, key := range keys {
		n := e.beside()
		n.skip(CheckHolderBinding, "a notarisation has no holder")
		if about, ok := n.examineNotarisation(key); ok && about != document {
			n.fail(CheckIntegrity, Mismatch, ReasonOtherContent, "the notarisation is about another document")
		}
		f := n.result()
		e.finding.Notarisations, e.finding.Held = append(e.finding.Notarisations, f), append(e.finding.Held, f.Held...)
	}
}
