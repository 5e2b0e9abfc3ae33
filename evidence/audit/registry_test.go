package audit

import (
	"testing"

	"github.com/imi-ledger/imi/evidence/block"
	"github.com/imi-ledger/imi/ledger"
	"github.com/imi-ledger/imi/ledger/kept"
)

// TestWhatIsKeptIsNotChanged replays a ledger with every operation and expects the decoded records that operations shared
// to be what their bytes say still.
func TestWhatIsKeptIsNotChanged(t *testing.T) {
	blocks, _ := captured(t, "bft")
	var memory *kept.Memory
	walk(t, blocks, func(p position, _ uint64) { memory = p.registry })
	found := 0
	for _, encoded := range blocks {
		b, err := block.ParseBytes(encoded)
		if err != nil {
			t.Fatal(err)
		}
		for _, transaction := range b.Transactions {
			for _, w := range transaction.Writes {
				decoded, ok := memory.Decoded(w.Value)
				if !ok {
					continue
				}
				found++
				if again, err := ledger.Encode(decoded); err != nil || string(again) != string(w.Value) {
					t.Errorf("%s became\n%s", w.Value, again)
				}
			}
		}
	}
	if found < 2 { // an organisation and a credential type at least
		t.Errorf("%d records are kept", found)
	}
}
