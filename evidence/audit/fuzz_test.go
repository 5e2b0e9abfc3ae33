package audit

import (
	"bytes"
	"testing"
)

// FuzzBlock puts blocks of any bytes in the place of a real one: whatever differs must be noticed, and nothing may fail.
func FuzzBlock(f *testing.F) {
	const at = 8
	blocks, genesis := captured(f, "forged")
	var before position
	walk(f, blocks[:at+1], func(p position, number uint64) {
		if number == at {
			before = frozen(p)
		}
	})
	f.Add(blocks[at])
	f.Add(blocks[at+1])
	f.Fuzz(func(t *testing.T, raw []byte) {
		if noticed(before, genesis, at, raw) == bytes.Equal(raw, blocks[at]) {
			t.Error("not noticed, or the real block found wanting")
		}
	})
}
