package index

import (
	"context"
	"database/sql"
	"encoding/json"

	"github.com/imi-ledger/imi/gateway/cursor"
	"github.com/imi-ledger/imi/ledger"
)

// Version is one state of a record.
type Version struct {
	Key           string          `json:"key"`
	Record        json.RawMessage `json:"record,omitempty"` // absent when the key was deleted, or holds no JSON
	Event         string          `json:"event"`            // "attestation.revoked"
	Block         uint64          `json:"block"`
	Time          ledger.Time     `json:"time,omitzero"` // of the transaction: what its client claimed
	TransactionID string          `json:"transactionID"`
	Unsound       string          `json:"unsound,omitempty"` // why the rules of the ledger do not make it
}

// Change is a new version of a record as the event stream tells it.
type Change struct {
	Cursor cursor.Cursor `json:"-"`
	Version
}

const selectVersion = `SELECT r.key, v.content, v.event, v.block, t.time, t.id, v.unsound, v.position, v.id - t.first_version
	FROM versions v JOIN records r ON r.id = v.record JOIN transactions t ON t.block = v.block AND t.position = v.position `

// versionAt is the newest version of a record up to a block.
const versionAt = "WHERE v.record = (SELECT id FROM records WHERE key = ?) AND v.block <= ? ORDER BY v.block DESC, v.id DESC LIMIT 1"

// Version returns a record as it was after a block. It reports false where there is none.
func (x *Index) Version(ctx context.Context, key ledger.Key, block uint64) (Version, bool, error) {
	found, err := x.versions(ctx, versionAt, string(key), clamp(block))
	if err != nil || len(found) == 0 {
		return Version{}, false, err
	}
	return found[0].Version, true, nil
}

// History returns at most limit versions of a record, the newest first; more is true when there are older ones.
func (x *Index) History(ctx context.Context, key ledger.Key, limit int) (versions []Version, more bool, err error) {
	limit = pageSize(limit)
	found, err := x.versions(ctx, `WHERE v.record = (SELECT id FROM records WHERE key = ?)
		ORDER BY v.block DESC, v.id DESC LIMIT ?`, string(key), limit+1)
	if err != nil {
		return nil, false, err
	}
	if more = len(found) > limit; more {
		found = found[:limit]
	}
	for _, c := range found {
		versions = append(versions, c.Version)
	}
	return versions, more, nil
}

// lastVersionBefore is the id of the last version up to a cursor. Versions are numbered in the order of the stream: those
// of a transaction begin with first_version. A cursor behind what its transaction wrote is after all of that.
const lastVersionBefore = `SELECT coalesce(max(first_version - 1 + CASE WHEN (block, position) = (?1, ?2) THEN min(records, ?3 + 1) ELSE records END), 0)
	FROM (SELECT * FROM transactions WHERE (block, position) <= (?1, ?2) ORDER BY block DESC, position DESC LIMIT 1)`

// Changes returns at most limit changes after a cursor, oldest first.
func (x *Index) Changes(ctx context.Context, after cursor.Cursor, limit int) ([]Change, error) {
	return x.versions(ctx, "WHERE v.id > ("+lastVersionBefore+") ORDER BY v.id LIMIT ?4",
		clamp(after.Block), after.Transaction, after.Write, pageSize(limit))
}

func (x *Index) versions(ctx context.Context, where string, args ...any) ([]Change, error) {
	rows, err := x.read.QueryContext(steady(ctx), selectVersion+where, args...)
	if err != nil {
		return nil, fault("read versions", err)
	}
	defer func() { _ = rows.Close() }() // rows.Err tells what went wrong
	changes := []Change{}
	for rows.Next() {
		var c Change
		var content []byte
		var at sql.NullInt64
		if err := rows.Scan(&c.Key, &content, &c.Event, &c.Block, &at, &c.TransactionID, &c.Unsound,
			&c.Cursor.Transaction, &c.Cursor.Write); err != nil {
			return nil, fault("read versions", err)
		}
		c.Cursor.Block, c.Time = c.Block, ledgerTime(at)
		if json.Valid(content) {
			c.Record = content
		}
		changes = append(changes, c)
	}
	if err := rows.Err(); err != nil {
		return nil, fault("read versions", err)
	}
	return changes, nil
}

// Limits on pages.
const (
	DefaultLimit = 50
	MaxLimit     = 1000
)

// pageSize is the limit asked for, within limits.
func pageSize(limit int) int {
	if limit <= 0 {
		return DefaultLimit
	}
	return min(limit, MaxLimit)
}
