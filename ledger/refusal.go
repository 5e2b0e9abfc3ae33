package ledger

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// Code tells a caller what kind of refusal it got and so what it can do next. The same code appears in chaincode
// responses, Go errors, HTTP problems and (mapped to a number) exit statuses.
type Code string

// The codes. Anything without one is a fault: private to the program that met it.
const (
	Malformed   Code = "malformed"       // not the canonical form of a request; nothing was looked up
	Invalid     Code = "invalid"         // well-formed, but a rule forbids it
	NotAllowed  Code = "not_allowed"     // this caller, or this key, may not do it
	NotFound    Code = "not_found"       // a record it needs does not exist
	Conflict    Code = "conflict"        // the key exists with other content, or changed meanwhile
	TooLarge    Code = "too_large"       // over a stated limit
	Unavailable Code = "unavailable"     // cannot be done now; nothing was written; retry
	Unknown     Code = "outcome_unknown" // may or may not have been written; look the transaction up
)

// Refusal is an error with a code the caller can act on.
type Refusal struct {
	Code    Code   `json:"code"`
	Field   string `json:"field,omitempty"` // what was refused: a JSON path such as "records[17].type"
	Rule    string `json:"rule"`            // one English sentence: what must hold
	Subject string `json:"subject,omitempty"`
}

// Error renders the refusal as one line.
func (r *Refusal) Error() string {
	var b strings.Builder
	b.WriteString(string(r.Code))
	if r.Field != "" {
		b.WriteString(": " + r.Field)
	}
	b.WriteString(": " + r.Rule)
	if r.Subject != "" {
		b.WriteString(" (" + r.Subject + ")")
	}
	return b.String()
}

// Refuse makes a refusal of a field (which may be empty) with the rule that forbids it.
func Refuse(code Code, field, rule string, args ...any) *Refusal {
	return &Refusal{Code: code, Field: field, Rule: fmt.Sprintf(rule, args...)}
}

// about names the record concerned, by its key, and returns the refusal.
func (r *Refusal) about(key Key) *Refusal {
	r.Subject = string(key)
	return r
}

// CodeOf returns the code of the refusal in err's chain, or "" for a fault or nil.
func CodeOf(err error) Code {
	var r *Refusal
	if errors.As(err, &r) {
		return r.Code
	}
	return ""
}

// wireMark starts a refusal in the free text that is all a chaincode error can carry.
const wireMark = "imi-refusal:"

// Wire renders a refusal so that ParseRefusal finds it inside a longer message.
func (r *Refusal) Wire() string {
	text, err := json.Marshal(r)
	if err != nil {
		return r.Error()
	}
	return wireMark + string(text)
}

// ParseRefusal finds a refusal rendered by Wire in the text of an error that came through Fabric.
func ParseRefusal(text string) (*Refusal, bool) {
	_, rest, found := strings.Cut(text, wireMark)
	if !found {
		return nil, false
	}
	var r Refusal
	if err := json.NewDecoder(strings.NewReader(rest)).Decode(&r); err != nil || r.Code == "" {
		return nil, false
	}
	return &r, true
}
