package gateway

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/imi-ledger/imi/evidence/head"
	"github.com/imi-ledger/imi/gateway/cursor"
	"github.com/imi-ledger/imi/gateway/index"
	"github.com/imi-ledger/imi/gateway/wire"
	"github.com/imi-ledger/imi/ledger"
)

// Event streams.
const (
	heartbeat       = 15 * time.Second
	eventWriteLimit = 10 * time.Second // a client that takes longer to read is dropped; it can resume
	eventPage       = 200
	endOfBlock      = 1<<31 - 1
)

// eventForked names the event of a fork. It has no id, so a client's Last-Event-ID stays that of the last change; instead
// every stream begins with all forks that are kept.
const eventForked = "ledger.forked"

// events streams the changes of records as server-sent events. They are read from the index, so a slow client costs
// nothing but its connection, and one that comes back with Last-Event-ID misses nothing.
func (a *api) events(w http.ResponseWriter, r *http.Request) error {
	kind, err := wire.KindOf(r, "kind")
	if err != nil {
		return err
	}
	cursor, err := a.startOf(r)
	if err != nil {
		return err
	}
	end, refused := a.quota.openStream(clientOf(r))
	if refused != nil {
		return refused
	}
	defer end()
	select {
	case a.streams <- struct{}{}:
		defer func() { <-a.streams }()
	default:
		return ledger.Refuse(ledger.Unavailable, "", "as many event streams are open as may be; retry later")
	}
	a.metrics.streams.Inc()
	defer a.metrics.streams.Dec()
	s := stream{w: w, control: http.NewResponseController(w), kind: kind}
	if err := s.open(); err != nil {
		return nil // the client went away
	}
	a.follow(r, &s, cursor)
	return nil
}

// startOf finds where a stream begins: behind the event the client had last, or now.
func (a *api) startOf(r *http.Request) (cursor.Cursor, error) {
	last := r.Header.Get("Last-Event-ID")
	if last == "" {
		next := a.follower.lag().Next
		if next == 0 {
			return cursor.Cursor{}, nil
		}
		return cursor.Cursor{Block: next - 1, Transaction: endOfBlock, Write: endOfBlock}, nil
	}
	begin, err := cursor.Parse(last)
	if err != nil {
		return begin, wire.Parameter("Last-Event-ID", "must be the id of an event, such as 12.0.3")
	}
	return begin, nil
}

// follow sends changes until the client or the gateway goes.
func (a *api) follow(r *http.Request, s *stream, after cursor.Cursor) {
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	told := 0
	for {
		forks, forked := a.witness.forks.since(told)
		told += len(forks)
		if s.alarm(forks) != nil {
			return
		}
		advanced := a.follower.advanced() // before reading, so that nothing falls between
		changes, err := a.index.Changes(r.Context(), after, eventPage)
		if err != nil {
			exchangeOf(s.w).cause = err
			return
		}
		if err := s.send(changes); err != nil {
			return
		}
		if n := len(changes); n > 0 {
			after = changes[n-1].Cursor
			wait := time.Duration(0)
			if n == eventPage { // there may be many more
				wait = a.quota.page(clientOf(r))
			}
			select {
			case <-a.ending:
				return
			case <-r.Context().Done():
				return
			case <-time.After(wait):
				continue
			}
		}
		select {
		case <-advanced:
		case <-forked:
		case <-beat.C:
			if s.write([]byte(": \n\n")) != nil {
				return
			}
		case <-r.Context().Done():
			return
		case <-a.ending:
			return
		}
	}
}

// stream writes server-sent events to one client.
type stream struct {
	w       http.ResponseWriter
	control *http.ResponseController
	kind    ledger.Kind // empty: all
}

// open begins the stream. The server's own time-outs are for answers that end.
func (s *stream) open() error {
	if err := s.control.SetReadDeadline(time.Time{}); err != nil {
		return err
	}
	h := s.w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("X-Accel-Buffering", "no") // proxies would hold events back
	s.w.WriteHeader(http.StatusOK)
	return s.write([]byte("retry: 2000\n\n"))
}

func (s *stream) send(changes []index.Change) error {
	var text bytes.Buffer
	for _, c := range changes {
		if s.kind != "" && ledger.Key(c.Key).Kind() != s.kind {
			continue
		}
		data, err := json.Marshal(c.Version)
		if err != nil {
			return err
		}
		fmt.Fprintf(&text, "id: %s\nevent: %s\ndata: %s\n\n", c.Cursor, eventName(c.Event), data)
	}
	if text.Len() == 0 {
		return nil
	}
	return s.write(text.Bytes())
}

// alarm tells of forks, whatever kind of record the client asked for: they put all of them in doubt.
func (s *stream) alarm(forks []head.Fork) error {
	var text bytes.Buffer
	for _, fork := range forks {
		data, err := json.Marshal(fork)
		if err != nil {
			return err
		}
		fmt.Fprintf(&text, "event: %s\ndata: %s\n\n", eventForked, data)
	}
	if text.Len() == 0 {
		return nil
	}
	return s.write(text.Bytes())
}

// eventName keeps a name that is none from breaking the stream's lines, and a false alarm from being raised: a modified
// chaincode may say anything.
func eventName(name string) string {
	if name == "" || name == eventForked || strings.Trim(name, "abcdefghijklmnopqrstuvwxyz_.") != "" {
		return "record.changed"
	}
	return name
}

func (s *stream) write(text []byte) error {
	if err := s.control.SetWriteDeadline(time.Now().Add(eventWriteLimit)); err != nil {
		return err
	}
	if _, err := s.w.Write(text); err != nil {
		return err
	}
	return s.control.Flush()
}
