package index

import (
	"bytes"
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
)

// Difference is a value that is not what the blocks make of it.
type Difference struct {
	Table  string
	Row    string // "number 7", with the key of the record it is about
	Column string // empty: the whole row is there, or is not, against the blocks
	Have   string
	Want   string
}

// String is the difference as one line.
func (d Difference) String() string {
	if d.Column == "" {
		return fmt.Sprintf("%s, %s: %s, recomputed: %s", d.Table, d.Row, d.Have, d.Want)
	}
	return fmt.Sprintf("%s, %s, column %s: %s, recomputed: %s", d.Table, d.Row, d.Column, d.Have, d.Want)
}

// Snapshot is an index as it is at one moment; blocks may be applied to it meanwhile. Close ends it.
type Snapshot struct {
	tx   *sql.Tx
	Next uint64 // number of the block to apply next
}

// Snapshot begins one.
func (x *Index) Snapshot(ctx context.Context) (*Snapshot, error) {
	tx, err := begin(ctx, x.read)
	if err != nil {
		return nil, fault("compare", err)
	}
	p, err := lastBlock(steady(ctx), tx.StmtContext(steady(ctx), x.statements.last))
	if err != nil {
		_ = tx.Rollback() // it only read
		return nil, fault("compare", err)
	}
	return &Snapshot{tx, p.next}, nil
}

// Close ends the snapshot.
func (s *Snapshot) Close() { _ = s.tx.Rollback() } // it only read

// Compare holds every column of every row against an index made anew from the same blocks, and tells each difference.
func (s *Snapshot) Compare(ctx context.Context, made *Index, tell func(Difference)) error {
	for _, t := range tables {
		c := comparison{table: t.name, keys: strings.Split(t.order, ", "), tell: tell,
			name: func(record int64) string {
				var key string
				_ = made.read.QueryRowContext(steady(ctx), "SELECT key FROM records WHERE id = ?", record).Scan(&key) // unknown: no name
				return key
			}}
		query := "SELECT * FROM " + t.name + " ORDER BY " + t.order
		if err := c.run(ctx, s.tx, made.read, query); err != nil {
			return fault("compare", err)
		}
	}
	return nil
}

// comparison walks over one table in two indexes, which are in the same order.
type comparison struct {
	table   string
	keys    []string // columns of its order
	columns []string
	name    func(record int64) string
	tell    func(Difference)
}

func (c *comparison) run(ctx context.Context, have, want querier, query string) error {
	left, err := openRows(ctx, have, query)
	if err != nil {
		return err
	}
	defer left.close()
	right, err := openRows(ctx, want, query)
	if err != nil {
		return err
	}
	defer right.close()
	c.columns = right.columns
	for left.row != nil || right.row != nil {
		switch order := c.order(left.row, right.row); {
		case order < 0:
			c.tell(Difference{Table: c.table, Row: c.label(left.row), Have: "there", Want: "absent"})
			err = left.next()
		case order > 0:
			c.tell(Difference{Table: c.table, Row: c.label(right.row), Have: "absent", Want: "there"})
			err = right.next()
		default:
			c.compare(left.row, right.row)
			if err = left.next(); err == nil {
				err = right.next()
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// order compares rows by the columns of the table's order; no row is behind every row.
func (c *comparison) order(left, right []any) int {
	switch {
	case left == nil:
		return 1
	case right == nil:
		return -1
	}
	for _, key := range c.keys {
		at := slices.Index(c.columns, key)
		if n := compareValues(left[at], right[at]); n != 0 {
			return n
		}
	}
	return 0
}

func compareValues(left, right any) int {
	if l, ok := left.(int64); ok {
		if r, ok := right.(int64); ok {
			return cmp.Compare(l, r)
		}
	}
	return bytes.Compare(valueBytes(left), valueBytes(right))
}

// valueBytes is a value with its type before it, so that 1 and "1" differ.
func valueBytes(value any) []byte {
	if raw, ok := value.([]byte); ok {
		return append([]byte("B"), raw...)
	}
	return fmt.Appendf(nil, "%T%v", value, value)
}

func (c *comparison) compare(left, right []any) {
	for i, column := range c.columns {
		if !bytes.Equal(valueBytes(left[i]), valueBytes(right[i])) {
			c.tell(Difference{Table: c.table, Row: c.label(right), Column: column, Have: shown(left[i]), Want: shown(right[i])})
		}
	}
}

// label names a row.
func (c *comparison) label(row []any) string {
	var parts []string
	for _, key := range c.keys {
		parts = append(parts, fmt.Sprintf("%s %s", key, shown(row[slices.Index(c.columns, key)])))
	}
	label := strings.Join(parts, ", ")
	if at := slices.Index(c.columns, "key"); at >= 0 {
		return fmt.Sprintf("%s (%v)", label, row[at])
	}
	if name := c.name(recordOf(c.columns, row)); name != "" {
		return fmt.Sprintf("%s (%s)", label, name)
	}
	return label
}

// recordOf is the id of the record that a row is about; 0, which none has, where it is about none.
func recordOf(columns []string, row []any) int64 {
	for column, rows := range map[string]int64{"record": 1, "part": maxParts} {
		if at := slices.Index(columns, column); at >= 0 {
			if id, ok := row[at].(int64); ok {
				return id / rows
			}
		}
	}
	return 0
}

func shown(value any) string {
	switch value := value.(type) {
	case nil:
		return "NULL"
	case []byte:
		if slices.ContainsFunc(value, func(b byte) bool { return b < ' ' || b > '~' }) {
			return fmt.Sprintf("%x", value)
		}
		return string(value)
	}
	return fmt.Sprint(value)
}

// openedRows are the rows of a query, one at a time.
type openedRows struct {
	rows    *sql.Rows
	columns []string
	row     []any // nil behind the last
}

func openRows(ctx context.Context, from querier, query string) (*openedRows, error) {
	rows, err := from.QueryContext(steady(ctx), query)
	if err != nil {
		return nil, err
	}
	o := &openedRows{rows: rows}
	if o.columns, err = rows.Columns(); err == nil {
		err = o.next()
	}
	if err != nil {
		o.close()
		return nil, err
	}
	return o, nil
}

func (o *openedRows) next() error {
	if o.row = nil; !o.rows.Next() {
		return o.rows.Err()
	}
	row, pointers := make([]any, len(o.columns)), make([]any, len(o.columns))
	for i := range row {
		pointers[i] = &row[i]
	}
	o.row = row
	return o.rows.Scan(pointers...)
}

func (o *openedRows) close() { _ = o.rows.Close() } // rows.Err tells what went wrong
