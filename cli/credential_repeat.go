package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"time"

	"github.com/imi-ledger/imi/cli/office"
	"github.com/imi-ledger/imi/cli/wallet"
	"github.com/imi-ledger/imi/evidence/credential"
	"github.com/imi-ledger/imi/ledger"
)

// markIssued finds the orders that were carried out before, by this command or another. Salts are drawn anew for each credential, so
// that the ledger cannot recognise a repeat: the wallet does, and the ledger says whether the credential counts.
func (a *app) markIssued(ctx context.Context, l office.Ledger, issuer ledger.MSPID, orders []order) error {
	candidates := make([]ledger.Digest, len(orders))
	var keys []ledger.Key
	for i, o := range orders {
		if c, found := sameHeld(o.wallet.Wallet, issuer, o.application, a.now()); found {
			candidates[i] = c
			keys = append(keys, ledger.AttestationKey(c))
		}
	}
	recorded, err := office.ReadMany[ledger.Attestation](ctx, l, keys)
	if err != nil {
		return err
	}
	for i, c := range candidates {
		if record, found := recorded[ledger.AttestationKey(c)]; found && record.Status.State == ledger.Active {
			orders[i].held = c
		}
	}
	return nil
}

// sameHeld finds the newest credential in a wallet that says what an application would have said: by the same issuer, of the same type,
// with the same claims and period, not over, and bound to the key that counts.
func sameHeld(w *wallet.Wallet, issuer ledger.MSPID, wanted office.Application, now time.Time) (ledger.Digest, bool) {
	claims, err := json.Marshal(wanted.Claims)
	if err != nil {
		return ledger.Digest{}, false
	}
	for i := len(w.Credentials) - 1; i >= 0; i-- {
		c := w.Credentials[i]
		if c.Issuer != issuer || c.Type != office.TypeName(wanted.Type) {
			continue
		}
		parsed, err := credential.Parse([]byte(c.SDJWT))
		if err != nil || !parsed.Holder().Equal(wanted.Holder) {
			continue
		}
		from, until := parsed.Validity()
		if !now.Before(until) || !until.Equal(endOf(wanted, from)) {
			continue
		}
		if says, err := claimsOf(parsed); err == nil && bytes.Equal(says, claims) {
			return c.Digest, true
		}
	}
	return ledger.Digest{}, false
}

// endOf is when a credential for an application ends that begins at a time.
func endOf(a office.Application, from time.Time) time.Time {
	if a.Days > 0 {
		return from.Add(time.Duration(a.Days) * 24 * time.Hour)
	}
	return a.Type.LatestExpiry(from)
}

// claimsOf is what a credential claims beyond what every credential has, as JSON.
func claimsOf(parsed *credential.Parsed) ([]byte, error) {
	opened, err := parsed.Open()
	if err != nil {
		return nil, err
	}
	for _, name := range registeredClaims {
		delete(opened.Claims, name)
	}
	return json.Marshal(opened.Claims)
}
