package index_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/imi-ledger/imi/evidence/evidencetest"
	"github.com/imi-ledger/imi/gateway/index"
	"github.com/imi-ledger/imi/ledger"
)

func all(t testing.TB, x *index.Index, f index.Filter) []string {
	t.Helper()
	var keys []string
	for {
		page, err := x.Search(t.Context(), f)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range page.Records {
			keys = append(keys, r.Key)
		}
		if page.Next == "" {
			return keys
		}
		f.After = page.Next
	}
}

func TestSearchPages(t *testing.T) {
	l, x := told(t)
	filters := []index.Filter{{}, {Kind: ledger.KindDocument}, {Organisation: evidencetest.Service}, {Kind: ledger.KindAttestation, State: ledger.Active},
		{Type: "degree/1"}, {State: ledger.Revoked}, {Kind: ledger.KindNotarisation, Organisation: evidencetest.Notary, Type: "copy-matches-original", State: ledger.Active},
		{Kind: ledger.KindProposal, State: index.ProposalApplied}, {Kind: ledger.KindBatch, Type: "attestation"}, {Kind: "nonsense"}}
	for _, f := range filters {
		whole := all(t, x, f)
		if n := len(slices.Compact(slices.Sorted(slices.Values(whole)))); n != len(whole) {
			t.Errorf("%+v: %d records, %d different ones", f, len(whole), n)
		}
		for _, limit := range []int{1, 2, 3, 1000} {
			f.Limit = limit
			if diff := cmp.Diff(whole, all(t, x, f)); diff != "" {
				t.Errorf("%+v (-whole +paged):\n%s", f, diff)
			}
		}
	}
	if n := len(all(t, x, index.Filter{})); n != len(l.Keys()) {
		t.Errorf("%d records found, %d on the ledger", n, len(l.Keys()))
	}
}

func TestSearchFinds(t *testing.T) {
	l, x := told(t)
	start := l.Now.Add(-24 * time.Hour)
	for name, c := range map[string]struct {
		filter index.Filter
		want   int
	}{
		"organisations":           {index.Filter{Kind: ledger.KindOrganisation}, 4},
		"types":                   {index.Filter{Kind: ledger.KindCredentialType}, 2},
		"attestations":            {index.Filter{Kind: ledger.KindAttestation}, 8},
		"attestations of a type":  {index.Filter{Kind: ledger.KindAttestation, Type: "degree/1"}, 7},
		"revoked attestations":    {index.Filter{Kind: ledger.KindAttestation, State: ledger.Revoked}, 1},
		"by an organisation":      {index.Filter{Kind: ledger.KindAttestation, Organisation: evidencetest.Police}, 1},
		"revoked of any kind":     {index.Filter{State: ledger.Revoked}, 2},
		"active notarisations":    {index.Filter{Kind: ledger.KindNotarisation, State: ledger.Active}, 1},
		"nothing suspended":       {index.Filter{State: ledger.Suspended}, 0},
		"documents of a kind":     {index.Filter{Kind: ledger.KindDocument, Type: string(evidencetest.Paper)}, 3},
		"subjects":                {index.Filter{Kind: ledger.KindSubject, Organisation: evidencetest.Police, State: ledger.Active}, 1},
		"persons":                 {index.Filter{Kind: ledger.KindPerson}, 1},
		"batches of attestations": {index.Filter{Kind: ledger.KindBatch, Type: "attestation"}, 1},
		"proposals":               {index.Filter{Kind: ledger.KindProposal, State: index.ProposalApplied}, 2},
		"since":                   {index.Filter{Kind: ledger.KindDocument, From: start}, 2},
		"until":                   {index.Filter{Kind: ledger.KindDocument, Until: start}, 3},
		"never":                   {index.Filter{From: start, Until: start}, 0},
		"before the ledger":       {index.Filter{Until: l.Now.Add(-1000 * time.Hour)}, 0},
		"after its end":           {index.Filter{From: l.Now.Add(time.Second)}, 0},
	} {
		if got := all(t, x, c.filter); len(got) != c.want {
			t.Errorf("%s: %d, want %d: %v", name, len(got), c.want, got)
		}
	}
	for _, after := range []string{"x", "-1", "0", "01", "1 ", "99999999999999999999"} {
		if _, err := x.Search(t.Context(), index.Filter{After: after}); ledger.CodeOf(err) != ledger.Malformed {
			t.Errorf("after %q: %v", after, err)
		}
	}
}
