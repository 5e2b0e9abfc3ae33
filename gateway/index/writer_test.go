package index_test

import (
	"fmt"
	"testing"

	"github.com/imi-ledger/imi/evidence/evidencetest"
	"github.com/imi-ledger/imi/ledger"
)

// Rows and keys go to SQLite in lots of 50, 16, 4 and 1: a block is whole whatever its size.
func TestBlocksOfAnySizeAreWhole(t *testing.T) {
	for _, size := range []int{1, 2, 3, 4, 14, 15, 16, 17, 48, 49, 50, 51, 69, 70, 120} { // with the record of the batch there is one record more
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			l, x := evidencetest.New(t), fresh(t)
			_, statements := l.IssueMany(size)
			l.Revoke(ledger.AttestationKey(statements[size-1].Credential)) // read again, among others
			apply(t, x, l.Blocks...)
			for i, s := range statements {
				e, err := x.Record(t.Context(), ledger.AttestationKey(s.Credential), uint64(len(l.Blocks)))
				if err != nil || e.Unsound != "" {
					t.Fatal(i, err, e.Unsound)
				}
				a, err := ledger.Decode[ledger.Attestation](e.Record, ledger.MaxRecord)
				if err != nil || a.Statement != s {
					t.Fatalf("record %d is %s (%v)", i, e.Record, err)
				}
				if path, err := x.BatchPath(t.Context(), a.Author.Batch.Root, i); err != nil || !ledger.CheckTreePath(leaf(t, s), i, size, path, a.Author.Batch.Root) {
					t.Fatal("the path of record", i, "does not fit:", err)
				}
			}
			statistics, err := x.Statistics(t.Context())
			if err != nil || statistics.Records["attestation"]["active"] != int64(size-1) || statistics.Records["attestation"]["revoked"] != 1 {
				t.Error(statistics.Records, err)
			}
		})
	}
}

func leaf(t *testing.T, s ledger.AttestationStatement) ledger.Digest {
	t.Helper()
	text, err := ledger.Encode(s)
	if err != nil {
		t.Fatal(err)
	}
	return ledger.LeafHash(text)
}
