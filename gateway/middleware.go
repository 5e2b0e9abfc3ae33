package gateway

import (
	"log/slog"
	"net/http"
	"runtime/debug"
	"time"

	"github.com/imi-ledger/imi/gateway/wire"
)

// secure sets the headers every answer has. The API's answers are no pages: nothing in them may be run, framed or guessed.
//
// They are six: with its type and its length an answer has eight headers, as many as a map holds before it becomes a table, and
// net/http copies that map for every answer.
func secure(next http.Handler, overTLS bool) http.Handler {
	always := http.Header{}
	always.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'")
	always.Set("X-Content-Type-Options", "nosniff")
	always.Set("X-Frame-Options", "DENY")
	always.Set("Referrer-Policy", "no-referrer")
	always.Set("Cross-Origin-Resource-Policy", "same-origin")
	always.Set("Cache-Control", "no-store")
	if overTLS {
		always.Set("Strict-Transport-Security", "max-age=31536000")
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		for name, values := range always {
			h[name] = values[:1:1] // shared by all answers: setting one again replaces it, adding to it copies
		}
		next.ServeHTTP(w, r)
	})
}

// exchange is what is noted about one request while it is served.
type exchange struct {
	http.ResponseWriter
	route  string // the pattern, never the URL: that may hold ids
	status int
	bytes  int64
	cause  error // of a fault
	probe  bool  // asked every second by machines
}

// exchangeOf finds the notes of a request, which come with the writer of its answer.
func exchangeOf(w http.ResponseWriter) *exchange {
	e, _ := w.(*exchange)
	return e
}

// WriteHeader implements http.ResponseWriter.
func (e *exchange) WriteHeader(status int) {
	if e.status == 0 {
		e.status = status
	}
	e.ResponseWriter.WriteHeader(status)
}

// Write implements http.ResponseWriter.
func (e *exchange) Write(data []byte) (int, error) {
	if e.status == 0 {
		e.status = http.StatusOK
	}
	n, err := e.ResponseWriter.Write(data)
	e.bytes += int64(n)
	return n, err
}

// Unwrap lets http.ResponseController reach the connection.
func (e *exchange) Unwrap() http.ResponseWriter { return e.ResponseWriter }

// observe counts every request, logs those that were refused or failed, or all but probes, and turns a panic into a problem.
func observe(next http.Handler, log *slog.Logger, all bool, m *metrics, now func() time.Time) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		e := &exchange{ResponseWriter: w, route: "none"}
		began := now()
		defer func() {
			thrown, started := recover(), e.status != 0
			if thrown != nil && thrown != http.ErrAbortHandler {
				log.Error("fault", "route", e.route, "stack", string(debug.Stack())) // not the value: it may quote the request
				if !started {
					wire.NewProblem(http.StatusInternalServerError, wire.Fault, "", "the gateway failed; its log says why").Send(e)
				}
			}
			if e.cause != nil && r.Context().Err() == nil {
				log.Error("fault", "route", e.route, "cause", e.cause)
			}
			took := now().Sub(began)
			m.served(e.route, methodOf(r), e.status, took)
			level := slog.LevelInfo
			if e.probe || (e.status < 400 && !all) {
				level = slog.LevelDebug
			}
			if log.Enabled(r.Context(), level) {
				log.LogAttrs(r.Context(), level, "served", slog.String("method", methodOf(r)), slog.String("route", e.route), slog.Int("status", e.status),
					slog.Int64("bytes", e.bytes), slog.Duration("took", took))
			}
			if thrown != nil && started {
				panic(http.ErrAbortHandler) // a half-sent answer must not look whole
			}
		}()
		next.ServeHTTP(e, r)
	})
}

// methodOf keeps methods made up by clients out of logs and metrics.
func methodOf(r *http.Request) string {
	switch r.Method {
	case http.MethodGet, http.MethodHead, http.MethodPost:
		return r.Method
	}
	return "other"
}
