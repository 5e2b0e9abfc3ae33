package gateway

import (
	"net/http"
	"slices"
	"strings"

	"github.com/imi-ledger/imi/gateway/wire"
	"github.com/imi-ledger/imi/ledger"
)

// routeEvents is the one route whose requests do not end by themselves.
const routeEvents = "/v1/events"

// route is one operation of the API. Its path is a pattern of net/http; openapi.json describes the same paths.
type route struct {
	method string
	path   string
	query  []string // parameters it knows; others are refused
	free   bool     // not counted against the client's quota: probes must get through
	serve  func(http.ResponseWriter, *http.Request) error
}

// mux serves the routes, and answers everything else with problems.
func mux(routes []route, q *quota) http.Handler {
	m := http.NewServeMux()
	methods := map[string][]string{}
	for _, r := range routes {
		methods[r.path] = append(methods[r.path], r.method)
		m.Handle(r.method+" "+r.path, r.handler(q))
	}
	for path, allowed := range methods {
		if covered(path, methods) {
			continue
		}
		slices.Sort(allowed)
		m.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Allow", strings.Join(allowed, ", "))
			wire.NewProblem(http.StatusMethodNotAllowed, ledger.Malformed, "", "this path knows "+strings.Join(allowed, ", ")).Send(w)
		})
	}
	m.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		wire.NewProblem(http.StatusNotFound, ledger.NotFound, "", "no such path; see /openapi.json").Send(w)
	})
	return m
}

// covered reports whether a more general path stands beside this one and answers the methods that neither knows.
func covered(path string, all map[string][]string) bool {
	own := strings.Split(path, "/")
	for other := range all {
		general := strings.Split(other, "/")
		if other != path && len(general) == len(own) &&
			slices.EqualFunc(general, own, func(g, o string) bool { return g == o || strings.HasPrefix(g, "{") }) {
			return true
		}
	}
	return false
}

func (r route) handler(q *quota) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		e := exchangeOf(w)
		e.route, e.probe = strings.TrimSuffix(r.path, "{$}"), r.free
		if !r.free {
			if refused := q.admit(clientOf(request)); refused != nil {
				refused.Send(w)
				return
			}
		}
		err := wire.CheckQuery(request, r.query)
		if err == nil {
			err = r.serve(w, request)
		}
		if err == nil {
			return
		}
		p := wire.ProblemOf(err)
		if p.Code == wire.Fault && request.Context().Err() != nil { // not the gateway's: the client went away meanwhile
			p = wire.NewProblem(http.StatusBadRequest, ledger.Malformed, "", "the request was given up")
		} else if p.Code == wire.Fault {
			e.cause = err
		}
		p.Send(w)
	})
}
