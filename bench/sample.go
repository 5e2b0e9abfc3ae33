package bench

import (
	"slices"
	"time"
)

// Value is one figure of one run of a side.
type Value struct {
	Name   string
	Unit   string
	Number float64
}

// Sample is one run of a side: its figures, and what it took.
type Sample struct {
	Values     []Value       // the first is the one that ratios are made of
	Operations int           // that succeeded; others do not count
	Checked    int           // answers checked offline
	Wall       time.Duration // from the first operation to the end of the last
	CPU        time.Duration // of the processes the side says it watches
}

// rate is a sample whose figure is operations per second.
func rate(unit string, count float64, s Sample) Sample {
	s.Values = append([]Value{{Name: "rate", Unit: unit, Number: count / max(s.Wall.Seconds(), 1e-9)}}, s.Values...)
	return s
}

func (s Sample) value(name string) (float64, bool) {
	for _, v := range s.Values {
		if v.Name == name {
			return v.Number, true
		}
	}
	return 0, false
}

// Spread is how figures of several rounds lie.
type Spread struct {
	Median float64   `json:"median"`
	Least  float64   `json:"least"`
	Most   float64   `json:"most"`
	Rounds []float64 `json:"rounds"` // in the order they were measured
}

func spreadOf(rounds []float64) Spread {
	if len(rounds) == 0 {
		return Spread{}
	}
	sorted := slices.Sorted(slices.Values(rounds))
	middle := len(sorted) / 2
	median := sorted[middle]
	if len(sorted)%2 == 0 {
		median = (sorted[middle-1] + sorted[middle]) / 2
	}
	return Spread{Median: median, Least: sorted[0], Most: sorted[len(sorted)-1], Rounds: rounds}
}

// percentile returns the duration that a share of all lies at or below. It sorts its argument.
func percentile(all []time.Duration, share float64) time.Duration {
	if len(all) == 0 {
		return 0
	}
	slices.Sort(all)
	return all[min(int(share*float64(len(all))), len(all)-1)]
}

// latencies are the usual figures of waiting.
func latencies(all []time.Duration) []Value {
	milliseconds := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
	return []Value{{"p50", "ms", milliseconds(percentile(all, 0.50))}, {"p99", "ms", milliseconds(percentile(all, 0.99))}}
}
