package wire

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/imi-ledger/imi/ledger"
)

// Parameter refuses a path or query parameter by name. Its value is not repeated: it may be personal data sent by mistake.
func Parameter(name, rule string) *Problem {
	return NewProblem(http.StatusBadRequest, ledger.Malformed, name, rule)
}

// KeyOf makes the key of a record from the path. Only keys that a record can have pass.
func KeyOf(r *http.Request) (ledger.Key, error) {
	text := r.PathValue("kind") + "/" + r.PathValue("id")
	if r.PathValue("version") != "" { // the one kind whose ids have two parts
		text = string(ledger.KindCredentialType) + "/" + r.PathValue("name") + "/" + r.PathValue("version")
	}
	key, err := ledger.ParseKey(text)
	if err != nil {
		var refusal *ledger.Refusal
		if errors.As(err, &refusal) {
			return "", Parameter("path", refusal.Rule)
		}
		return "", Parameter("path", "must be the key of a record")
	}
	return key, nil
}

// KindOf reads a parameter that names a kind of record, or none.
func KindOf(r *http.Request, name string) (ledger.Kind, error) {
	kind := ledger.Kind(r.URL.Query().Get(name))
	if kind != "" && !slices.Contains(ledger.Kinds(), kind) {
		return "", Parameter(name, "must be a kind of record")
	}
	return kind, nil
}

// Number reads a parameter with the one decimal form that numbers have.
func Number(name, text string) (uint64, error) {
	n, err := strconv.ParseUint(text, 10, 63)
	if err != nil || strconv.FormatUint(n, 10) != text {
		return 0, Parameter(name, "must be a whole number from 0 to 9223372036854775807")
	}
	return n, nil
}

// LimitOf reads the size of a page.
func LimitOf(r *http.Request, usual, most int) (int, error) {
	text := r.URL.Query().Get("limit")
	if text == "" {
		return usual, nil
	}
	n, err := Number("limit", text)
	if err != nil || n < 1 || n > uint64(most) {
		return 0, Parameter("limit", "must be 1 to "+strconv.Itoa(most))
	}
	return int(n), nil
}

// TimeOf reads a parameter that is a time; the zero time where it is absent.
func TimeOf(r *http.Request, name string) (ledger.Time, error) {
	text := r.URL.Query().Get(name)
	if text == "" {
		return ledger.Time{}, nil
	}
	t, err := ledger.ParseTime(text)
	if err != nil {
		return ledger.Time{}, Parameter(name, "must be a time like 2026-01-31T08:00:00Z")
	}
	return t, nil
}

// AsOfOf reads which state of the ledger is meant.
func AsOfOf(r *http.Request) (AsOf, error) {
	var asOf AsOf
	text := r.URL.Query().Get("block")
	at, err := TimeOf(r, "time")
	if err != nil {
		return asOf, err
	}
	if text != "" && !at.IsZero() {
		return asOf, ledger.Refuse(ledger.Invalid, "time", "give a block or a time, not both")
	}
	if text != "" {
		n, err := Number("block", text)
		if err != nil {
			return asOf, err
		}
		asOf.Block = &n
	}
	if !at.IsZero() {
		asOf.Time = &at
	}
	return asOf, nil
}

// CheckQuery refuses parameters that the operation does not know and those given twice: a filter that is silently
// ignored gives a wrong answer.
func CheckQuery(r *http.Request, known []string) error {
	values, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return NewProblem(http.StatusBadRequest, ledger.Malformed, "query", "must be well-formed")
	}
	for name, given := range values {
		if !slices.Contains(known, name) {
			return NewProblem(http.StatusBadRequest, ledger.Malformed, "query",
				"has a parameter that is not known here; known: "+strings.Join(known, ", "))
		}
		if len(given) != 1 {
			return NewProblem(http.StatusBadRequest, ledger.Malformed, name, "is there twice")
		}
	}
	return nil
}
