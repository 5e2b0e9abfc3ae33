package gateway

import (
	"log/slog"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/imi-ledger/imi/evidence"
	"github.com/imi-ledger/imi/evidence/answer"
	"github.com/imi-ledger/imi/gateway/index"
	"github.com/imi-ledger/imi/gateway/wire"
)

// api answers the routes from the index.
type api struct {
	organisation string // MSPID
	audience     string
	maxLag       time.Duration
	index        *index.Index
	verifier     evidence.Verifier
	memory       *answer.Memory
	shelf        atomic.Pointer[answer.Shelf] // of the head that answers rest on
	standing     atomic.Pointer[standing]     // of that head, at the last second asked about
	follower     *follower
	witness      *witness
	nonces       *nonces
	quota        *quota
	metrics      *metrics
	streams      chan struct{} // one place for each event stream that may be open
	ending       chan struct{} // closed when the gateway shuts down
	log          *slog.Logger
	now          func() time.Time
	logAll       bool // every request, not only those that were refused or failed
	overTLS      bool
}

func (a *api) routes() []route {
	get := func(path string, serve func(http.ResponseWriter, *http.Request) error, query ...string) route {
		return route{method: http.MethodGet, path: path, query: query, serve: serve}
	}
	probe := func(path string, serve func(http.ResponseWriter, *http.Request) error, query ...string) route {
		return route{method: http.MethodGet, path: path, query: query, free: true, serve: serve}
	}
	return []route{
		{method: http.MethodPost, path: "/v1/nonces", serve: a.issueNonce},
		{method: http.MethodPost, path: "/v1/verifications", serve: a.verify},
		get("/v1/records", a.search, "kind", "organisation", "type", "state", "from", "until", "after", "limit"),
		get("/v1/records/{kind}/{id}", a.record, "block", "time"),
		get("/v1/records/type/{name}/{version}", a.record, "block", "time"),
		get("/v1/history/{kind}/{id}", a.history, "limit"),
		get("/v1/history/type/{name}/{version}", a.history, "limit"),
		get("/v1/batches/{root}/path/{index}", a.batchPath),
		get("/v1/blocks", a.blocks, "before", "limit"),
		get("/v1/blocks/{number}", a.block),
		get("/v1/transactions/{id}", a.transaction),
		get("/v1/statistics", a.statistics),
		get("/v1/head", a.head),
		probe("/v1/heads/own", a.ownHead, "after"),
		get("/v1/heads/{block}", a.headAt),
		get("/v1/forks", a.listForks),
		get("/v1/verify.js", a.module),
		get(routeEvents, a.events, "kind"),
		probe("/livez", a.live),
		probe("/readyz", a.ready),
		probe("/metrics", a.serveMetrics),
		get("/openapi.json", a.openAPI),
		get("/style.css", a.style),
		get("/{$}", a.page),
	}
}

// handler is the whole API with everything that guards it.
func (a *api) handler() http.Handler {
	guard := http.NewCrossOriginProtection()
	guard.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		wire.NewProblem(http.StatusForbidden, "not_allowed", "Origin", "pages of other origins may not do this").Send(w)
	}))
	return observe(secure(guard.Handler(mux(a.routes(), a.quota)), a.overTLS), a.log, a.logAll, a.metrics, a.now)
}

// send sends a value as JSON.
func send(w http.ResponseWriter, status int, value any) error {
	text, err := answer.Encode(value)
	if err != nil {
		return err
	}
	sendText(w, "application/json", status, text)
	return nil
}

// sendText sends what is encoded already. nosniff keeps it from being taken for a page.
func sendText(w http.ResponseWriter, media string, status int, text []byte) {
	w.Header().Set("Content-Type", media)
	w.WriteHeader(status)
	_, _ = w.Write(text) // a client that went away needs no answer
}
