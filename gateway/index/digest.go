package index

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"hash"

	"github.com/imi-ledger/imi/ledger"
)

// Digest is a hash over everything in the index. Two indexes of the same blocks have the same.
//
//	SHA-256( for each table: for each row in order: for each column: type (1 byte) | length (8 bytes) | value )
func (x *Index) Digest(ctx context.Context) (ledger.Digest, error) {
	tx, err := begin(ctx, x.read) // one state for all tables
	if err != nil {
		return ledger.Digest{}, fault("digest", err)
	}
	defer func() { _ = tx.Rollback() }() // it only reads
	h := sha256.New()
	for _, table := range tables {
		hashValue(h, 'T', []byte(table.name))
		if err := hashTable(ctx, tx, h, "SELECT * FROM "+table.name+" ORDER BY "+table.order); err != nil {
			return ledger.Digest{}, fault("digest", err)
		}
	}
	return ledger.Digest(h.Sum(nil)), nil
}

func hashTable(ctx context.Context, tx *sql.Tx, h hash.Hash, query string) error {
	rows, err := tx.QueryContext(steady(ctx), query)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }() // rows.Err tells what went wrong
	columns, err := rows.Columns()
	if err != nil {
		return err
	}
	values := make([]any, len(columns))
	pointers := make([]any, len(columns))
	for i := range values {
		pointers[i] = &values[i]
	}
	for rows.Next() {
		if err := rows.Scan(pointers...); err != nil {
			return err
		}
		for _, value := range values {
			switch value := value.(type) {
			case nil:
				hashValue(h, 'N', nil)
			case int64:
				hashValue(h, 'I', binary.BigEndian.AppendUint64(nil, uint64(value)))
			case string:
				hashValue(h, 'S', []byte(value))
			case []byte:
				hashValue(h, 'B', value)
			}
		}
	}
	return rows.Err()
}

func hashValue(h hash.Hash, kind byte, value []byte) {
	var head [9]byte
	head[0] = kind
	binary.BigEndian.PutUint64(head[1:], uint64(len(value)))
	h.Write(head[:])
	h.Write(value)
}
