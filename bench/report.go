package bench

import (
	"cmp"
	"time"
)

// Report is the result of a run.
type Report struct {
	Began     time.Time `json:"began"`
	Seconds   float64   `json:"seconds"`
	Machine   Machine   `json:"machine"`
	Meanwhile Meanwhile `json:"meanwhile"`
	Setting   Setting   `json:"setting"`
	Rows      []Row     `json:"rows"`
}

// Setting is what was asked for, as far as figures depend on it.
type Setting struct {
	Rounds       int     `json:"rounds"`
	RoundSeconds float64 `json:"roundSeconds"`
	Records      int     `json:"records"`
	Growth       int     `json:"growth"` // the most records of row growth
	Cold         int     `json:"cold"`   // rounds of row start from nothing built
	Quick        bool    `json:"quick"`
	Topology     string  `json:"topology,omitempty"`
}

// Row is what was measured under one name.
type Row struct {
	Name    string   `json:"name"`
	Sides   []Side   `json:"sides"`
	Targets []Target `json:"targets"`
	Missing []string `json:"missing,omitempty"` // what could not be measured, or was not to be
}

// Side is one side of a row over all rounds.
type Side struct {
	Name       string   `json:"name"`
	Values     []Figure `json:"values"`
	Operations int      `json:"operations"`        // in all rounds
	Checked    int      `json:"checked,omitempty"` // answers checked offline
	Watched    string   `json:"watched"`           // whose CPU time is counted
	CPU        Spread   `json:"cpuPerOperation"`   // microseconds
}

// Figure is one figure of a side.
type Figure struct {
	Name string `json:"name"`
	Unit string `json:"unit"`
	Spread
}

// Target is a hope and what came of it.
type Target struct {
	Value   string  `json:"value"`
	Of      string  `json:"of"`
	Against string  `json:"against,omitempty"` // the comparator; the figure is then a ratio
	Figure  Spread  `json:"figure"`
	Least   float64 `json:"least,omitempty"`
	Most    float64 `json:"most,omitempty"`
	Met     bool    `json:"met"` // by the median
}

// sideOf gathers the rounds of one side.
func sideOf(s side, samples []Sample) Side {
	out := Side{Name: s.name, Watched: s.watched}
	var perOperation []float64
	for _, one := range samples {
		out.Operations += one.Operations
		out.Checked += one.Checked
		perOperation = append(perOperation, float64(one.CPU.Nanoseconds())/1000/float64(max(one.Operations, 1)))
	}
	out.CPU = spreadOf(perOperation)
	if len(samples) == 0 {
		return out
	}
	for _, v := range samples[0].Values {
		out.Values = append(out.Values, Figure{v.Name, v.Unit, spreadOf(figures(samples, v.Name))})
	}
	return out
}

func figures(samples []Sample, name string) []float64 {
	var all []float64
	for _, s := range samples {
		if number, ok := s.value(name); ok {
			all = append(all, number)
		}
	}
	return all
}

// targetOf holds a target against the rounds; a ratio is made within each round. It is nil where a side has not run.
func targetOf(t target, sides []side, samples map[string][]Sample) *Target {
	of := cmp.Or(t.of, sides[0].name)
	reached := figures(samples[of], t.value)
	if t.against != "" {
		by := figures(samples[t.against], t.value)
		reached = reached[:min(len(reached), len(by))]
		for i := range reached {
			reached[i] /= max(by[i], 1e-9)
		}
	}
	if len(reached) == 0 {
		return nil
	}
	out := Target{Value: t.value, Of: of, Against: t.against, Figure: spreadOf(reached), Least: t.least, Most: t.most}
	out.Met = out.Figure.Median >= t.least && (t.most == 0 || out.Figure.Median <= t.most)
	return &out
}
