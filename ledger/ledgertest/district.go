// Package ledgertest makes a small district for tests: four organisations with keys, a founded trust registry and
// correctly signed requests, which a test may then spoil. Keys are made afresh each time; nothing here is secret.
package ledgertest

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"fmt"
	"time"

	"github.com/imi-ledger/imi/ledger"
)

// The organisations of the district.
const (
	Service ledger.MSPID = "ServiceMSP"
	Police  ledger.MSPID = "PoliceMSP"
	Notary  ledger.MSPID = "NotaryMSP"
	Audit   ledger.MSPID = "AuditMSP"
)

// Organisations lists them in the order of founding.
func Organisations() []ledger.MSPID { return []ledger.MSPID{Service, Police, Notary, Audit} }

// Identity is the credential type the district begins with, and Degree the kind of document.
const (
	Identity ledger.CredentialTypeName = "identity/1"
	Degree   ledger.Word               = "degree-certificate"
)

// District is a channel with organisations that sign.
type District struct {
	Channel string
	Now     ledger.Time
	Signers map[ledger.MSPID]*ledger.Signer
	World   World
}

// New returns a district whose trust registry is founded.
func New() *District {
	d := Unfounded()
	d.Must(Service, d.Propose(d.Charter()))
	for _, id := range Organisations()[1:] {
		d.Must(id, d.Approve(id, d.Charter()))
	}
	return d
}

// Unfounded returns a district with an empty ledger.
func Unfounded() *District {
	d := &District{Channel: "imi", Now: ledger.At(time.Date(2026, 11, 2, 8, 0, 0, 0, time.UTC)),
		Signers: map[ledger.MSPID]*ledger.Signer{}, World: World{}}
	for _, id := range Organisations() {
		d.Signers[id] = NewSigner("P-256")
	}
	return d
}

// NewSigner makes a key on "P-256" or "Ed25519".
func NewSigner(curve string) *ledger.Signer {
	var private crypto.Signer
	var err error
	if curve == "Ed25519" {
		_, private, err = ed25519.GenerateKey(rand.Reader)
	} else {
		private, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	}
	signer, err2 := ledger.NewSigner(private)
	if err != nil || err2 != nil {
		panic(fmt.Sprint(err, err2)) // the generators do not fail
	}
	return signer
}

// Env is the environment of a transaction that the organisation submits now.
func (d *District) Env(by ledger.MSPID) ledger.Env {
	return ledger.Env{Channel: d.Channel, Creator: by, Time: d.Now}
}

// Submit applies an operation for an organisation and keeps its writes.
func (d *District) Submit(by ledger.MSPID, operation ledger.Operation) (ledger.Outcome, error) {
	outcome, err := operation.Apply(d.Env(by), d.World)
	if err == nil {
		d.World.Keep(outcome)
	}
	return outcome, err
}

// Must is Submit for what has to succeed.
func (d *District) Must(by ledger.MSPID, operation ledger.Operation) ledger.Outcome {
	outcome, err := d.Submit(by, operation)
	if err != nil {
		panic(fmt.Sprintf("%T by %s: %v", operation, by, err))
	}
	return outcome
}

// Author signs a statement for an organisation.
func (d *District) Author(by ledger.MSPID, statement any) ledger.Author {
	author, err := ledger.NewAuthor(d.Signers[by], by, d.Channel, statement)
	if err != nil {
		panic(err)
	}
	return author
}

// Sign signs a statement with any key.
func (d *District) Sign(signer *ledger.Signer, statement any) ledger.Signature {
	signature, err := signer.Sign(d.Channel, statement)
	if err != nil {
		panic(err)
	}
	return signature
}

// World is a world state in memory.
type World map[ledger.Key][]byte

// Get implements ledger.World.
func (w World) Get(key ledger.Key) ([]byte, error) { return w[key], nil }

// Keep stores what an operation writes.
func (w World) Keep(outcome ledger.Outcome) {
	for _, write := range outcome.Writes {
		w[write.Key] = write.Record
	}
}

// Read decodes the record under a key, which must exist.
func Read[R any](w World, key ledger.Key) R {
	record, err := ledger.Decode[R](w[key], ledger.MaxRecord)
	if err != nil {
		panic(fmt.Sprintf("%s: %v", key, err))
	}
	return record
}
