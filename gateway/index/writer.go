package index

import (
	"context"
	"database/sql"
	"strings"
)

// writer has the statements that take a block in, prepared once on the connection that writes: to parse and plan them for
// every block was a tenth of the time that a batch takes.
type writer struct {
	last          *sql.Stmt
	inserts       [insertKinds]few
	records       few
	update, count *sql.Stmt
}

// rowsAtOnce are the numbers of rows, or keys, that there is a statement for, the largest first: a batch has a thousand, a
// block of single transactions some ten or twenty.
var rowsAtOnce = [...]int{50, 16, 4, 1}

// few is a statement in the versions for so many rows, or keys, at once.
type few [len(rowsAtOnce)]*sql.Stmt

const (
	selectLast    = "SELECT number, hash, time, last_record, last_version FROM blocks ORDER BY number DESC LIMIT 1"
	selectRecords = `SELECT r.key, r.id, r.kind, r.organisation, r.type, r.state, v.unsound, v.content
	FROM records r JOIN versions v ON v.id = r.last_version WHERE r.key IN (`
	updateRecord = "UPDATE records SET organisation = ?, type = ?, state = ?, document = ?, last_version = ? WHERE id = ?"
	addToCounter = `INSERT INTO counters (name, a, b, value) VALUES (?, ?, ?, ?)
			ON CONFLICT (name, a, b) DO UPDATE SET value = value + excluded.value`
)

func (w *writer) prepare(ctx context.Context, db *sql.DB) error {
	queries := map[**sql.Stmt]string{&w.last: selectLast, &w.update: updateRecord, &w.count: addToCounter}
	for i, n := range rowsAtOnce {
		queries[&w.records[i]] = selectRecords + placeholders(n) + ")"
		for kind, insert := range insertInto {
			row := "(" + placeholders(insert.columns) + ")"
			queries[&w.inserts[kind][i]] = insert.into + row + strings.Repeat(","+row, n-1)
		}
	}
	return prepare(ctx, db, queries)
}

func prepare(ctx context.Context, db *sql.DB, queries map[**sql.Stmt]string) error {
	for into, query := range queries {
		var err error
		if *into, err = db.PrepareContext(steady(ctx), query); err != nil {
			return fault("open", err)
		}
	}
	return nil
}

// placeholders is "?,?,…".
func placeholders(n int) string { return strings.TrimSuffix(strings.Repeat("?,", n), ",") }

// take is the statement that takes the most of the values at once, these, and what is left; each row or key has so many of them.
func (f few) take(values []any, each int) (statement *sql.Stmt, now, rest []any) {
	i := 0
	for len(values) < rowsAtOnce[i]*each {
		i++
	}
	n := rowsAtOnce[i] * each
	return f[i], values[:n], values[n:]
}

// exec runs a prepared statement in the block's transaction.
func (a *application) exec(statement *sql.Stmt, values ...any) error {
	_, err := a.tx.StmtContext(a.ctx, statement).ExecContext(a.ctx, values...)
	return err
}
