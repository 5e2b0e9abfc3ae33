package network

import (
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// TestGatewayForksAreSeen asks a gateway, which need not be ready to have found a fork.
func TestGatewayForksAreSeen(t *testing.T) {
	ready, forks, status := http.StatusOK, `{"forks":[]}`, http.StatusOK
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/readyz":
			w.WriteHeader(ready)
		case "/v1/forks":
			w.WriteHeader(status)
			_, _ = w.Write([]byte(forks))
		}
	}))
	defer server.Close()
	at := server.Listener.Addr().(*net.TCPAddr)
	n := prepared(t, Native)
	seen := func() NodeStatus {
		s := NodeStatus{Node: Node{Name: "gateway.police", Kind: Gateway, Organisation: "PoliceMSP", Port: at.Port}}
		n.ask(t.Context(), &s)
		return s
	}
	if s := seen(); s.State != Running || len(s.Forks) != 0 || (&Status{Nodes: []NodeStatus{s}}).Forked() {
		t.Errorf("%+v", s)
	}
	ready, forks = http.StatusServiceUnavailable, `{"forks":[{"block":12,"other":"AuditMSP","ours":"a","theirs":"b"}]}`
	if s := seen(); s.State != Unhealthy || len(s.Forks) != 1 || s.Forks[0] != (Fork{12, "AuditMSP"}) || !(&Status{Nodes: []NodeStatus{s}}).Forked() {
		t.Errorf("%+v", s)
	}
	ready, forks = http.StatusOK, "nonsense"
	if s := seen(); s.State != Unhealthy || !strings.Contains(s.Problem, "forks") {
		t.Errorf("%+v", s)
	}
	status = http.StatusTooManyRequests
	if s := seen(); s.State != Unhealthy || !strings.Contains(s.Problem, "429") {
		t.Errorf("%+v", s)
	}
}
