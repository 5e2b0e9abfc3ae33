//go:build integration

package acceptance

import (
	"fmt"
	"path/filepath"
	"sync"
	"testing"
)

// enrolled is how many citizens the tests enrol beside the one of the demo.
const enrolled = 12

var enrolOnce sync.Once

// enrolMore enrols citizens once, so that the ledger holds more than the demo's story.
func enrolMore(t *testing.T) {
	t.Helper()
	file, err := filepath.Abs("../testdata/citizens.json")
	if err != nil {
		t.Fatal(err)
	}
	enrolOnce.Do(func() {
		for n := range enrolled {
			must(t, "enrol", "--citizen", fmt.Sprintf("%s#%d", file, 100+n), "--wallet", fmt.Sprintf("citizen-%d.wallet", n))
		}
	})
}
