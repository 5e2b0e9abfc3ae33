package bench

import (
	"os"
	"slices"
	"testing"
)

func TestComparatorsRunUnderTheSameSettings(t *testing.T) {
	given := []string{"PATH=/bin", "GOMAXPROCS=1", "GOGC=400", "GOPATH=/go"}
	if got := goSettings(given); !slices.Equal(got, []string{"GOMAXPROCS=1", "GOGC=400"}) {
		t.Errorf("%q", got)
	}
	if own := environmentOf(os.Getpid()); len(own) < 2 {
		t.Errorf("the environment of a process: %q", own)
	}
	if none := goSettings(environmentOf(-1)); len(none) != 0 {
		t.Errorf("of no process: %q", none)
	}
}
