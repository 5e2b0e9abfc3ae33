package gateway

import (
	"net/http"
	"time"

	"github.com/imi-ledger/imi/ledger"
)

// readiness says whether verdicts about now can be given, and if not why.
type readiness struct {
	Ready        bool        `json:"ready"`
	Reason       string      `json:"reason,omitempty"` // why not, or what will soon be the reason
	Organisation string      `json:"organisation"`
	Blocks       uint64      `json:"blocks"`             // taken in
	PeerBlocks   uint64      `json:"peerBlocks"`         // of the peer, when it last answered
	CurrentAt    ledger.Time `json:"currentAt,omitzero"` // when the index was last known to have all the peer had
	AgeSeconds   *float64    `json:"ageSeconds,omitempty"`
}

// behind says why the index may lack blocks; empty when it is current enough.
func (a *api) behind() string {
	lag := a.follower.lag()
	if !lag.CaughtUp.IsZero() && a.now().Sub(lag.CaughtUp) <= a.maxLag {
		return ""
	}
	if lag.Trouble != "" {
		return lag.Trouble
	}
	return "the index is still taking in the peer's blocks"
}

// live answers as long as the process serves at all.
func (a *api) live(w http.ResponseWriter, _ *http.Request) error {
	return send(w, http.StatusOK, struct {
		Live bool `json:"live"`
	}{true})
}

func (a *api) ready(w http.ResponseWriter, _ *http.Request) error {
	lag, reason := a.follower.lag(), a.behind()
	state := readiness{Ready: reason == "", Reason: reason, Organisation: a.organisation, Blocks: lag.Next, PeerBlocks: lag.Height}
	if state.Ready {
		state.Reason = lag.Trouble
	}
	if !lag.CaughtUp.IsZero() {
		age := a.now().Sub(lag.CaughtUp).Round(time.Millisecond).Seconds()
		state.CurrentAt, state.AgeSeconds = ledger.At(lag.CaughtUp), &age
	}
	if !state.Ready {
		return send(w, http.StatusServiceUnavailable, state)
	}
	return send(w, http.StatusOK, state)
}

func (a *api) serveMetrics(w http.ResponseWriter, r *http.Request) error {
	a.metrics.handler().ServeHTTP(w, r)
	return nil
}
