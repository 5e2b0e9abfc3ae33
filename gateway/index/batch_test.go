package index_test

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/imi-ledger/imi/evidence/evidencetest"
	"github.com/imi-ledger/imi/gateway/index"
	"github.com/imi-ledger/imi/ledger"
)

// TestBatchPath compares paths with those of the whole tree, before it is read ahead and after, in batches that end
// within one of the parts a tree is kept in, and at its end.
func TestBatchPath(t *testing.T) {
	for _, size := range []int{1, 2, 15, 16, 17, 31, 32, 33, 61, 100, 257, ledger.MaxBatch} {
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			l, plain, remembering := evidencetest.New(t), fresh(t), fresh(t)
			remembering.Remember(ledger.MaxBatch)
			batch, statements := l.IssueMany(size)
			apply(t, plain, l.Blocks...)
			apply(t, remembering, l.Blocks...)
			var leaves []ledger.Digest
			for _, s := range statements {
				leaves = append(leaves, leaf(t, s))
			}
			root := batch.Statement.Root
			for i := range size {
				for _, x := range []*index.Index{plain, remembering} {
					path, err := x.BatchPath(t.Context(), root, i)
					if err != nil || !slices.Equal(path, ledger.TreePath(leaves, i)) || !ledger.CheckTreePath(leaves[i], i, size, path, root) {
						t.Fatalf("path of %d: %v, %v", i, path, err)
					}
				}
			}
			remembering.AwaitReadAhead()
			for _, x := range []*index.Index{plain, remembering} {
				for _, i := range []int{-1, size, size + 1, size + 16, ledger.MaxBatch, 1023, 1024, 1 << 40} {
					if path, err := x.BatchPath(t.Context(), root, i); err != nil || path != nil {
						t.Errorf("path of %d: %v, %v", i, path, err)
					}
				}
				if path, err := x.BatchPath(t.Context(), l.Digest(), 0); err != nil || path != nil {
					t.Errorf("path in no batch: %v, %v", path, err)
				}
			}
		})
	}
}

// TestDamagedBatchIsNoticed changes what the file says of a batch: no path comes of it, and not even "there is none", which
// would speak against the statement. Once all its leaves are read, paths that are damaged are not needed any more.
func TestDamagedBatchIsNoticed(t *testing.T) {
	for _, change := range []string{
		"leaves = CAST(x'00' || substr(leaves, 2) AS BLOB)",
		"leaves = CAST(substr(leaves, 1, 511) || x'00' AS BLOB)",
		"leaves = CAST(substr(leaves, 1, 480) AS BLOB)",
		"leaves = CAST(leaves || substr(leaves, 1, 32) AS BLOB)",
		"leaves = CAST(leaves || x'00' AS BLOB)",
		"leaves = x''",
		"leaves = x'00'",
		"path = CAST(x'00' || substr(path, 2) AS BLOB)",
		"path = CAST(substr(path, 1, length(path) - 1) || x'00' AS BLOB)",
		"path = CAST(path || x'00' AS BLOB)",
		"path = x''",
		"parts = 0",
		"parts = 1",
		"(leaves, path) = (SELECT b.leaves, b.path FROM batches b WHERE b.part = batches.part - 1)",
	} {
		t.Run(change, func(t *testing.T) {
			l, path := evidencetest.New(t), filepath.Join(t.TempDir(), "index.db")
			signed, statements := l.IssueMany(40)
			var leaves []ledger.Digest
			for _, s := range statements {
				leaves = append(leaves, leaf(t, s))
			}
			x := open(t, path)
			x.Remember(100)
			apply(t, x, l.Blocks...)
			if _, err := raw(t, path).ExecContext(t.Context(), "UPDATE batches SET "+change+" WHERE part % 64 = 1"); err != nil {
				t.Fatal(err)
			}
			for asked := range 80 {
				path, err := x.BatchPath(t.Context(), signed.Statement.Root, 20)
				if right := asked > 0 && !strings.Contains(change, "leaves") && slices.Equal(path, ledger.TreePath(leaves, 20)); err == nil && !right {
					t.Fatalf("asked %d times: path %v", asked+1, path)
				}
				x.AwaitReadAhead()
			}
		})
	}
}
