package gateway

import (
	"net/http"
	"net/netip"
	"testing"
	"testing/synctest"
	"time"
)

func TestQuotaIsPerClientAndRefills(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := newQuota(5, 1, time.Now)
		one, other := netip.MustParsePrefix("192.0.2.1/32"), netip.MustParsePrefix("192.0.2.2/32")
		for i := range 10 {
			if p := q.admit(one); p != nil {
				t.Fatalf("request %d: %v", i, p)
			}
		}
		p := q.admit(one)
		if p == nil || p.Status != http.StatusTooManyRequests || p.RetryAfter < time.Second {
			t.Fatalf("request 11: %+v", p)
		}
		if p := q.admit(other); p != nil {
			t.Errorf("the other client: %v", p)
		}
		time.Sleep(time.Second)
		if p := q.admit(one); p != nil {
			t.Errorf("a second later: %v", p)
		}
		time.Sleep(3 * time.Minute)
		if q.admit(one); len(q.clients) != 1 {
			t.Errorf("%d clients are remembered", len(q.clients))
		}
	})
}

func TestStreamsOfAClientAreCounted(t *testing.T) {
	q := newQuota(5, 1, time.Now)
	client := netip.MustParsePrefix("192.0.2.1/32")
	end, p := q.openStream(client)
	if p != nil {
		t.Fatal(p)
	}
	if _, p := q.openStream(client); p == nil || p.Status != http.StatusTooManyRequests {
		t.Errorf("second stream: %v", p)
	}
	end()
	if _, p := q.openStream(client); p != nil {
		t.Errorf("after the first ended: %v", p)
	}
}

func TestClientsAreToldApart(t *testing.T) {
	for address, want := range map[string]string{
		"192.0.2.7:4711": "192.0.2.7/32", "[::ffff:192.0.2.7]:1": "192.0.2.7/32",
		"[2001:db8:1:2:3:4:5:6]:80": "2001:db8:1:2::/64", "[fe80::1%eth0]:80": "fe80::/64", "@": "invalid Prefix",
	} {
		if got := clientOf(&http.Request{RemoteAddr: address}).String(); got != want {
			t.Errorf("%s: %s, want %s", address, got, want)
		}
	}
}

// TestStreamsReadTheirBacklogAtARate has a client read on and on, on however many streams.
func TestStreamsReadTheirBacklogAtARate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := newQuota(5, 20, time.Now)
		one, other := netip.MustParsePrefix("192.0.2.1/32"), netip.MustParsePrefix("192.0.2.2/32")
		began := time.Now()
		for range 10 + 50 {
			time.Sleep(q.page(one))
		}
		if took := time.Since(began); took < 9900*time.Millisecond || took > 10*time.Second {
			t.Errorf("60 pages took %v", took)
		}
		if wait := q.page(other); wait != 0 {
			t.Errorf("the other client waits %v", wait)
		}
		if p := q.admit(one); p != nil {
			t.Errorf("its requests have a quota of their own: %v", p)
		}
	})
}
