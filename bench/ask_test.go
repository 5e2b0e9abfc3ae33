package bench

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/imi-ledger/imi/ledger"
)

// TestFewAnswersAreChecked: the first, and then a few in a second, however many come; one that fails is told at the end.
func TestFewAnswersAreChecked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newChecking(func(ledger.Digest, []byte) error { time.Sleep(2 * time.Millisecond); return nil })
		for range 10_000 {
			c.offer(ledger.Digest{}, nil)
			time.Sleep(100 * time.Microsecond)
		}
		if count, err := c.end(); err != nil || count != 4 {
			t.Errorf("%d of a second's answers were checked, %v", count, err)
		}
		bad := errors.New("bad")
		c = newChecking(func(ledger.Digest, []byte) error { return bad })
		c.offer(ledger.Digest{}, nil)
		if _, err := c.end(); !errors.Is(err, bad) {
			t.Errorf("a bad answer: %v", err)
		}
	})
}

func TestLookAtAnAnswer(t *testing.T) {
	good := `{"finding":{"verdict":"valid"},"evidence":{"head":"imi"}}`
	for text, want := range map[string]bool{good: true, `{"finding":{"verdict":"valid"}}`: false, `{"verdict":"revoked","evidence":{"head":"imi"}}`: false} {
		if got := saysSo(200, []byte(text)); got != want {
			t.Errorf("%s: %t", text, got)
		}
	}
	if saysSo(500, []byte(good)) {
		t.Error("status 500 passes")
	}
}
