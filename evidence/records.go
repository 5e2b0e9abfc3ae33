package evidence

import (
	"context"
	"errors"

	"github.com/imi-ledger/imi/ledger"
)

// AsOf says which state of the ledger is meant: the newest (the zero value), the one after a block, or the one at a time.
// At most one of the two is set.
type AsOf struct {
	Block *uint64     `json:"block,omitempty"`
	Time  ledger.Time `json:"time,omitzero"`
}

// BlockName names a block.
type BlockName struct {
	Block uint64        `json:"block"`
	Hash  ledger.Digest `json:"-"`
	Time  ledger.Time   `json:"time,omitzero"`
}

// Position is an AsOf resolved to one block, so that all reads of one verification agree.
type Position struct {
	BlockName           // the block after which the state was as asked
	Newest    BlockName // the last block the store has
}

// Entry is the newest version of a record at a block.
type Entry struct {
	Key     ledger.Key
	Record  []byte // nil: there is none
	Block   uint64 // that wrote this version
	First   uint64 // the block that wrote the first version
	Unsound string // why this version is not what the rules of the ledger make; empty: it is
}

// Found reports whether there is anything under the key: a record, or something unsound in its place.
func (e Entry) Found() bool { return e.Record != nil || e.Unsound != "" }

// ErrAhead is the error of Resolve for a block that the store has not got.
var ErrAhead = errors.New("the store has not got this block yet")

// Records is a store of every version of every record. An error means that it could not find out.
type Records interface {
	// Resolve finds the block that an AsOf means.
	Resolve(ctx context.Context, asOf AsOf) (Position, error)
	// Record reads a record as it was after a block. An absent record is an Entry without Record.
	Record(ctx context.Context, key ledger.Key, block uint64) (Entry, error)
}

// Links finds what belongs to a record.
type Links interface {
	// Notarisations lists the keys of at most limit notarisations of a document that exist after a block, oldest first.
	Notarisations(ctx context.Context, document ledger.Digest, block uint64, limit int) ([]ledger.Key, error)
	// BatchPath is the RFC 6962 path of a statement in a batch; nil where there is no such place.
	BatchPath(ctx context.Context, root ledger.Digest, index int) ([]ledger.Digest, error)
}

// Source is what a Verifier reads from.
type Source interface {
	Records
	Links
}
