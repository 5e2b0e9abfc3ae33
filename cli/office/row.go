package office

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/imi-ledger/imi/ledger"
)

// RowError tells which row of an import an error is about, from 1, and which column where that is known.
type RowError struct {
	Row    int
	Column string
	Err    error
}

// Error implements error.
func (e *RowError) Error() string {
	if e.Column == "" {
		return fmt.Sprintf("row %d: %v", e.Row, e.Err)
	}
	return fmt.Sprintf("row %d, column %s: %v", e.Row, e.Column, e.Err)
}

// Unwrap gives what is wrong with the row.
func (e *RowError) Unwrap() error { return e.Err }

// statementRow finds the row in the refusal of a batch: the ledger names it as statements[0], or a field of that.
func statementRow(err error) error {
	var r *ledger.Refusal
	if !errors.As(err, &r) {
		return err
	}
	place, isStatement := strings.CutPrefix(r.Field, "statements[")
	number, field, _ := strings.Cut(place, "]")
	index, problem := strconv.Atoi(number)
	if !isStatement || problem != nil {
		return err
	}
	refused := *r
	refused.Field = ""
	return &RowError{Row: index + 1, Column: strings.TrimPrefix(field, "."), Err: &refused}
}
