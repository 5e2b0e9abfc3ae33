package gateway

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/imi-ledger/imi/evidence/evidencetest"
	"github.com/imi-ledger/imi/evidence/head"
	"github.com/imi-ledger/imi/gateway/cursor"
	"github.com/imi-ledger/imi/gateway/index"
	"github.com/imi-ledger/imi/gateway/wire"
	"github.com/imi-ledger/imi/ledger"
)

// event is a server-sent event as a client reads it.
type event struct{ id, name, data string }

// streaming is an open event stream.
type streaming struct {
	t      testing.TB
	lines  *bufio.Scanner
	answer *http.Response
}

func listenTo(t testing.TB, url, last string) *streaming {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	t.Cleanup(cancel)
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	if last != "" {
		r.Header.Set("Last-Event-ID", last)
	}
	answer, err := http.DefaultTransport.(*http.Transport).Clone().RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = answer.Body.Close() })
	if kind := answer.Header.Get("Content-Type"); answer.StatusCode != http.StatusOK || kind != "text/event-stream" {
		t.Fatalf("status %d, type %s", answer.StatusCode, kind)
	}
	return &streaming{t, bufio.NewScanner(answer.Body), answer}
}

// next reads one event; false when the stream has ended.
func (s *streaming) next() (event, bool) {
	s.t.Helper()
	var e event
	for s.lines.Scan() {
		name, value, _ := strings.Cut(s.lines.Text(), ": ")
		switch {
		case name == "id":
			e.id = value
		case name == "event":
			e.name = value
		case name == "data":
			e.data = value
		case name == "" && e.data != "":
			return e, true
		}
	}
	return event{}, false
}

func (s *streaming) names(n int) string {
	s.t.Helper()
	var names []string
	for range n {
		e, ok := s.next()
		if !ok {
			s.t.Fatalf("the stream ended after %v", names)
		}
		names = append(names, e.name)
	}
	return strings.Join(names, " ")
}

func TestEventsBeginNowAndResume(t *testing.T) {
	h := start(t)
	h.Register(h.Digest()) // before the stream: not in it
	h.level()
	s := listenTo(t, h.server.URL+"/v1/events", "")
	document := h.Digest()
	key := h.Register(document)
	h.Notarise(document)
	h.level()
	first, _ := s.next()
	var version index.Version
	if err := json.Unmarshal([]byte(first.data), &version); err != nil || version.Key != string(key) || first.name != "document.registered" {
		t.Fatalf("first event %+v, %v", first, err)
	}
	if got := s.names(1); got != "notarisation.recorded" {
		t.Errorf("then %s", got)
	}
	h.IssueMany(3)
	h.Revoke(key)
	h.level()
	if got := s.names(5); strings.Count(got, "attestation.issued") != 3 || !strings.Contains(got, "batch.recorded ") ||
		!strings.HasSuffix(got, " document.revoked") {
		t.Errorf("then %s", got)
	}
	again := listenTo(t, h.server.URL+"/v1/events", first.id)
	if got := again.names(6); !strings.HasPrefix(got, "notarisation.recorded ") || !strings.HasSuffix(got, " document.revoked") {
		t.Errorf("resumed after %s: %s", first.id, got)
	}
	some := listenTo(t, h.server.URL+"/v1/events?kind=document", first.id)
	if got := some.names(1); got != "document.revoked" {
		t.Errorf("documents only: %s", got)
	}
	all := listenTo(t, h.server.URL+"/v1/events?kind=organisation", "0.0.0")
	if got := all.names(4); got != strings.TrimSpace(strings.Repeat("organisation.registered ", 4)) {
		t.Errorf("from the beginning: %s", got)
	}
}

func TestEventStreamsOutliveTheServersTimeOuts(t *testing.T) {
	h := start(t)
	server := httptest.NewUnstartedServer(h.api.handler())
	server.Config.ReadTimeout, server.Config.WriteTimeout = 50*time.Millisecond, 50*time.Millisecond
	server.Start()
	defer server.Close()
	defer server.CloseClientConnections()
	s := listenTo(t, server.URL+"/v1/events", "")
	time.Sleep(200 * time.Millisecond) // real time-outs of real connections: no other clock would do
	h.Register(h.Digest())
	h.level()
	if got := s.names(1); got != "document.registered" {
		t.Errorf("got %s", got)
	}
}

func TestEventStreamsAreBounded(t *testing.T) {
	h := start(t, func(o *Options) { o.Streams, o.AllStreams = 2, 3 })
	for range 2 {
		listenTo(t, h.server.URL+"/v1/events", "")
	}
	if p := read[wire.Problem](t, h.get("/v1/events"), http.StatusTooManyRequests); p.Code != ledger.Unavailable {
		t.Errorf("third of a client: %+v", p)
	}
	h.api.quota.streams = 10
	listenTo(t, h.server.URL+"/v1/events", "")
	if p := read[wire.Problem](t, h.get("/v1/events"), http.StatusServiceUnavailable); p.Code != ledger.Unavailable {
		t.Errorf("fourth of all: %+v", p)
	}
}

func TestEventNamesCannotBreakTheStream(t *testing.T) {
	for name, want := range map[string]string{"document.revoked": "document.revoked", "subject.key_rotated": "subject.key_rotated",
		"": "record.changed", "ledger.forked": "record.changed", "x\ndata: forged": "record.changed"} {
		if got := eventName(name); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
}

func TestShutdownEndsStreamsAndFinishesRequests(t *testing.T) {
	h := start(t)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	entered, release := make(chan struct{}), make(chan struct{})
	slow := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/slow" {
			h.api.handler().ServeHTTP(w, r)
			return
		}
		close(entered)
		<-release
		_, _ = io.WriteString(w, "done")
	})
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	log := slog.New(slog.NewTextHandler(h.log, nil))
	go func() {
		ended <- serve(ctx, listener, slow, log, 10*time.Second, func() { close(h.api.ending) })
	}()
	url := "http://" + listener.Addr().String()
	s := listenTo(t, url+"/v1/events", "")
	finished := make(chan string, 1)
	go func() {
		answer, err := http.Get(url + "/slow")
		if err != nil {
			finished <- err.Error()
			return
		}
		defer answer.Body.Close()
		text, _ := io.ReadAll(answer.Body)
		finished <- string(text)
	}()
	<-entered
	cancel()
	if e, ok := s.next(); ok {
		t.Errorf("the stream went on with %+v", e)
	}
	if err := s.lines.Err(); err != nil {
		t.Errorf("the stream was cut off: %v", err)
	}
	close(release)
	if got := <-finished; got != "done" {
		t.Errorf("the request under way: %s", got)
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestStreamOfAnEmptyLedgerBeginsAtTheBeginning(t *testing.T) {
	a := &api{follower: &follower{progress: newProgress(0)}}
	if c, err := a.startOf(httptest.NewRequest(http.MethodGet, "/v1/events", nil)); err != nil || c != (cursor.Cursor{}) {
		t.Errorf("got %v, %v", c, err)
	}
}

// TestForksAreEvents sees that a fork reaches streams that are open, streams opened later and resumed ones, without moving
// the place that a client resumes from.
func TestForksAreEvents(t *testing.T) {
	h, n := startCosigned(t)
	open := listenTo(t, h.server.URL+"/v1/events?kind=notarisation", "")
	forged := h.Head()
	forged.BlockHash[0] ^= 1
	n.set(evidencetest.Audit, h.Sign(forged, evidencetest.Audit))
	alarm := func(s *streaming) {
		t.Helper()
		e, _ := s.next()
		var fork head.Fork
		if err := json.Unmarshal([]byte(e.data), &fork); err != nil || e.name != "ledger.forked" || e.id != "" || fork.Other != evidencetest.Audit {
			t.Fatalf("%+v, %v", e, err)
		}
		if _, _, err := fork.Open(func(note string) (head.Signed, error) { return head.Open(note, h.keys()) }); err != nil {
			t.Error(err)
		}
	}
	alarm(open)
	later := listenTo(t, h.server.URL+"/v1/events", "")
	alarm(later)
	h.Register(h.Digest())
	h.level()
	change, _ := later.next()
	if change.name != "document.registered" || change.id == "" {
		t.Fatalf("%+v", change)
	}
	h.Register(h.Digest())
	h.level()
	again := listenTo(t, h.server.URL+"/v1/events", change.id)
	alarm(again)
	if e, _ := again.next(); e.name != "document.registered" || e.id == change.id {
		t.Errorf("after %s: %+v", change.id, e)
	}
}
