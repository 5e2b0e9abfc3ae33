package office

import (
	"context"

	"github.com/imi-ledger/imi/ledger"
)

// Standing is who may change the status of a record, and the status.
type Standing struct {
	Owner  ledger.MSPID  `json:"owner"`
	Status ledger.Status `json:"status"`
}

// StandingOf reads the standing of a subject, attestation, document or notarisation.
func StandingOf(ctx context.Context, l Ledger, key ledger.Key) (Standing, error) {
	switch key.Kind() {
	case ledger.KindSubject:
		return standing(ctx, l, key, func(r ledger.Subject) Standing { return Standing{r.Statement.Enroller, r.Status} })
	case ledger.KindAttestation:
		return standing(ctx, l, key, func(r ledger.Attestation) Standing { return Standing{r.Statement.Issuer, r.Status} })
	case ledger.KindDocument:
		return standing(ctx, l, key, func(r ledger.Document) Standing { return Standing{r.Statement.Registrar, r.Status} })
	case ledger.KindNotarisation:
		return standing(ctx, l, key, func(r ledger.Notarisation) Standing { return Standing{r.Statement.Notary, r.Status} })
	}
	return Standing{}, ledger.Refuse(ledger.Invalid, "key", "records of kind %s have no status", key.Kind())
}

func standing[R any](ctx context.Context, l Ledger, key ledger.Key, of func(R) Standing) (Standing, error) {
	record, err := Read[R](ctx, l, key)
	if err != nil {
		return Standing{}, err
	}
	return of(record), nil
}

var changeStatus = map[ledger.Kind]string{
	ledger.KindSubject:      ledger.SubjectChangeStatus,
	ledger.KindAttestation:  ledger.AttestationChangeStatus,
	ledger.KindDocument:     ledger.DocumentChangeStatus,
	ledger.KindNotarisation: ledger.NotarisationChangeStatus,
}

// ChangeStatus suspends, reinstates or revokes a record whose present status was read before.
func (o *Office) ChangeStatus(ctx context.Context, key ledger.Key, current ledger.Status, state ledger.State, reason ledger.Reason) (Receipt, error) {
	request, err := o.statusChange(key, current, state, reason)
	if err != nil {
		return Receipt{}, err
	}
	return o.submit(ctx, key, changeStatus[key.Kind()], request)
}

func (o *Office) statusChange(key ledger.Key, current ledger.Status, state ledger.State, reason ledger.Reason) (ledger.SignedStatusChange, error) {
	change := ledger.NewStatusChange(key, current, state, reason, o.MSPID, o.now())
	author, err := o.sign(change)
	return ledger.SignedStatusChange{Author: author, Change: change}, err
}
