// Package office is what an organisation's desk does: it reads records, fills in requests, signs them with the
// organisation's key and submits them. It prints nothing and reads no files.
package office

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/imi-ledger/imi/fabric"
	"github.com/imi-ledger/imi/ledger"
)

// Ledger is how an office reaches the channel; *fabric.Client is one.
type Ledger interface {
	Submit(ctx context.Context, function string, request []byte) (fabric.Result, error)
	Evaluate(ctx context.Context, function string, request []byte) ([]byte, error)
}

// Office acts for one organisation.
type Office struct {
	MSPID   ledger.MSPID
	Channel string
	Ledger  Ledger
	Signer  *ledger.Signer // nil in an office that only reads
	Now     func() time.Time
	Random  io.Reader
}

// Receipt says where a write was recorded.
type Receipt struct {
	Key           ledger.Key `json:"key"`
	TransactionID string     `json:"transactionId,omitempty"`
	Block         uint64     `json:"block,omitempty"`
	SeenBy        []string   `json:"seenBy,omitempty"`
}

// now is the time statements carry.
func (o *Office) now() ledger.Time { return ledger.At(o.Now()) }

// sign makes the organisation the author of a statement.
func (o *Office) sign(statement any) (ledger.Author, error) {
	return ledger.NewAuthor(o.Signer, o.MSPID, o.Channel, statement)
}

// submit sends a request and returns where it was recorded. The receipt beside an error holds the transaction id, if a
// transaction was made.
func (o *Office) submit(ctx context.Context, key ledger.Key, function string, request any) (Receipt, error) {
	text, err := ledger.Encode(request)
	if err != nil {
		return Receipt{}, err
	}
	return o.SubmitText(ctx, key, function, text)
}

// SubmitText sends a request that was encoded before, as when one of unknown outcome is repeated.
func (o *Office) SubmitText(ctx context.Context, key ledger.Key, function string, request []byte) (Receipt, error) {
	result, err := o.Ledger.Submit(ctx, function, request)
	return Receipt{Key: key, TransactionID: result.TransactionID, Block: result.Block, SeenBy: result.SeenBy}, err
}

// random fills an identifier.
func (o *Office) random(into []byte) error {
	if _, err := io.ReadFull(o.Random, into); err != nil {
		return fmt.Errorf("read randomness: %w", err)
	}
	return nil
}

// NewID draws a random identifier.
func (o *Office) NewID() (ledger.ID, error) {
	var id ledger.ID
	err := o.random(id[:])
	return id, err
}

// NewSalt draws the salt of a commitment.
func (o *Office) NewSalt() ([32]byte, error) {
	var salt [32]byte
	err := o.random(salt[:])
	return salt, err
}
