package gateway

import (
	"math"
	"net/http"
	"time"

	"github.com/imi-ledger/imi/evidence/head"
	"github.com/imi-ledger/imi/gateway/heads"
	"github.com/imi-ledger/imi/gateway/wire"
	"github.com/imi-ledger/imi/ledger"
)

// ownHeadWait is how long a request for the next own head waits for a block.
const ownHeadWait = time.Second

// noHeads refuses what needs a head key.
func noHeads() error {
	return ledger.Refuse(ledger.Unavailable, "", "this gateway signs no heads yet: it has no head key or no block")
}

// keptHeads is the keeper of the heads, or a refusal as long as there is none.
func (a *api) keptHeads() (*heads.Keeper, error) {
	if keeper := a.witness.keeper.Load(); keeper != nil {
		return keeper, nil
	}
	return nil, noHeads()
}

func sendNote(w http.ResponseWriter, note string) error {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = w.Write([]byte(note)) // a client that went away needs no answer
	return nil
}

// head tells the newest head that enough organisations signed.
func (a *api) head(w http.ResponseWriter, _ *http.Request) error {
	keeper, err := a.keptHeads()
	if err != nil {
		return err
	}
	best, ok := keeper.Best()
	if !ok {
		return ledger.Refuse(ledger.Unavailable, "", "too few organisations have signed a head yet")
	}
	return sendNote(w, best.Note)
}

// headAt tells the head of a recent block, with the cosignatures there are.
func (a *api) headAt(w http.ResponseWriter, r *http.Request) error {
	number, err := wire.Number("block", r.PathValue("block"))
	if err != nil {
		return err
	}
	keeper, err := a.keptHeads()
	if err != nil {
		return err
	}
	state, ok := keeper.At(number)
	if !ok {
		return wire.NewProblem(http.StatusNotFound, ledger.NotFound, "block", "no head of this block is kept here")
	}
	return sendNote(w, state.Note)
}

// ownHead tells the newest head with this organisation's cosignature alone. It waits a moment for a block newer than the
// one the asker has; then it answers with the newest signature there is.
func (a *api) ownHead(w http.ResponseWriter, r *http.Request) error {
	after := uint64(math.MaxUint64)
	if text := r.URL.Query().Get("after"); text != "" {
		var err error
		if after, err = wire.Number("after", text); err != nil {
			return err
		}
	}
	keeper, err := a.keptHeads()
	if err != nil {
		return err
	}
	timer := time.NewTimer(ownHeadWait)
	defer timer.Stop()
	for {
		newest, ok, signed := keeper.Newest()
		if ok && (after == math.MaxUint64 || newest.Block > after) {
			return sendNote(w, newest.Own)
		}
		select {
		case <-signed:
			continue
		case <-timer.C:
		case <-a.ending:
		case <-r.Context().Done():
		}
		if !ok {
			return noHeads()
		}
		newest, _, _ = keeper.Newest()
		return sendNote(w, newest.Own)
	}
}

// forksAnswer lists the forks that were found, each with the two signed notes that prove it.
type forksAnswer struct {
	Forks []head.Fork `json:"forks"`
}

func (a *api) listForks(w http.ResponseWriter, _ *http.Request) error {
	return send(w, http.StatusOK, forksAnswer{a.witness.forks.list()})
}

// headNumbers are the gauges of metrics; -1 where there is no head.
type headNumbers struct{ newest, cosigned, cosigners, forks float64 }

func (w *witness) numbers() headNumbers {
	n := headNumbers{newest: -1, cosigned: -1, forks: float64(len(w.forks.list()))}
	keeper := w.keeper.Load()
	if keeper == nil {
		return n
	}
	if newest, ok, _ := keeper.Newest(); ok {
		n.newest = float64(newest.Block)
	}
	if best, ok := keeper.Best(); ok {
		n.cosigned, n.cosigners = float64(best.Block), float64(len(best.Times))
	}
	return n
}
