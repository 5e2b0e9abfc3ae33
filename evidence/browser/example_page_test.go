package browser

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

// TestExamplePage chooses a file on the page of docs/api.md. The gateway's answer to it is a vector; the clock is stopped
// at its time.
func TestExamplePage(t *testing.T) {
	_, page, _ := strings.Cut(string(readFile(t, "../../docs/api.md")), "```html\n")
	page, _, found := strings.Cut(page, "```")
	if !found {
		t.Fatal("docs/api.md shows no page")
	}
	var vectors struct{ Trusts, Answers map[string]string }
	if err := json.Unmarshal(readFile(t, vectorsFile), &vectors); err != nil {
		t.Fatal(err)
	}
	s := newSite(t)
	s.policy = "" // the script of the example stands in the page
	s.serve("/example.html", "text/html; charset=utf-8", []byte(page+`<script type="module" src="choose.js"></script>`))
	s.serve("/choose.js", "text/javascript; charset=utf-8", readFile(t, "testdata/choose.js"))
	s.serve("/trust.json", "application/json", []byte(vectors.Trusts["trust"]))
	s.HandleFunc("POST /v1/verifications", func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil || len(body) > 200 || strings.Contains(string(body), "a file") {
			t.Errorf("the page sent %q (%v)", body, err)
		}
		_, _ = io.WriteString(w, vectors.Answers["document by its digest"])
	})
	if got := string(s.visit("/example.html", 3*time.Minute)); got != "valid" {
		t.Errorf("the page shows %q", got)
	}
}
