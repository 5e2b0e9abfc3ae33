package wire

import (
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/imi-ledger/imi/ledger"
)

// Fault is the code of a problem that is the gateway's own. What happened is in its log, not in the answer.
const Fault ledger.Code = "fault"

// Problem is an RFC 9457 problem. Its texts name rules and places in the request, never values from it.
type Problem struct {
	Type   string      `json:"type"`
	Title  string      `json:"title"`
	Status int         `json:"status"`
	Detail string      `json:"detail,omitempty"`
	Code   ledger.Code `json:"code"`
	Field  string      `json:"field,omitempty"`  // JSON path, path or query parameter, or header concerned
	Offset *int64      `json:"offset,omitempty"` // byte of the body where it was noticed

	RetryAfter time.Duration `json:"-"` // sent as a header
}

// Error renders the problem as one line.
func (p *Problem) Error() string { return string(p.Code) + ": " + p.Field + ": " + p.Detail }

// NewProblem makes a problem with a status of its own; most come from refusals.
func NewProblem(status int, code ledger.Code, field, detail string) *Problem {
	return &Problem{Type: "/#problem-" + string(code), Title: http.StatusText(status), Status: status, Code: code,
		Field: field, Detail: detail}
}

// malformed is the problem of a body that is not what the operation reads, with the place.
func malformed(field string, offset int64, detail string) *Problem {
	p := NewProblem(http.StatusBadRequest, ledger.Malformed, field, detail)
	p.Offset = &offset
	return p
}

// statusOf maps the codes of refusals to HTTP.
func statusOf(code ledger.Code) int {
	switch code {
	case ledger.Malformed:
		return http.StatusBadRequest
	case ledger.Invalid:
		return http.StatusUnprocessableEntity
	case ledger.NotAllowed:
		return http.StatusForbidden
	case ledger.NotFound:
		return http.StatusNotFound
	case ledger.Conflict:
		return http.StatusConflict
	case ledger.TooLarge:
		return http.StatusRequestEntityTooLarge
	case ledger.Unavailable:
		return http.StatusServiceUnavailable
	case ledger.Unknown:
		return http.StatusAccepted
	}
	return http.StatusInternalServerError
}

// ProblemOf turns any error into what a client may see. Faults lose their text.
func ProblemOf(err error) *Problem {
	var p *Problem
	if errors.As(err, &p) {
		return p
	}
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return NewProblem(http.StatusRequestEntityTooLarge, ledger.TooLarge, "",
			"the body may have "+strconv.FormatInt(tooLarge.Limit, 10)+" bytes")
	}
	var refusal *ledger.Refusal
	if errors.As(err, &refusal) {
		p := NewProblem(statusOf(refusal.Code), refusal.Code, refusal.Field, refusal.Rule)
		if refusal.Code == ledger.Unavailable {
			p.RetryAfter = time.Second
		}
		return p
	}
	return NewProblem(http.StatusInternalServerError, Fault, "", "the gateway failed; its log says why")
}

// Send answers a request with the problem.
func (p *Problem) Send(w http.ResponseWriter) {
	if p.RetryAfter > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int((p.RetryAfter+time.Second-1)/time.Second)))
	}
	text, err := json.Marshal(p)
	if err != nil { // not reached: the fields always encode
		text = []byte(`{"type":"/#problem-fault","title":"Internal Server Error","status":500,"code":"fault"}`)
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(p.Status)
	_, _ = w.Write(append(text, '\n')) // a client that went away needs no answer
}
