package index

import (
	"path/filepath"
	"strings"
	"testing"
)

// The queries of every verification look things up; none walks through a table or sorts.
func TestQueriesDoNotScan(t *testing.T) {
	x, err := Open(t.Context(), filepath.Join(t.TempDir(), "index.db"), "imi")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = x.Close() }() // the test is over
	for name, query := range map[string]string{
		"record": selectRecord, "recordAt": selectRecordAt, "records of a batch": batchEntries, "notarisations": selectNotarisations, "part of a batch": selectPart, "leaves": selectLeaves,
		"block at a time": selectHead + "WHERE time <= ? ORDER BY time DESC, number DESC LIMIT 1",
		"history":         selectVersion + "WHERE v.record = (SELECT id FROM records WHERE key = ?) ORDER BY v.block DESC, v.id DESC LIMIT ?",
		"version":         selectVersion + versionAt,
		"changes":         selectVersion + "WHERE v.id > (" + lastVersionBefore + ") ORDER BY v.id LIMIT ?4",
	} {
		plan := planOf(t, x, query)
		for _, bad := range []string{"SCAN", "TEMP B-TREE"} {
			if strings.Contains(strings.ReplaceAll(plan, "SCAN (subquery", ""), bad) {
				t.Errorf("%s:\n%s", name, plan)
			}
		}
	}
}

func planOf(t *testing.T, x *Index, query string) string {
	t.Helper()
	args := make([]any, max(strings.Count(query, "?"), 0))
	if strings.Contains(query, "?1") {
		args = make([]any, 4)
	}
	rows, err := x.read.Query("EXPLAIN QUERY PLAN "+query, args...)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }() // rows.Err tells what went wrong
	var plan strings.Builder
	for rows.Next() {
		var id, parent, unused int
		var step string
		if err := rows.Scan(&id, &parent, &unused, &step); err != nil {
			t.Fatal(err)
		}
		plan.WriteString(step + "\n")
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return plan.String()
}
