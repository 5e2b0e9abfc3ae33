package bench

import (
	"context"
	"fmt"
)

// row is one measurement that can be asked for by name.
type row struct {
	name    string
	network bool // needs networks; the others run in this process alone
	open    func(ctx context.Context, s *stage) (*trial, error)
}

// trial is a row that is ready to be measured.
type trial struct {
	sides   []side
	targets []target
	missing []string       // what belongs to the row and is not among the sides
	onward  bool           // every side needs what the one before leaves: all rounds of one, then all of the next
	fewer   map[string]int // how many rounds a side has that takes too long for all of them
	close   func() error   // may be nil
}

// side is one of those that take turns.
type side struct {
	name    string
	watched string // whose CPU time is counted
	run     func(ctx context.Context) (Sample, error)
}

// target is what a row hopes for: a figure of one side, alone or divided by that of another, on one side of a limit.
type target struct {
	value   string
	of      string // name of the side; "" is the first
	against string // name of a side whose figure of the same name divides it; "" for none
	least   float64
	most    float64 // 0: none
}

// rows are all measurements there are, in the order they are made: what fills the ledger comes late.
func rows() []row {
	return []row{presentRow(), growthRow(), startRow(), issueRow(), latencyRow(), lagRow(), auditRow(), batchRow(), verifyRow(), waitingRow()}
}

// Names lists the measurements there are.
func Names() []string { return namesOf(rows()) }

func namesOf(rows []row) []string {
	var names []string
	for _, r := range rows {
		names = append(names, r.name)
	}
	return names
}

// WrongError says that something measured gave a wrong result, which is worse than any figure.
type WrongError struct {
	Row, Side string
	Cause     error
}

// Error implements error.
func (e *WrongError) Error() string {
	return fmt.Sprintf("%s, %s: wrong result: %v", e.Row, e.Side, e.Cause)
}

// Unwrap gives the cause.
func (e *WrongError) Unwrap() error { return e.Cause }

// wrong marks an error as a wrong result and no failure to measure.
type wrong struct{ error }

// Unwrap gives the cause.
func (w wrong) Unwrap() error { return w.error }

func wrongf(format string, args ...any) error { return wrong{fmt.Errorf(format, args...)} }
