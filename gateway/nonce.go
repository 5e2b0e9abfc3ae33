package gateway

import (
	"crypto/rand"
	"encoding/base64"
	"sync"
	"time"

	"github.com/imi-ledger/imi/ledger"
)

// Limits on nonces.
const (
	nonceBytes  = 16
	maxNonceAge = 120 * time.Second
	maxNonces   = 1 << 17 // remembered at once, used and expired ones included; about 20 MB
)

// nonceState is what the store knows about a nonce.
type nonceState string

// The states. A nonce that was never made here and one that was forgotten look the same.
const (
	nonceFresh   nonceState = "fresh"
	nonceUsed    nonceState = "used"
	nonceExpired nonceState = "expired"
	nonceUnknown nonceState = "unknown"
)

// nonces hands out random values that each serve one verification. They live in memory: after a restart holders are asked
// again, which is safe, where a nonce accepted twice would not be.
type nonces struct {
	lifetime time.Duration
	limit    int
	now      func() time.Time

	mu    sync.Mutex
	known map[string]*nonce
	queue []*nonce // oldest first: all live equally long
}

type nonce struct {
	text    string
	expires time.Time
	used    bool
}

func newNonces(lifetime time.Duration, limit int, now func() time.Time) *nonces {
	return &nonces{lifetime: min(lifetime, maxNonceAge), limit: limit, now: now, known: map[string]*nonce{}}
}

// issue makes a nonce and tells until when it may be used.
func (n *nonces) issue() (text string, expires time.Time, err error) {
	var random [nonceBytes]byte
	_, _ = rand.Read(random[:]) // never fails: crypto/rand ends the program instead
	n.mu.Lock()
	defer n.mu.Unlock()
	now := n.now()
	n.forget(now)
	if len(n.known) >= n.limit {
		return "", time.Time{}, ledger.Refuse(ledger.Unavailable, "", "too many nonces are waiting to be used; retry later")
	}
	fresh := &nonce{text: base64.RawURLEncoding.EncodeToString(random[:]), expires: now.Add(n.lifetime)}
	n.known[fresh.text] = fresh
	n.queue = append(n.queue, fresh)
	return fresh.text, fresh.expires, nil
}

// take uses a nonce up. Of any number of callers one gets nonceFresh.
func (n *nonces) take(text string) nonceState {
	n.mu.Lock()
	defer n.mu.Unlock()
	now := n.now()
	found := n.known[text]
	switch {
	case found == nil:
		return nonceUnknown
	case found.used:
		return nonceUsed
	case !now.Before(found.expires):
		return nonceExpired
	}
	found.used = true
	return nonceFresh
}

// giveBack makes a taken nonce usable again: the verification could not be carried out, so nothing was accepted with it.
func (n *nonces) giveBack(text string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if found := n.known[text]; found != nil {
		found.used = false
	}
}

// count is how many nonces are remembered.
func (n *nonces) count() int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return len(n.known)
}

// forget drops nonces that expired a while ago. Until then "used" can be told from "unknown".
func (n *nonces) forget(now time.Time) {
	gone := 0
	for gone < len(n.queue) && now.Sub(n.queue[gone].expires) > maxNonceAge {
		delete(n.known, n.queue[gone].text)
		n.queue[gone] = nil
		gone++
	}
	n.queue = n.queue[gone:]
}
