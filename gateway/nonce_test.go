package gateway

import (
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/imi-ledger/imi/ledger"
)

func TestNonceServesOnce(t *testing.T) {
	n := newNonces(time.Minute, 10, time.Now)
	text, expires, err := n.issue()
	if err != nil || len(text) != 22 || time.Until(expires) > time.Minute {
		t.Fatalf("got %q until %v, %v", text, expires, err)
	}
	if got := n.take(text); got != nonceFresh {
		t.Errorf("first use: %s", got)
	}
	if got := n.take(text); got != nonceUsed {
		t.Errorf("second use: %s", got)
	}
	n.giveBack(text)
	if got := n.take(text); got != nonceFresh {
		t.Errorf("after giving back: %s", got)
	}
	if got := n.take("made-up"); got != nonceUnknown {
		t.Errorf("made up: %s", got)
	}
}

func TestNonceExpiresAndIsForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNonces(time.Hour, 10, time.Now)
		text, expires, err := n.issue()
		if err != nil || time.Until(expires) != maxNonceAge {
			t.Fatalf("lives until %v, %v", expires, err)
		}
		time.Sleep(maxNonceAge)
		if got := n.take(text); got != nonceExpired {
			t.Errorf("after its time: %s", got)
		}
		time.Sleep(2 * maxNonceAge)
		if _, _, err := n.issue(); err != nil || n.count() != 1 {
			t.Errorf("%d remembered, %v; want the new one only", n.count(), err)
		}
		if got := n.take(text); got != nonceUnknown {
			t.Errorf("much later: %s", got)
		}
	})
}

func TestNoncesAreBounded(t *testing.T) {
	n := newNonces(time.Minute, 3, time.Now)
	for range 3 {
		if _, _, err := n.issue(); err != nil {
			t.Fatal(err)
		}
	}
	if _, _, err := n.issue(); ledger.CodeOf(err) != ledger.Unavailable {
		t.Errorf("the fourth: %v", err)
	}
}

func TestOneOfManyRacersGetsTheNonce(t *testing.T) {
	n := newNonces(time.Minute, 10, time.Now)
	text, _, err := n.issue()
	if err != nil {
		t.Fatal(err)
	}
	var fresh atomic.Int32
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() {
			if n.take(text) == nonceFresh {
				fresh.Add(1)
			}
		})
	}
	all.Wait()
	if fresh.Load() != 1 {
		t.Errorf("%d got it", fresh.Load())
	}
}
