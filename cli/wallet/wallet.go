// Package wallet is the file in which a citizen keeps keys and credentials. It holds secrets and personal data: it is
// written with mode 0600, at once or not at all, by one process at a time, and it is read strictly.
package wallet

import (
	"bytes"
	"encoding/json"
	"io"

	"github.com/imi-ledger/imi/evidence/credential"
	"github.com/imi-ledger/imi/ledger"
)

// Version is the version of the file's format.
const Version = 1

// maxFile bounds a wallet file: some hundred credentials.
const maxFile = 8 << 20

// Wallet is a citizen's keys and credentials.
type Wallet struct {
	Version     int          `json:"version"`
	Subject     *ledger.ID   `json:"subject,omitempty"` // absent until enrolment
	Keys        []Key        `json:"keys"`              // the last one counts
	Credentials []Credential `json:"credentials"`
	Pending     *Pending     `json:"pending,omitempty"`
}

// Key is a private key and since when it is the holder's.
type Key struct {
	Private PrivateKey  `json:"private"`
	From    ledger.Time `json:"from"`
}

// Credential is one credential with all its disclosures.
type Credential struct {
	Type   ledger.CredentialTypeName `json:"type"`
	Digest ledger.Digest             `json:"digest"`
	Issuer ledger.MSPID              `json:"issuer"`
	SDJWT  string                    `json:"sdjwt"`
}

// Pending is a request that was sent without learning what became of it. Sending the very same again is safe and tells.
type Pending struct {
	Function      string `json:"function"`
	Request       string `json:"request"` // canonical
	TransactionID string `json:"transactionId,omitempty"`
}

// PrivateKey is a private key as JWK.
type PrivateKey struct{ *credential.PrivateKey }

// MarshalJSON returns the JWK.
func (k PrivateKey) MarshalJSON() ([]byte, error) {
	if k.PrivateKey == nil {
		return nil, ledger.Refuse(ledger.Malformed, "keys", "a key is missing")
	}
	return k.JWK()
}

// UnmarshalJSON reads a JWK.
func (k *PrivateKey) UnmarshalJSON(data []byte) (err error) {
	k.PrivateKey, err = credential.ParsePrivateKey(data)
	return err
}

// New returns an empty wallet with one fresh key.
func New(random io.Reader, now ledger.Time) (*Wallet, error) {
	w := &Wallet{Version: Version, Keys: []Key{}, Credentials: []Credential{}}
	_, err := w.AddKey(random, now)
	return w, err
}

// AddKey makes another key, which counts from the time on.
func (w *Wallet) AddKey(random io.Reader, from ledger.Time) (*credential.PrivateKey, error) {
	private, err := credential.GenerateKey(random, credential.ES256)
	if err != nil {
		return nil, err
	}
	w.Keys = append(w.Keys, Key{PrivateKey{private}, from})
	return private, nil
}

// Current returns the key that counts.
func (w *Wallet) Current() *credential.PrivateKey { return w.Keys[len(w.Keys)-1].Private.PrivateKey }

// MakeCurrent puts the key with a public half last, and says from when it counts. It reports whether the wallet has it.
func (w *Wallet) MakeCurrent(public credential.PublicKey, from ledger.Time) bool {
	for i, k := range w.Keys {
		if k.Private.Public().Equal(public) {
			w.Keys = append(append(append([]Key{}, w.Keys[:i]...), w.Keys[i+1:]...), Key{k.Private, from})
			return true
		}
	}
	return false
}

// KeyFor returns the private half of a public key.
func (w *Wallet) KeyFor(public credential.PublicKey) (*credential.PrivateKey, bool) {
	for _, k := range w.Keys {
		if k.Private.Public().Equal(public) {
			return k.Private.PrivateKey, true
		}
	}
	return nil, false
}

// Add stores a credential; one with the same digest is replaced.
func (w *Wallet) Add(c Credential) {
	for i := range w.Credentials {
		if w.Credentials[i].Digest == c.Digest {
			w.Credentials[i] = c
			return
		}
	}
	w.Credentials = append(w.Credentials, c)
}

// Find returns the newest credential that the choice fits: a digest (or the beginning of one) or a type; "" fits all.
func (w *Wallet) Find(choice string) (Credential, bool) {
	for i := len(w.Credentials) - 1; i >= 0; i-- {
		c := w.Credentials[i]
		if choice == "" || choice == string(c.Type) || len(choice) >= 6 && bytes.HasPrefix([]byte(c.Digest.String()), []byte(choice)) {
			return c, true
		}
	}
	return Credential{}, false
}

// Encode returns the one encoding of a wallet.
func (w *Wallet) Encode() ([]byte, error) {
	if err := w.check(); err != nil {
		return nil, err
	}
	text, err := json.MarshalIndent(w, "", "  ")
	return append(text, '\n'), err
}

// Parse reads exactly what Encode writes. Refusals name no content.
func Parse(data []byte) (*Wallet, error) {
	if len(data) > maxFile {
		return nil, ledger.Refuse(ledger.TooLarge, "wallet", "a wallet has at most %d bytes", maxFile)
	}
	// The version first: a later version's file need not even parse as ours.
	var head struct {
		Version int `json:"version"`
	}
	if err := json.Unmarshal(data, &head); err != nil {
		return nil, ledger.Refuse(ledger.Malformed, "wallet", "is not the JSON of a wallet")
	}
	if head.Version != Version {
		return nil, ledger.Refuse(ledger.Malformed, "wallet.version", "is %d; this program reads version %d", head.Version, Version)
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	var w Wallet
	if err := decoder.Decode(&w); err != nil {
		return nil, ledger.Refuse(ledger.Malformed, "wallet", "is not a wallet of this version")
	}
	again, err := w.Encode()
	if err != nil {
		return nil, err
	}
	if !bytes.Equal(again, data) {
		return nil, ledger.Refuse(ledger.Malformed, "wallet", "must be exactly as it was written; it was edited or cut short")
	}
	return &w, nil
}

func (w *Wallet) check() error {
	switch {
	case w.Version != Version:
		return ledger.Refuse(ledger.Malformed, "wallet.version", "must be %d", Version)
	case len(w.Keys) == 0:
		return ledger.Refuse(ledger.Malformed, "wallet.keys", "a wallet has at least one key")
	case w.Credentials == nil:
		return ledger.Refuse(ledger.Malformed, "wallet.credentials", "must be a list")
	}
	for _, k := range w.Keys {
		if k.Private.PrivateKey == nil || k.From.IsZero() {
			return ledger.Refuse(ledger.Malformed, "wallet.keys", "each has a private key and a time")
		}
	}
	for _, c := range w.Credentials {
		parsed, err := credential.Parse([]byte(c.SDJWT))
		if err != nil || ledger.Digest(parsed.Digest()) != c.Digest {
			return ledger.Refuse(ledger.Malformed, "wallet.credentials", "a credential does not have the digest beside it")
		}
	}
	return nil
}
