package index_test

import (
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/imi-ledger/imi/gateway/index"
)

// changes lists one statement for every column of every table, and one that deletes a row of it.
func changes(t *testing.T, path string) map[string]string {
	t.Helper()
	db := raw(t, path)
	rows, err := db.QueryContext(t.Context(), `SELECT m.name, c.name, c.type FROM sqlite_schema m JOIN pragma_table_info(m.name) c WHERE m.type = 'table'`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	order := map[string]string{"blocks": "number", "transactions": "block, position", "records": "id", "versions": "id", "batches": "part", "counters": "name, a, b"}
	all := map[string]string{}
	for rows.Next() {
		var table, column, kind string
		if err := rows.Scan(&table, &column, &kind); err != nil {
			t.Fatal(err)
		}
		value := map[string]string{"INTEGER": "coalesce(%s, 0) + 1000000", "TEXT": "coalesce(%s, '') || 'x'", "BLOB": "CAST(coalesce(%s, x'') || 'x' AS BLOB)"}[kind]
		row := fmt.Sprintf("(%s) = (SELECT %s FROM %s ORDER BY %s LIMIT 1 OFFSET (SELECT count(*) / 2 FROM %s))", order[table], order[table], table, order[table], table)
		all[fmt.Sprintf("UPDATE %s SET %s = %s WHERE %s", table, column, fmt.Sprintf(value, column), row)] = table + "." + column
		all[fmt.Sprintf("DELETE FROM %s WHERE %s", table, row)] = table + "."
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

func raw(t *testing.T, path string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// TestEveryChangedColumnIsNamed edits one value of every column, and deletes one row of every table.
func TestEveryChangedColumnIsNamed(t *testing.T) {
	l := story(t)
	folder := t.TempDir()
	path := filepath.Join(folder, "index.db")
	live := open(t, path)
	apply(t, live, l.Blocks...)
	if err := live.Close(); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	made := fresh(t)
	apply(t, made, l.Blocks...)
	if found := compared(t, path, made, len(l.Blocks)); len(found) != 0 {
		t.Fatalf("equal indexes differ: %v", found)
	}
	all := changes(t, path)
	if len(all) < 45 {
		t.Fatalf("only %d changes", len(all))
	}
	number := 0
	for statement, named := range all {
		number++
		changed := filepath.Join(folder, fmt.Sprintf("%d.db", number))
		if err := os.WriteFile(changed, text, 0o600); err != nil {
			t.Fatal(err)
		}
		db := raw(t, changed)
		if _, err := db.ExecContext(t.Context(), statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		found := compared(t, changed, made, -1)
		table, column, _ := strings.Cut(named, ".")
		hit := false
		for _, d := range found {
			hit = hit || d.Table == table && (d.Column == column || d.Column == "") && d.Row != ""
		}
		if !hit || len(found) > 2 {
			t.Errorf("%s: %v", statement, found)
		}
	}
	t.Logf("%d changes, all named", len(all))
}

func compared(t *testing.T, path string, made *index.Index, blocks int) []index.Difference {
	t.Helper()
	x := open(t, path)
	defer x.Close()
	s, err := x.Snapshot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if blocks >= 0 && s.Next != uint64(blocks) {
		t.Errorf("a snapshot of %d blocks", s.Next)
	}
	var found []index.Difference
	if err := s.Compare(t.Context(), made, func(d index.Difference) { found = append(found, d) }); err != nil {
		t.Fatal(err)
	}
	return found
}
