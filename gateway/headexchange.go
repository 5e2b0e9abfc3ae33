package gateway

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/imi-ledger/imi/evidence/head"
	"github.com/imi-ledger/imi/ledger"
)

// Delays of the exchange of heads.
const (
	fetchLimit     = 5 * time.Second       // for one head, the time its gateway waits for a block included
	fetchSpacing   = 50 * time.Millisecond // at least, whatever the other gateway answers
	firstFetchWait = 250 * time.Millisecond
	lastFetchWait  = 2 * time.Second
)

// Neighbour is another organisation's gateway.
type Neighbour struct {
	Organisation ledger.MSPID
	URL          string
}

// parseNeighbour reads MSPID=URL.
func parseNeighbour(text string) (Neighbour, error) {
	id, base, _ := strings.Cut(text, "=")
	u, err := url.Parse(base)
	if id == "" || err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		return Neighbour{}, errors.New("must be like NotaryMSP=https://gateway.example.org")
	}
	if _, err := ledger.ParseKey(string(ledger.KindOrganisation) + "/" + id); err != nil {
		return Neighbour{}, errors.New("must begin with an MSPID")
	}
	return Neighbour{ledger.MSPID(id), strings.TrimSuffix(base, "/")}, nil
}

// headExchange fetches the heads of the other gateways, each by itself: one that is slow or away delays none of the others.
type headExchange struct {
	*witness
	neighbours []Neighbour
	client     *http.Client
}

func newHeadExchange(w *witness, neighbours []Neighbour) *headExchange {
	noRedirect := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &headExchange{witness: w, neighbours: neighbours, client: &http.Client{Timeout: fetchLimit, CheckRedirect: noRedirect}}
}

// run exchanges until ctx ends.
func (e *headExchange) run(ctx context.Context) {
	var all sync.WaitGroup
	for _, n := range e.neighbours {
		if n.Organisation != e.organisation {
			all.Go(func() { e.follow(ctx, n) })
		}
	}
	all.Wait()
}

// follow takes a neighbour's heads as they are signed. After a failure it waits, but not beyond a change of the registry: a
// head that no key verified a moment ago may be good now, as when the registry is founded.
func (e *headExchange) follow(ctx context.Context, n Neighbour) {
	wait, after, away := firstFetchWait, int64(-1), false
	for ctx.Err() == nil {
		changes := e.registryChanged()
		block, err := e.fetch(ctx, n, after)
		switch {
		case ctx.Err() != nil:
			return
		case err == nil:
			if away {
				e.log.Info("heads of another organisation arrive again", "organisation", n.Organisation)
			}
			wait, after, away = firstFetchWait, block, false
			sleep(ctx, fetchSpacing)
		default:
			if !away {
				e.log.Warn("heads of another organisation do not arrive", "organisation", n.Organisation, "cause", err)
			}
			away = true
			sleepUnless(ctx, wait, changes)
			wait = min(2*wait, lastFetchWait)
		}
	}
}

// fetch takes a neighbour's newest head and returns its block.
func (e *headExchange) fetch(ctx context.Context, n Neighbour, after int64) (int64, error) {
	address := n.URL + "/v1/heads/own"
	if after >= 0 {
		address += "?after=" + strconv.FormatInt(after, 10)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return 0, errors.New("the address is no URL")
	}
	response, err := e.client.Do(request)
	if err != nil {
		return 0, errors.New("its gateway does not answer")
	}
	defer response.Body.Close()
	note, err := io.ReadAll(io.LimitReader(response.Body, head.MaxText+1))
	if err != nil || response.StatusCode != http.StatusOK {
		return 0, fmt.Errorf("its gateway has no head to give (HTTP %d)", response.StatusCode)
	}
	if err := e.take(n.Organisation, string(note)); err != nil {
		return 0, err
	}
	text, _, _ := strings.Cut(string(note), "\n\n")
	signed, err := head.Parse(text + "\n")
	if err != nil {
		return 0, err
	}
	return int64(min(signed.Block, 1<<62)), nil
}
