package wire

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/imi-ledger/imi/ledger"
)

func TestParametersAreReadOneWay(t *testing.T) {
	request := func(query string) *http.Request { return &http.Request{URL: &url.URL{RawQuery: query}} }
	if n, err := LimitOf(request(""), 20, 100); n != 20 || err != nil {
		t.Errorf("no limit: %d, %v", n, err)
	}
	if n, err := LimitOf(request("limit=100"), 20, 100); n != 100 || err != nil {
		t.Errorf("limit: %d, %v", n, err)
	}
	for _, query := range []string{"limit=0", "limit=101", "limit=01", "limit=+1", "limit=1e2", "limit=-1", "limit=９"} {
		if _, err := LimitOf(request(query), 20, 100); ProblemOf(err).Status != http.StatusBadRequest {
			t.Errorf("%s: %v", query, err)
		}
	}
	if asOf, err := AsOfOf(request("block=0")); err != nil || asOf.Block == nil || *asOf.Block != 0 || asOf.Time != nil {
		t.Errorf("block 0: %+v, %v", asOf, err)
	}
	if _, err := AsOfOf(request("block=0&time=2026-11-23T10:00:00Z")); ledger.CodeOf(err) != ledger.Invalid {
		t.Errorf("block and time: %v", err)
	}
}

// FuzzParameters reads a query and a path as every kind of parameter at once.
func FuzzParameters(f *testing.F) {
	f.Add("block=3&time=2026-11-23T10:00:00Z&limit=5&kind=document", "type", "identity", "1")
	f.Add("limit=%zz;x=1", "document", someDigest, "")
	f.Fuzz(func(t *testing.T, query, kind, id, version string) {
		r := &http.Request{URL: &url.URL{RawQuery: query}}
		r.SetPathValue("kind", kind)
		r.SetPathValue("id", id)
		r.SetPathValue("name", id)
		r.SetPathValue("version", version)
		key, err := KeyOf(r)
		if again, bad := ledger.ParseKey(string(key)); err == nil && (bad != nil || again != key) {
			t.Errorf("%q is taken for a key", key)
		}
		errs := []error{err, CheckQuery(r, []string{"block", "time", "limit", "kind"})}
		_, err = KindOf(r, "kind")
		errs = append(errs, err)
		_, err = AsOfOf(r)
		errs = append(errs, err)
		n, err := LimitOf(r, 20, 100)
		if err == nil && (n < 1 || n > 100) {
			t.Errorf("limit %d", n)
		}
		for _, err := range append(errs, err) {
			if err != nil {
				checkProblem(t, err, 0)
			}
		}
	})
}
