package gateway

import (
	"sync"
	"time"

	"github.com/imi-ledger/imi/ledger"
)

// Lag is how far the index is behind the peer.
type Lag struct {
	Next     uint64    // number of the block the index waits for
	Height   uint64    // blocks the peer had when it last answered, or more if the index has more
	CaughtUp time.Time // when the index was last known to have all the peer had; zero: not since the start
	Trouble  string    // what is wrong with following, for people; empty when nothing is
}

// Troubles, in words an operator can act on. They hold no addresses.
const (
	troubleStarting    = "the organisation's own peer has not answered yet"
	troubleSilent      = "the organisation's own peer does not answer"
	troubleCertificate = "the peer does not accept this gateway's certificate on the channel"
	troubleSetBack     = "the peer has fewer blocks than the index: it was set back or is another ledger's; see: imi-gateway rebuild"
	troubleFork        = "the index does not fit the peer's blocks; see: imi-gateway rebuild"
	troubleStuck       = "the index cannot take the next block in; the gateway's log says why"
)

// progress is what is known about the index's position and the peer's. Only an answer of the peer moves caughtUp: silence
// of the block stream does not tell a quiet ledger from a peer that is away.
type progress struct {
	mu        sync.Mutex
	next      uint64
	confirmed bool // the peer's blocks were seen to continue the index's
	height    uint64
	heightAt  time.Time // when the peer was asked for it
	caughtUp  time.Time // the newest heightAt whose height the index has reached
	goal      uint64    // an earlier height it has not reached: one that is always a little behind reaches each a little later
	goalAt    time.Time // when the peer was asked for it; zero: there is none
	peer      string    // trouble with reaching the peer
	index     string    // trouble with taking its blocks in
	changed   chan struct{}
}

func newProgress(next uint64) *progress {
	return &progress{next: next, confirmed: next == 0, peer: troubleStarting, changed: make(chan struct{})}
}

func (p *progress) lag() Lag {
	p.mu.Lock()
	defer p.mu.Unlock()
	trouble := p.index
	if trouble == "" {
		trouble = p.peer
	}
	return Lag{Next: p.next, Height: max(p.height, p.next), CaughtUp: p.caughtUp, Trouble: trouble}
}

// advanced returns a channel that is closed when the index advances next.
func (p *progress) advanced() <-chan struct{} {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.changed
}

// sawHeight takes in the peer's answer, asked for when the index waited for block had.
func (p *progress) sawHeight(height, had uint64, asked time.Time, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case err == nil && height < had:
		p.peer = troubleSetBack
	case err == nil:
		p.peer = ""
		p.height, p.heightAt = height, asked
		p.noteCaughtUp()
	case ledger.CodeOf(err) == ledger.NotAllowed:
		p.peer = troubleCertificate
	default:
		p.peer = troubleSilent
	}
}

// answered says whether the peer has ever told its height.
func (p *progress) answered() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return !p.heightAt.IsZero()
}

func (p *progress) confirm() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.confirmed, p.index = true, ""
	p.noteCaughtUp()
}

func (p *progress) applied(next uint64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.next, p.index = next, ""
	p.noteCaughtUp()
	close(p.changed)
	p.changed = make(chan struct{})
}

func (p *progress) failed(trouble string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.index = trouble
	if trouble == troubleFork {
		p.caughtUp, p.goalAt = time.Time{}, time.Time{} // what was read from the index so far may be another ledger's
	}
}

// noteCaughtUp is called with the lock held.
func (p *progress) noteCaughtUp() {
	if !p.confirmed || p.index != "" || p.heightAt.IsZero() {
		return
	}
	switch {
	case p.next >= p.height:
		p.caughtUp, p.goalAt = p.heightAt, time.Time{}
	case p.goalAt.IsZero():
		p.goal, p.goalAt = p.height, p.heightAt
	case p.next >= p.goal:
		p.caughtUp, p.goal, p.goalAt = p.goalAt, p.height, p.heightAt
	}
}
