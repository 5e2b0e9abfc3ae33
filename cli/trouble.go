package cli

import (
	"errors"

	"github.com/imi-ledger/imi/cli/message"
	"github.com/imi-ledger/imi/ledger"
	"github.com/imi-ledger/imi/network"
)

// codeUsage marks a command line that cannot be carried out. It never leaves this program.
const codeUsage ledger.Code = "usage"

// trouble is an error with words for people: what happened and what to do next.
type trouble struct {
	code  ledger.Code // "" for a fault
	what  message.Text
	args  []any
	next  message.Text
	cause error
}

// Error is the English text.
func (t *trouble) Error() string { return t.what.In(message.English, t.args...) }

// Unwrap gives the cause, which is not shown.
func (t *trouble) Unwrap() error { return t.cause }

// usage refuses a command line.
func usage(what message.Text, args ...any) error {
	return &trouble{code: codeUsage, what: what, args: args}
}

// advice is an error as it was, with a better next step than its code suggests.
type advice struct {
	error
	next message.Text
	args []any
	done bool // something was done before the error: the step is right also for one who interrupted the rest
}

// Unwrap gives the error.
func (a *advice) Unwrap() error { return a.error }

// advise adds a next step to an error, if there is one.
func advise(err error, next message.Text, args ...any) error {
	if err == nil {
		return nil
	}
	return &advice{error: err, next: next, args: args}
}

// adviseDone is advise where something was done already that the next step speaks of.
func adviseDone(err error, next message.Text, args ...any) error {
	if err == nil {
		return nil
	}
	return &advice{error: err, next: next, args: args, done: true}
}

// codeOf is ledger.CodeOf, and knows this program's own errors too.
func codeOf(err error) ledger.Code {
	var t *trouble
	if errors.As(err, &t) {
		return t.code
	}
	if errors.Is(err, network.ErrNoNetwork) {
		return ledger.NotFound
	}
	if away := (*network.EngineAway)(nil); errors.As(err, &away) {
		return ledger.Unavailable
	}
	return ledger.CodeOf(err)
}
