package cursor_test

import (
	"testing"

	"github.com/imi-ledger/imi/gateway/cursor"
)

func FuzzParse(f *testing.F) {
	for _, seed := range []string{"0.0.0", "12.0.3", "1.2", "+1.0.0", "01.0.0", "9223372036854775808.0.0", "1.2147483648.0"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if c, err := cursor.Parse(text); err == nil && c.String() != text {
			t.Errorf("%q became %s", text, c)
		}
	})
}
