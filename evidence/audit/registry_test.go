package audit

import (
	"strconv"
	"testing"

	"github.com/imi-ledger/imi/ledger"
)

// TestWhatIsKeptIsNotChanged replays a ledger with every operation and expects the decoded records that operations shared
// to be what their bytes say still.
func TestWhatIsKeptIsNotChanged(t *testing.T) {
	blocks, _ := captured(t, "bft")
	var kept *registry
	walk(t, blocks, func(p position, _ uint64) { kept = p.registry })
	if len(kept.decoded) == 0 {
		t.Fatal("nothing was kept")
	}
	for record, decoded := range kept.decoded {
		if again, err := ledger.Encode(decoded); err != nil || string(again) != record {
			t.Errorf("%s became\n%s", record, again)
		}
	}
	for n := range maxRegistry + 10 {
		kept.Keep([]byte(strconv.Itoa(n)), nil)
	}
	if len(kept.decoded) > maxRegistry {
		t.Errorf("%d records are kept", len(kept.decoded))
	}
}
