package office

import (
	"context"
	"time"

	"github.com/imi-ledger/imi/ledger"
)

// keyChange describes a subject's next key. A change must be later than the one before, and times are whole seconds, so
// one that follows at once carries the next second.
func (o *Office) keyChange(ctx context.Context, id ledger.ID, next *ledger.Signer) (ledger.KeyChange, error) {
	subject, err := Read[ledger.Subject](ctx, o.Ledger, ledger.SubjectKey(id))
	if err != nil {
		return ledger.KeyChange{}, err
	}
	at := o.now()
	if last := subject.Keys[len(subject.Keys)-1]; !last.From.Before(at) {
		at = last.From.Add(time.Second)
	}
	return ledger.NewKeyChange(subject, next.PublicKey(), at), nil
}

// RotateKey replaces a holder's key with the consent of the present one, and says from when the next one counts.
func (o *Office) RotateKey(ctx context.Context, id ledger.ID, present, next *ledger.Signer) (ledger.Time, Receipt, error) {
	change, err := o.keyChange(ctx, id, next)
	if err != nil {
		return ledger.Time{}, Receipt{}, err
	}
	signed := ledger.SignedKeyChange{Change: change}
	if signed.OldKey, err = present.Sign(o.Channel, change); err != nil {
		return ledger.Time{}, Receipt{}, err
	}
	if signed.NewKey, err = next.Sign(o.Channel, change); err != nil {
		return ledger.Time{}, Receipt{}, err
	}
	receipt, err := o.submit(ctx, ledger.SubjectKey(id), ledger.SubjectRotateKey, ledger.RotateKey{SignedKeyChange: signed})
	return change.At, receipt, err
}

// RebindKey replaces a holder's lost key. This office must be the enroller; the witness is another organisation's.
func (o *Office) RebindKey(ctx context.Context, id ledger.ID, witness *Office, next *ledger.Signer) (ledger.Time, Receipt, error) {
	change, err := o.keyChange(ctx, id, next)
	if err != nil {
		return ledger.Time{}, Receipt{}, err
	}
	signed := ledger.SignedKeyChange{Change: change}
	if signed.NewKey, err = next.Sign(o.Channel, change); err != nil {
		return ledger.Time{}, Receipt{}, err
	}
	for _, party := range []struct {
		office *Office
		author **ledger.Author
	}{{o, &signed.Enroller}, {witness, &signed.Witness}} {
		author, err := party.office.sign(change)
		if err != nil {
			return ledger.Time{}, Receipt{}, err
		}
		*party.author = &author
	}
	receipt, err := o.submit(ctx, ledger.SubjectKey(id), ledger.SubjectRebindKey, ledger.RebindKey{SignedKeyChange: signed})
	return change.At, receipt, err
}
