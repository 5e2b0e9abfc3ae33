package browser

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"
	"time"
)

// pagePolicy is as strict as a page with a script can be: no inline script, no eval, nothing from elsewhere.
const pagePolicy = "default-src 'none'; script-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'"

// site serves pages with the module. A page tells how it went with a POST to /report.
type site struct {
	*http.ServeMux
	t      testing.TB
	policy string // Content-Security-Policy of every page
	told   chan []byte
}

func newSite(t testing.TB) *site {
	s := &site{ServeMux: http.NewServeMux(), t: t, policy: pagePolicy, told: make(chan []byte, 1)}
	s.serve("/verify.js", "text/javascript; charset=utf-8", []byte(Module))
	s.serve("/favicon.ico", "image/x-icon", nil)
	s.HandleFunc("POST /report", func(_ http.ResponseWriter, r *http.Request) {
		text, err := io.ReadAll(io.LimitReader(r.Body, 64<<20))
		if err != nil {
			t.Error(err)
		}
		select {
		case s.told <- text:
		default: // it tells once
		}
	})
	return s
}

func (s *site) serve(path, media string, text []byte) {
	s.HandleFunc("GET "+path, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Security-Policy", s.policy)
		w.Header().Set("Content-Type", media)
		w.Header().Set("X-Content-Type-Options", "nosniff")
		_, _ = w.Write(text)
	})
}

// visit opens a page in a browser and waits for what it tells.
func (s *site) visit(path string, limit time.Duration) []byte {
	s.t.Helper()
	server := httptest.NewServer(s)
	defer server.Close()
	browser := open(s.t, server.URL+path)
	defer browser.close()
	select {
	case text := <-s.told:
		return text
	case <-browser.ended:
		s.t.Fatalf("the browser ended: %v\n%s", browser.err, browser.said())
	case <-time.After(limit):
		s.t.Fatalf("the page said nothing for %v\n%s", limit, browser.said())
	}
	return nil
}

func readFile(t testing.TB, name string) []byte {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return text
}
