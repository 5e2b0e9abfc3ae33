package gateway

import (
	"net"
	"net/http"
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/imi-ledger/imi/gateway/wire"
	"github.com/imi-ledger/imi/ledger"
)

// maxClients bounds how many clients are told apart at once. Beyond it, newcomers share one allowance.
const maxClients = 1 << 16

// quota limits how fast and how much at once one client may ask.
type quota struct {
	perSecond rate.Limit
	burst     int
	streams   int // event streams of one client at once
	now       func() time.Time

	mu      sync.Mutex
	clients map[netip.Prefix]*allowance
	others  *allowance
	swept   time.Time
}

type allowance struct {
	limiter *rate.Limiter
	pages   *rate.Limiter // of changes that its event streams read behind one another
	seen    time.Time
	streams int
}

func newQuota(perSecond float64, streams int, now func() time.Time) *quota {
	q := &quota{perSecond: rate.Limit(perSecond), burst: max(1, int(2*perSecond)), streams: streams, now: now,
		clients: map[netip.Prefix]*allowance{}, swept: now()}
	q.others = q.full()
	return q
}

func (q *quota) full() *allowance {
	return &allowance{limiter: rate.NewLimiter(q.perSecond, q.burst), pages: rate.NewLimiter(q.perSecond, q.burst)}
}

// clientOf tells clients apart by address; IPv6 by its /64, since one client has all of that.
func clientOf(r *http.Request) netip.Prefix {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	address, err := netip.ParseAddr(host)
	if err != nil {
		return netip.Prefix{}
	}
	address = address.Unmap().WithZone("")
	bits := 32
	if address.Is6() {
		bits = 64
	}
	prefix, err := address.Prefix(bits)
	if err != nil {
		return netip.Prefix{}
	}
	return prefix
}

// of returns the allowance of a client. The caller holds the lock.
func (q *quota) of(client netip.Prefix, now time.Time) *allowance {
	if now.Sub(q.swept) > time.Minute {
		q.swept = now
		for key, a := range q.clients {
			if now.Sub(a.seen) > time.Minute && a.streams == 0 {
				delete(q.clients, key)
			}
		}
	}
	a := q.clients[client]
	switch {
	case a != nil:
	case len(q.clients) >= maxClients:
		a = q.others
	default:
		a = q.full()
		q.clients[client] = a
	}
	a.seen = now
	return a
}

// admit takes one request off a client's allowance, or tells when to come back.
func (q *quota) admit(client netip.Prefix) *wire.Problem {
	q.mu.Lock()
	defer q.mu.Unlock()
	now := q.now()
	limiter := q.of(client, now).limiter
	if limiter.AllowN(now, 1) {
		return nil
	}
	reservation := limiter.ReserveN(now, 1)
	wait := reservation.DelayFrom(now)
	reservation.CancelAt(now)
	return tooMany("this client asks faster than its quota", wait)
}

// openStream counts an event stream of a client; the returned function ends it.
func (q *quota) openStream(client netip.Prefix) (end func(), refused *wire.Problem) {
	q.mu.Lock()
	defer q.mu.Unlock()
	a := q.of(client, q.now())
	if a.streams >= q.streams {
		return nil, tooMany("this client has as many event streams open as it may", 5*time.Second)
	}
	a.streams++
	return func() {
		q.mu.Lock()
		defer q.mu.Unlock()
		a.streams--
	}, nil
}

// page tells how long an event stream of a client waits before it reads another page of what it missed: whoever begins at the
// first block with every stream it may have would keep the gateway busy otherwise.
func (q *quota) page(client netip.Prefix) time.Duration {
	q.mu.Lock()
	defer q.mu.Unlock()
	now := q.now()
	return q.of(client, now).pages.ReserveN(now, 1).DelayFrom(now)
}

func tooMany(detail string, wait time.Duration) *wire.Problem {
	p := wire.NewProblem(http.StatusTooManyRequests, ledger.Unavailable, "", detail)
	p.RetryAfter = max(wait, time.Second)
	return p
}
