// Package cursor names places in the stream of changes. It is apart from the index so that fuzzing it does not compile SQLite.
package cursor

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/imi-ledger/imi/ledger"
)

// Cursor is a place in the stream of changes: block, position of the transaction in it, and number of the write in that.
// Text form "12.0.3", which is the id of an event. The zero value is before everything: block 0 holds no records.
type Cursor struct {
	Block       uint64
	Transaction int
	Write       int
}

// String returns the text form.
func (c Cursor) String() string { return fmt.Sprintf("%d.%d.%d", c.Block, c.Transaction, c.Write) }

// Parse accepts the text form only.
func Parse(text string) (Cursor, error) {
	refusal := ledger.Refuse(ledger.Malformed, "", "an event id is written like 12.0.3")
	parts := strings.Split(text, ".")
	if len(parts) != 3 {
		return Cursor{}, refusal
	}
	var numbers [3]uint64
	for i, part := range parts {
		n, err := strconv.ParseUint(part, 10, 63)
		if err != nil || (i > 0 && n > 1<<31-1) {
			return Cursor{}, refusal
		}
		numbers[i] = n
	}
	c := Cursor{numbers[0], int(numbers[1]), int(numbers[2])}
	if c.String() != text {
		return Cursor{}, refusal
	}
	return c, nil
}
