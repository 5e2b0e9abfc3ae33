package cli

import (
	"context"
	"errors"

	"github.com/imi-ledger/imi/ledger"
)

// The exit codes.
const (
	exitDone        = 0
	exitFault       = 1
	exitUsage       = 2
	exitNotValid    = 3
	exitNotAllowed  = 4
	exitNotFound    = 5
	exitUnknown     = 6 // cannot know now; retry
	exitConflict    = 7
	exitInterrupted = 130
)

var exitOfCode = map[ledger.Code]int{
	codeUsage:          exitUsage,
	ledger.Malformed:   exitNotValid,
	ledger.Invalid:     exitNotValid,
	ledger.TooLarge:    exitNotValid,
	ledger.NotAllowed:  exitNotAllowed,
	ledger.NotFound:    exitNotFound,
	ledger.Unavailable: exitUnknown,
	ledger.Unknown:     exitUnknown,
	ledger.Conflict:    exitConflict,
}

// exitOfVerdict says how verify ends.
var exitOfVerdict = map[string]int{
	"valid":         exitDone,
	"revoked":       exitNotValid,
	"suspended":     exitNotValid,
	"expired":       exitNotValid,
	"mismatch":      exitNotValid,
	"not_found":     exitNotFound,
	"indeterminate": exitUnknown,
}

// verdictError ends a verification whose result was printed already.
type verdictError struct{ verdict string }

func (e verdictError) Error() string { return "verdict: " + e.verdict }

// exitOf returns the exit code of an error.
func exitOf(ctx context.Context, err error) int {
	if err == nil {
		return exitDone
	}
	if errors.Is(ctx.Err(), context.Canceled) {
		return exitInterrupted
	}
	var verdict verdictError
	if errors.As(err, &verdict) {
		if code, known := exitOfVerdict[verdict.verdict]; known {
			return code
		}
		return exitFault
	}
	if code, known := exitOfCode[codeOf(err)]; known {
		return code
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return exitUnknown
	}
	return exitFault
}
