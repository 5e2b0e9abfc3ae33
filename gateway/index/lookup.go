package index

import (
	"context"
	"database/sql"
	"errors"
	"math"
	"time"

	"github.com/imi-ledger/imi/evidence"
	"github.com/imi-ledger/imi/ledger"
)

var _ evidence.Source = (*Index)(nil)

// statements are the queries of every verification, prepared once.
type statements struct {
	last, newest, atBlock, atTime, record, recordAt, notarisations, part, leaves *sql.Stmt
}

const (
	selectHead          = "SELECT number, hash, time FROM blocks "
	selectEntry         = "SELECT v.content, v.block, r.first_block, v.unsound FROM records r "
	selectRecord        = selectEntry + "JOIN versions v ON v.id = r.last_version WHERE r.key = ?"
	selectRecordAt      = selectEntry + "JOIN versions v ON v.record = r.id WHERE r.key = ? AND v.block <= ? ORDER BY v.block DESC, v.id DESC LIMIT 1"
	selectNotarisations = `SELECT r.key, r.first_block FROM records r WHERE r.document = ?
		AND r.first_block <= ? ORDER BY r.id LIMIT ?`
)

func (x *Index) prepareStatements(ctx context.Context) error {
	return prepare(ctx, x.read, map[**sql.Stmt]string{
		&x.statements.last:          selectLast,
		&x.statements.newest:        selectHead + "ORDER BY number DESC LIMIT 1",
		&x.statements.atBlock:       selectHead + "WHERE number = ?",
		&x.statements.atTime:        selectHead + "WHERE time <= ? ORDER BY time DESC, number DESC LIMIT 1",
		&x.statements.record:        selectRecord,
		&x.statements.recordAt:      selectRecordAt,
		&x.statements.notarisations: selectNotarisations,
		&x.statements.part:          selectPart,
		&x.statements.leaves:        selectLeaves,
	})
}

// Resolve implements evidence.Records. Before anything is indexed every block is ahead; before the first time on the ledger
// there is block 0, which holds no records.
func (x *Index) Resolve(ctx context.Context, asOf evidence.AsOf) (evidence.Position, error) {
	newest, err := x.head(ctx, x.statements.newest)
	if err != nil {
		return evidence.Position{}, err
	}
	p := evidence.Position{BlockName: newest, Newest: newest}
	switch {
	case asOf.Block != nil && *asOf.Block > newest.Block:
		return p, evidence.ErrAhead
	case asOf.Block != nil:
		p.BlockName, err = x.head(ctx, x.statements.atBlock, int64(*asOf.Block))
	case !asOf.Time.IsZero():
		p.BlockName, err = x.head(ctx, x.statements.atTime, asOf.Time.Time().Unix())
		if errors.Is(err, evidence.ErrAhead) {
			p.BlockName, err = x.head(ctx, x.statements.atBlock, 0)
		}
	}
	return p, err
}

func (x *Index) head(ctx context.Context, statement *sql.Stmt, args ...any) (evidence.BlockName, error) {
	var h evidence.BlockName
	var hash []byte
	var at sql.NullInt64
	err := statement.QueryRowContext(steady(ctx), args...).Scan(&h.Block, &hash, &at)
	if errors.Is(err, sql.ErrNoRows) {
		return h, evidence.ErrAhead
	}
	if err != nil {
		return h, fault("find block", err)
	}
	copy(h.Hash[:], hash)
	h.Time = ledgerTime(at)
	return h, nil
}

func ledgerTime(seconds sql.NullInt64) ledger.Time {
	if !seconds.Valid {
		return ledger.Time{}
	}
	return ledger.At(time.Unix(seconds.Int64, 0))
}

// Record implements evidence.Records. Who asks about a block most often asks about one after which the record did not
// change again: then its newest version is the answer.
func (x *Index) Record(ctx context.Context, key ledger.Key, block uint64) (evidence.Entry, error) {
	if e, ok := x.cache.records.Get(key); ok && e.Block <= block {
		return e, nil
	}
	version := x.cache.version()
	e, err := scanRecord(key, x.statements.record.QueryRowContext(steady(ctx), string(key)))
	switch {
	case err != nil || !e.Found():
		return e, err
	case e.Block > block:
		return scanRecord(key, x.statements.recordAt.QueryRowContext(steady(ctx), string(key), clamp(block)))
	}
	x.cache.keep(version, func() { x.cache.records.Put(key, e) })
	return e, nil
}

func scanRecord(key ledger.Key, row *sql.Row) (evidence.Entry, error) {
	e := evidence.Entry{Key: key}
	err := row.Scan(&e.Record, &e.Block, &e.First, &e.Unsound)
	if errors.Is(err, sql.ErrNoRows) {
		return e, nil
	}
	if err != nil {
		return e, fault("read record", err)
	}
	return e, nil
}

// newestBlock stands for whatever block is the newest: there is none above it.
const newestBlock = math.MaxUint64

// clamp makes a block number one that SQLite can hold; there is no such block either way.
func clamp(block uint64) int64 { return int64(min(block, 1<<62)) }

// Notarisations implements evidence.Links.
func (x *Index) Notarisations(ctx context.Context, document ledger.Digest, block uint64, limit int) ([]ledger.Key, error) {
	key := ledger.DocumentKey(document)
	if list, ok := x.cache.notarisations.Get(key); ok && list.since <= block && len(list.keys) < limit {
		return list.keys, nil
	}
	version := x.cache.version()
	list, err := x.notarisationsAt(ctx, key, newestBlock, limit)
	if err == nil && (list.since > block || len(list.keys) >= limit) { // there were less then, or there may be more now
		list, err = x.notarisationsAt(ctx, key, block, limit)
	} else if err == nil {
		x.cache.keep(version, func() { x.cache.notarisations.Put(key, list) })
	}
	return list.keys, err
}

func (x *Index) notarisationsAt(ctx context.Context, document ledger.Key, block uint64, limit int) (notarisations, error) {
	var list notarisations
	rows, err := x.statements.notarisations.QueryContext(steady(ctx), string(document), clamp(block), limit)
	if err != nil {
		return list, fault("find notarisations", err)
	}
	defer func() { _ = rows.Close() }() // rows.Err tells what went wrong
	for rows.Next() {
		var key string
		var first uint64
		if err := rows.Scan(&key, &first); err != nil {
			return list, fault("find notarisations", err)
		}
		list.keys, list.since = append(list.keys, ledger.Key(key)), max(list.since, first)
	}
	if err := rows.Err(); err != nil {
		return list, fault("find notarisations", err)
	}
	return list, nil
}
