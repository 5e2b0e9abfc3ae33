package index

import (
	"path/filepath"
	"testing"

	"github.com/imi-ledger/imi/evidence/evidencetest"
)

// A block whose rows SQLite refuses, because somebody put others there, leaves nothing, and is taken in once they are gone.
func TestARefusedRowUndoesItsBlock(t *testing.T) {
	l := evidencetest.New(t)
	l.IssueMany(120)
	var digests [2]string
	for i, disturbed := range []bool{false, true} {
		x, err := Open(t.Context(), filepath.Join(t.TempDir(), "index.db"), evidencetest.Channel)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = x.Close() }() // the test is over
		for n, b := range l.Blocks {
			if last := n == len(l.Blocks)-1; last && disturbed {
				before, err := x.Digest(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				// The id of the 121st version of the block: some rows are written when it is refused.
				const take = "INSERT INTO versions (id, record, block, position, event, unsound) SELECT max(id) + 121, 1, 0, 0, '', '' FROM versions"
				if _, err := x.write.Exec(take); err != nil {
					t.Fatal(err)
				}
				if _, err := x.Apply(t.Context(), b); err == nil {
					t.Fatal("taken in beside a foreign row")
				}
				if _, err := x.write.Exec("DELETE FROM versions WHERE event = ''"); err != nil {
					t.Fatal(err)
				}
				if after, err := x.Digest(t.Context()); err != nil || after != before {
					t.Fatal("the refused block left something", err)
				}
			}
			if _, err := x.Apply(t.Context(), b); err != nil {
				t.Fatal(err)
			}
		}
		digest, err := x.Digest(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		digests[i] = digest.String()
	}
	if digests[0] != digests[1] {
		t.Error("the index differs from one that was never disturbed")
	}
}
