package cli

import (
	"bytes"
	"encoding/json"
	"os"
	"strings"
	"testing"

	measure "github.com/imi-ledger/imi/bench"
	"github.com/imi-ledger/imi/cli/message"
)

func TestBenchQuick(t *testing.T) {
	b := newBench(t)
	out := b.path("report.json")
	said := b.mustRun("bench", "--quick", "--out", out, "--lang", "zh")
	if !strings.Contains(said, "两次 ES256 验签") || !strings.Contains(said, "核") {
		t.Errorf("the table: %s", said)
	}
	text, err := os.ReadFile(out)
	var report measure.Report
	if err != nil || json.Unmarshal(text, &report) != nil || len(report.Rows) == 0 || !report.Setting.Quick {
		t.Errorf("the report: %v, %s", err, text)
	}
}

// TestBenchTable: figures with their CPU time and spread, the machine, targets met and missed, and what is missing.
func TestBenchTable(t *testing.T) {
	one := func(n float64) measure.Spread { return measure.Spread{Median: n, Least: n - 1, Most: n + 1} }
	report := &benchReport{measure.Report{Machine: measure.Machine{Processor: "Abacus", Cores: 2}, Rows: []measure.Row{{Name: "start",
		Sides:   []measure.Side{{Name: "imi, Docker, warm", Watched: "the server", Values: []measure.Figure{{Name: "start", Unit: "s", Spread: one(20)}}, CPU: one(12345)}},
		Targets: []measure.Target{{Value: "start", Of: "imi, Docker, warm", Figure: one(33), Most: 1.3}, {Value: "rate", Of: "imi, Docker, warm", Figure: one(44), Least: 2, Met: true}},
		Missing: []string{measure.MissingDocker}}}}}
	for _, language := range []message.Language{message.English, message.Chinese} {
		var out bytes.Buffer
		report.render(&page{out: &out, language: language})
		for _, want := range []string{"Abacus", "12345", "19.0 … 21.0", "33.0", "≤ 1.30", "44.0", "Docker"} {
			if !strings.Contains(out.String(), want) {
				t.Errorf("%s: no %q in\n%s", language, want, &out)
			}
		}
		missed, met := strings.Count(out.String(), "missed"), strings.Count(out.String(), " met")
		if language == message.Chinese {
			missed = strings.Count(out.String(), "未达到")
			met = strings.Count(out.String(), "达到") - missed
		}
		if missed != 1 || met != 1 {
			t.Errorf("%s: %d missed and %d met in\n%s", language, missed, met, &out)
		}
	}
}

func TestBenchRefusesWhatItCannotMeasure(t *testing.T) {
	b := newBench(t)
	b.mustFail(exitUsage, "bench", "--only", "dreams")
	b.mustFail(exitUsage, "bench", "--rounds", "2")
}

func TestEveryMeasurementIsExplained(t *testing.T) {
	for _, name := range measure.Names() {
		if text := benchRowName(name); text == (message.Text{En: name, Zh: name}) {
			t.Errorf("%s is not explained", name)
		}
	}
}
