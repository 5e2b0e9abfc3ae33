package office

import (
	"context"
	"time"

	"github.com/imi-ledger/imi/ledger"
)

// Register records a document; one that supersedes another revokes that one too.
func (o *Office) Register(ctx context.Context, commitment ledger.Digest, kind ledger.Word, method ledger.CommitmentMethod,
	supersedes *ledger.Digest) (Receipt, error) {
	statement := ledger.NewDocumentStatement(ledger.DocumentStatement{Commitment: commitment, Kind: kind, Method: method,
		RegisteredAt: o.now(), Registrar: o.MSPID, Supersedes: supersedes})
	author, err := o.sign(statement)
	if err != nil {
		return Receipt{}, err
	}
	request := ledger.Register{Author: author, Statement: statement}
	if supersedes != nil {
		former, err := Read[ledger.Document](ctx, o.Ledger, ledger.DocumentKey(*supersedes))
		if err != nil {
			return Receipt{}, err
		}
		change, err := o.statusChange(ledger.DocumentKey(*supersedes), former.Status, ledger.Revoked, ledger.ReasonSuperseded)
		if err != nil {
			return Receipt{}, err
		}
		request.Superseded = &change
	}
	return o.submit(ctx, ledger.DocumentKey(commitment), ledger.DocumentRegister, request)
}

// Commitment is one document of a batch.
type Commitment struct {
	Commitment ledger.Digest
	Kind       ledger.Word
	Method     ledger.CommitmentMethod
}

// RegisterMany records up to ledger.MaxBatch documents in one transaction: all or none.
func (o *Office) RegisterMany(ctx context.Context, documents []Commitment) (Receipt, error) {
	at := o.now()
	statements := make([]ledger.DocumentStatement, len(documents))
	for i, d := range documents {
		statements[i] = ledger.NewDocumentStatement(ledger.DocumentStatement{Commitment: d.Commitment, Kind: d.Kind,
			Method: d.Method, RegisteredAt: at, Registrar: o.MSPID})
	}
	batch, err := ledger.NewBatch(o.Signer, o.MSPID, o.Channel, ledger.KindDocument, at, statements)
	if err != nil {
		return Receipt{}, err
	}
	receipt, err := o.submit(ctx, ledger.BatchKey(batch.Statement.Root), ledger.DocumentRegisterMany,
		ledger.RegisterMany{Batch: batch, Statements: statements})
	return receipt, statementRow(err)
}

// Notarise records what the notary certifies about a document, under the commitment of the certificate's number.
func (o *Office) Notarise(ctx context.Context, id ledger.ID, document, certificate ledger.Digest, finding ledger.Word, days int) (Receipt, error) {
	at := o.now()
	statement := ledger.NewNotarisationStatement(ledger.NotarisationStatement{Certificate: certificate, Document: document,
		Finding: finding, ID: id, NotarisedAt: at, Notary: o.MSPID, NotBefore: at, NotAfter: at.Add(time.Duration(days) * 24 * time.Hour)})
	author, err := o.sign(statement)
	if err != nil {
		return Receipt{}, err
	}
	return o.submit(ctx, ledger.NotarisationKey(id), ledger.NotarisationNotarise, ledger.Notarise{Author: author, Statement: statement})
}
