package index

import (
	"context"
	"database/sql"
	"encoding/hex"
	"errors"

	"github.com/hyperledger/fabric-protos-go-apiv2/peer"

	"github.com/imi-ledger/imi/ledger"
)

// Block is a block as the index lists it.
type Block struct {
	Number       uint64        `json:"number"`
	Hash         string        `json:"hash"`         // of the header, hexadecimal
	PreviousHash string        `json:"previousHash"` // hexadecimal; zeros in block 0
	DataHash     string        `json:"dataHash"`
	Time         ledger.Time   `json:"time,omitzero"` // the latest time of a valid transaction up to this block
	Size         int           `json:"size"`          // number of transactions
	Valid        int           `json:"valid"`         // how many of them are valid
	Records      int           `json:"records"`       // versions of records they wrote
	Transactions []Transaction `json:"transactions,omitempty"`
}

// Transaction is a transaction as the index lists it.
type Transaction struct {
	ID       string      `json:"id"`
	Block    uint64      `json:"block"`
	Position int         `json:"position"` // in the block
	Type     string      `json:"type"`     // "config", "endorser", "other"
	Creator  string      `json:"creator,omitempty"`
	Function string      `json:"function,omitempty"`
	Event    string      `json:"event,omitempty"`
	Time     ledger.Time `json:"time,omitzero"` // what its client claimed
	Valid    bool        `json:"valid"`
	Code     string      `json:"code"`           // the peer's validation code
	Records  int         `json:"records"`        // versions of records it wrote
	Keys     []string    `json:"keys,omitempty"` // of those records, where one transaction is asked for
}

const (
	selectBlocks       = "SELECT number, hash, previous, data, time, size, valid, records FROM blocks "
	selectTransactions = "SELECT id, block, position, type, creator, function, event, time, code, records, first_version FROM transactions "
)

// Block returns a block with its transactions. One that the index has not got is a refusal with code NotFound.
func (x *Index) Block(ctx context.Context, number uint64) (Block, error) {
	blocks, err := x.blocks(ctx, "WHERE number = ?", clamp(number))
	if err != nil {
		return Block{}, err
	}
	if len(blocks) == 0 {
		return Block{}, ledger.Refuse(ledger.NotFound, "number", "this block is not here")
	}
	found, err := x.transactions(ctx, "WHERE block = ? ORDER BY position", clamp(number))
	if err != nil {
		return Block{}, err
	}
	for _, t := range found {
		blocks[0].Transactions = append(blocks[0].Transactions, t.Transaction)
	}
	return blocks[0], nil
}

// Blocks returns at most limit blocks, without their transactions, the newest first; those below a number if it is not nil.
func (x *Index) Blocks(ctx context.Context, before *uint64, limit int) ([]Block, error) {
	below := int64(1) << 62
	if before != nil {
		below = clamp(*before)
	}
	return x.blocks(ctx, "WHERE number < ? ORDER BY number DESC LIMIT ?", below, pageSize(limit))
}

func (x *Index) blocks(ctx context.Context, where string, args ...any) ([]Block, error) {
	rows, err := x.read.QueryContext(steady(ctx), selectBlocks+where, args...)
	if err != nil {
		return nil, fault("read blocks", err)
	}
	defer func() { _ = rows.Close() }() // rows.Err tells what went wrong
	blocks := []Block{}
	for rows.Next() {
		var b Block
		var hash, previous, data []byte
		var at sql.NullInt64
		if err := rows.Scan(&b.Number, &hash, &previous, &data, &at, &b.Size, &b.Valid, &b.Records); err != nil {
			return nil, fault("read blocks", err)
		}
		b.Hash, b.PreviousHash, b.DataHash = hex.EncodeToString(hash), hex.EncodeToString(previous), hex.EncodeToString(data)
		b.Time = ledgerTime(at)
		blocks = append(blocks, b)
	}
	if err := rows.Err(); err != nil {
		return nil, fault("read blocks", err)
	}
	return blocks, nil
}

// Transaction returns a transaction with the keys it wrote. An unknown id is a refusal with code NotFound. Of several with
// one id, which only copies that are invalid can have, the valid one counts.
func (x *Index) Transaction(ctx context.Context, id string) (Transaction, error) {
	found, err := x.transactions(ctx, "WHERE id = ? AND id <> '' ORDER BY code <> 0, block, position LIMIT 1", id)
	if err != nil {
		return Transaction{}, err
	}
	if len(found) == 0 {
		return Transaction{}, ledger.Refuse(ledger.NotFound, "id", "no such transaction is here")
	}
	t := found[0].Transaction
	rows, err := x.read.QueryContext(steady(ctx), "SELECT r.key FROM versions v JOIN records r ON r.id = v.record WHERE v.id >= ? AND v.id < ? ORDER BY v.id",
		found[0].first, found[0].first+int64(t.Records))
	if err != nil {
		return t, fault("read transaction", err)
	}
	defer func() { _ = rows.Close() }() // rows.Err tells what went wrong
	for rows.Next() {
		var key string
		if err := rows.Scan(&key); err != nil {
			return t, fault("read transaction", err)
		}
		t.Keys = append(t.Keys, key)
	}
	if err := rows.Err(); err != nil {
		return t, fault("read transaction", err)
	}
	return t, nil
}

type foundTransaction struct {
	Transaction
	first int64
}

func (x *Index) transactions(ctx context.Context, where string, args ...any) ([]foundTransaction, error) {
	rows, err := x.read.QueryContext(steady(ctx), selectTransactions+where, args...)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return nil, fault("read transactions", err)
	}
	defer func() { _ = rows.Close() }() // rows.Err tells what went wrong
	var all []foundTransaction
	for rows.Next() {
		var t foundTransaction
		var at sql.NullInt64
		var code int32
		if err := rows.Scan(&t.ID, &t.Block, &t.Position, &t.Type, &t.Creator, &t.Function, &t.Event, &at, &code, &t.Records, &t.first); err != nil {
			return nil, fault("read transactions", err)
		}
		t.Time, t.Code, t.Valid = ledgerTime(at), peer.TxValidationCode(code).String(), code == int32(peer.TxValidationCode_VALID)
		all = append(all, t)
	}
	if err := rows.Err(); err != nil {
		return nil, fault("read transactions", err)
	}
	return all, nil
}
