package bench_test

import (
	"errors"
	"testing"

	"github.com/imi-ledger/imi/bench"
)

// TestQuick measures what needs no network, so that measuring does not rot. It judges no figure.
func TestQuick(t *testing.T) {
	var told int
	report, err := bench.Run(t.Context(), bench.Options{Only: []string{"present", "audit"}, Quick: true,
		Ledger: "../testdata/blocks/bft.blocks.gz", Progress: func(bench.Progress) { told++ }})
	if err != nil {
		t.Fatal(err)
	}
	if len(report.Rows) != 2 || report.Machine.Cores < 1 || told < 20 {
		t.Errorf("%d rows on %d cores, %d times told", len(report.Rows), report.Machine.Cores, told)
	}
	for _, row := range report.Rows {
		for _, side := range row.Sides {
			if len(side.Values) == 0 || len(side.Values[0].Rounds) != report.Setting.Rounds || side.Values[0].Median <= 0 || side.Operations == 0 {
				t.Errorf("%s, %s: %+v", row.Name, side.Name, side)
			}
		}
		for _, goal := range row.Targets {
			t.Logf("%s: %s against %s %.2f (%.2f to %.2f), wanted %.2f", row.Name, goal.Value, goal.Against, goal.Figure.Median, goal.Figure.Least, goal.Figure.Most, goal.Least)
		}
	}
}

func TestWhatCannotBeMeasuredIsRefused(t *testing.T) {
	if _, err := bench.Run(t.Context(), bench.Options{Only: []string{"dream"}}); !errors.Is(err, bench.ErrNoRow) {
		t.Errorf("a row that there is not: %v", err)
	}
	if _, err := bench.Run(t.Context(), bench.Options{Rounds: 2}); !errors.Is(err, bench.ErrRounds) {
		t.Errorf("two rounds: %v", err)
	}
}
