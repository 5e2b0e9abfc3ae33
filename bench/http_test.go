package bench

import (
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// TestCaller reads what net/http sends: a short answer with its length, a long one in chunks.
func TestCaller(t *testing.T) {
	long := strings.Repeat("long ", 10_000)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/long" {
			w.WriteHeader(http.StatusTeapot)
			_, _ = w.Write([]byte(long))
			return
		}
		_, _ = w.Write([]byte("short"))
	}))
	defer server.Close()
	all, end, err := callers(t.Context(), strings.TrimPrefix(server.URL, "http://"), 2)
	if err != nil {
		t.Fatal(err)
	}
	defer end()
	for _, path := range []string{"/short", "/long", "/short"} {
		status, body, err := all[0].post(path, []byte("{}"))
		want, code := "short", http.StatusOK
		if path == "/long" {
			want, code = long, http.StatusTeapot
		}
		if err != nil || status != code || string(body) != want {
			t.Errorf("%s: %d, %d bytes, %v", path, status, len(body), err)
		}
	}
}

// TestConnectionThatMayHaveEndedIsReplaced: a server closes what lies unused, or says that it will close. Neither is an error.
func TestConnectionThatMayHaveEndedIsReplaced(t *testing.T) {
	var connections atomic.Int32
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/last" {
			w.Header().Set("Connection", "close")
		}
		_, _ = io.WriteString(w, "yes")
	}))
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			connections.Add(1)
		}
	}
	server.Start()
	defer server.Close()
	all, end, err := callers(t.Context(), strings.TrimPrefix(server.URL, "http://"), 1)
	if err != nil {
		t.Fatal(err)
	}
	defer end()
	one := all[0]
	ask := func(path string, want int32) {
		t.Helper()
		if status, body, err := one.post(path, nil); err != nil || status != http.StatusOK || string(body) != "yes" || connections.Load() != want {
			t.Errorf("%s: %d %q, %v, over connection %d, want %d", path, status, body, err, connections.Load(), want)
		}
	}
	server.CloseClientConnections() // as after ReadHeaderTimeout, and as long ago
	one.used = time.Now().Add(-2 * idleLimit)
	ask("/first", 2)
	ask("/second", 2)
	ask("/last", 2)
	ask("/next", 3)
}

// TestLostAnswerIsWrong: a server that ends a connection in place of an answer gave a wrong result.
func TestLostAnswerIsWrong(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }))
	defer server.Close()
	one := &caller{address: strings.TrimPrefix(server.URL, "http://")}
	defer one.close()
	_, _, err := one.post("/v1/x", nil)
	if fault := faultOf("verify", "imi", err); !errors.As(fault, new(*WrongError)) || !strings.Contains(fault.Error(), "no whole answer to POST /v1/x") {
		t.Errorf("%v", fault)
	}
	server.Close()
	if _, _, err := one.post("/v1/x", nil); !errors.As(faultOf("verify", "imi", err), new(*WrongError)) {
		t.Errorf("nobody listens: %v", err)
	}
}
