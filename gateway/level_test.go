package gateway

import (
	"net/http"
	"path/filepath"
	"testing"
	"time"

	"github.com/imi-ledger/imi/evidence/evidencetest"
)

// TestOldBlocksAreNotSigned: a gateway that reads the ledger anew signs none of the old blocks on its way. Their heads, with
// the present time, would let somebody serve what they say as news.
func TestOldBlocksAreNotSigned(t *testing.T) {
	folder := t.TempDir()
	writeHeadKey(t, filepath.Join(folder, "head.key"), evidencetest.HeadKey(evidencetest.Police))
	l := evidencetest.New(t)
	for range 5 {
		l.Register(l.Digest())
	}
	h := startFor(t, l, evidencetest.Police, func(o *Options) { o.Data, o.HeadKey = folder, filepath.Join(folder, "head.key") })
	all := uint64(len(l.Blocks))
	h.peer.change(func() {
		for _, b := range l.Blocks {
			h.peer.blocks = append(h.peer.blocks, delivered(t, b))
		}
		h.peer.slow = all - 2
	})
	follower, witness := h.api.follower, h.api.witness
	none := func(when string) {
		t.Helper()
		h.await(when, func() bool { return follower.lag().Next == all-2 })
		if _, any, _ := witness.keeper.Load().Newest(); any {
			t.Errorf("%s: an old block is signed", when)
		}
		if err := witness.tick(t.Context()); err == nil {
			t.Errorf("%s: signing goes on", when)
		}
		if r := h.get("/v1/heads/own"); r.StatusCode != http.StatusServiceUnavailable {
			t.Errorf("%s: %d %s", when, r.StatusCode, r.body)
		}
	}
	none("before the peer told its height")
	follower.askHeight(t.Context())
	none("behind the peer")
	h.peer.change(func() { h.peer.slow = 0 })
	h.await("signing the newest block", func() bool {
		newest, any, _ := witness.keeper.Load().Newest()
		return any && newest.Block == all-1
	})
	for number := range all - 1 {
		if _, ok := witness.keeper.Load().At(number); ok {
			t.Errorf("block %d is signed", number)
		}
	}
}

// TestSilentPeerEndsSigning: a gateway that cannot hear of newer blocks does not say that there are none.
func TestSilentPeerEndsSigning(t *testing.T) {
	h, n := startCosigned(t)
	h.cosign(n)
	signed := func() time.Time {
		newest, _, _ := h.api.witness.keeper.Load().Newest()
		return newest.Times[evidencetest.Police]
	}
	before := signed()
	h.peer.change(func() { h.peer.away = true })
	for _, later := range []time.Duration{levelWithin, levelWithin + time.Second} {
		h.clock.set(h.Now.Time().Add(later))
		h.api.follower.askHeight(t.Context())
		err := h.api.witness.tick(t.Context())
		if within := later <= levelWithin; (err == nil) != within {
			t.Errorf("after %v: %v", later, err)
		}
	}
	if at := signed(); !at.Equal(before.Add(levelWithin)) {
		t.Errorf("signed at %v", at)
	}
	h.peer.change(func() { h.peer.away = false })
	h.api.follower.askHeight(t.Context())
	if err := h.api.witness.tick(t.Context()); err != nil || !signed().Equal(h.clock.read()) {
		t.Errorf("the peer is back: %v, signed at %v", err, signed())
	}
}

// TestALittleBehindIsLevel: under load the index is always some blocks behind the height that was heard of last, but it
// reaches each height a little later.
func TestALittleBehindIsLevel(t *testing.T) {
	began := time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)
	p := newProgress(0)
	for second := range 60 {
		now := began.Add(time.Duration(second) * time.Second)
		height := uint64(10*second + 20)
		p.sawHeight(height, height-15, now, nil)
		for next := height - 15; next < height-5; next++ {
			p.applied(next)
		}
		if age := now.Sub(p.lag().CaughtUp); second > 5 && age > 4*time.Second {
			t.Fatalf("second %d: level %v ago", second, age)
		}
	}
	stuck := p.lag().CaughtUp
	for second := 60; second < 70; second++ {
		p.sawHeight(uint64(10*second+20), 0, began.Add(time.Duration(second)*time.Second), nil)
	}
	if at := p.lag().CaughtUp; !at.Equal(stuck) {
		t.Errorf("it stands still, and is called level at %v", at)
	}
}
