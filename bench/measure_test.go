package bench

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// played is a row whose sides give the figures of a script, and note their turns.
func played(turns *[]string, figures map[string][]float64, targets ...target) row {
	return row{name: "played", open: func(context.Context, *stage) (*trial, error) {
		t := &trial{targets: targets}
		for _, name := range []string{"imi", "other"} {
			t.sides = append(t.sides, side{name, "nobody", func(context.Context) (Sample, error) {
				*turns = append(*turns, name)
				next := figures[name][0]
				figures[name] = figures[name][1:]
				if next < 0 {
					return Sample{}, wrongf("a bad answer")
				}
				return Sample{Values: []Value{{"rate", "x/s", next}}, Operations: 1, CPU: time.Millisecond}, nil
			}})
		}
		return t, nil
	}}
}

func fiveRounds() *stage { return &stage{options: Options{Rounds: 5, Progress: func(Progress) {}}} }

func TestSidesTakeTurnsAndRatiosAreOfPairs(t *testing.T) {
	var turns []string
	// The machine becomes ten times slower after the second round: medians apart would say 0.1 or 10, pairs say 2.
	r := played(&turns, map[string][]float64{"imi": {200, 220, 20, 20, 20}, "other": {100, 110, 10, 10, 10}},
		target{value: "rate", against: "other", least: 2.5}, target{value: "rate", most: 30})
	got, err := measure(t.Context(), fiveRounds(), r)
	if err != nil {
		t.Fatal(err)
	}
	if want := strings.Repeat("imi other ", 5); strings.Join(turns, " ")+" " != want {
		t.Errorf("turns %v", turns)
	}
	ratio, limit := got.Targets[0], got.Targets[1]
	if ratio.Figure.Median != 2 || ratio.Figure.Least != 2 || ratio.Met || limit.Figure.Median != 20 || !limit.Met {
		t.Errorf("targets %+v", got.Targets)
	}
	if s := got.Sides[0]; s.Values[0].Median != 20 || s.Values[0].Most != 220 || s.CPU.Median != 1000 || s.Operations != 5 {
		t.Errorf("side %+v", s)
	}
}

func TestWrongResultIsAnErrorAndAMissedTargetIsNot(t *testing.T) {
	var turns []string
	_, err := measure(t.Context(), fiveRounds(), played(&turns, map[string][]float64{"imi": {1, -1}, "other": {1, 1}}))
	var wrong *WrongError
	if !errors.As(err, &wrong) || wrong.Row != "played" || wrong.Side != "imi" {
		t.Errorf("error %v", err)
	}
}

func TestSpread(t *testing.T) {
	if s := spreadOf([]float64{5, 1, 4, 2}); s.Median != 3 || s.Least != 1 || s.Most != 5 {
		t.Errorf("%+v", s)
	}
	if s := spreadOf(nil); s.Median != 0 {
		t.Errorf("of nothing: %+v", s)
	}
	all := make([]time.Duration, 100)
	for i := range all {
		all[i] = time.Duration(100 - i)
	}
	if p := percentile(all, 0.99); p != 100 {
		t.Errorf("p99 %d", p)
	}
}

// TestOpenLoadCountsWaiting: one operation takes a second, others are due meanwhile on the same worker. Their time is
// counted from when they were due.
func TestOpenLoadCountsWaiting(t *testing.T) {
	defer func(real func(time.Duration)) { pause = real }(pause)
	pause = time.Sleep
	synctest.Test(t, func(t *testing.T) {
		first := true
		s, err := open(t.Context(), 1, 10, time.Second, nil, func(context.Context, int) error {
			if first {
				first = false
				time.Sleep(time.Second)
			}
			return nil
		})
		p50, _ := s.value("p50")
		if err != nil || s.Operations != 10 || p50 < 400 || p50 > 600 {
			t.Errorf("%+v, %v", s, err)
		}
	})
}

func TestClosedLoadCountsWhatSucceeds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, err := closed(t.Context(), 4, time.Second, nil, func(context.Context, int) error { time.Sleep(100 * time.Millisecond); return nil })
		if err != nil || s.Operations != 40 || s.Wall != time.Second {
			t.Errorf("%+v, %v", s, err)
		}
		broken := errors.New("broken")
		if _, err := closed(t.Context(), 4, time.Hour, nil, func(context.Context, int) error { return broken }); !errors.Is(err, broken) {
			t.Errorf("%v", err)
		}
	})
}

func TestTicks(t *testing.T) {
	if d := ticksOf("12 (a ) b) S 1 1 1 0 -1 4194304 100 0 0 0 250 50 0 0 20 0 5 0 100"); d != 3*time.Second {
		t.Errorf("%v", d)
	}
	if d := ticksOf("12 (cut"); d != 0 {
		t.Errorf("%v", d)
	}
}

func TestSizes(t *testing.T) {
	if s := sizesUpTo(1_000_000); !slices.Equal(s, []int{10_000, 100_000, 1_000_000}) {
		t.Errorf("%v", s)
	}
	if s := sizesUpTo(5000); !slices.Equal(s, []int{500, 5000}) {
		t.Errorf("%v", s)
	}
}

func TestTurns(t *testing.T) {
	for name, one := range map[string]struct {
		trial trial
		want  string
	}{
		"by turns":           {trial{}, "a1 b1 a2 b2"},
		"each to its end":    {trial{onward: true}, "a1 a2 b1 b2"},
		"one is slow":        {trial{fewer: map[string]int{"b": 1}}, "a1 b1 a2"},
		"not more than all":  {trial{fewer: map[string]int{"b": 9}}, "a1 b1 a2 b2"},
		"slow and to an end": {trial{onward: true, fewer: map[string]int{"a": 1}}, "a1 b1 b2"},
	} {
		one.trial.sides = []side{{name: "a"}, {name: "b"}}
		var got []string
		for _, now := range one.trial.turns(2) {
			got = append(got, fmt.Sprint(now.side.name, now.round+1))
		}
		if strings.Join(got, " ") != one.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// TestWhatWasMeasuredIsTold: a row that was interrupted, or lacked time for a side, tells of the rounds there were.
func TestWhatWasMeasuredIsTold(t *testing.T) {
	sides := func(second func(round int) error) row {
		return row{name: "played", open: func(context.Context, *stage) (*trial, error) {
			round := 0
			sample := Sample{Values: []Value{{"rate", "x/s", 4}}, Operations: 1}
			return &trial{targets: []target{{value: "rate", of: "other", against: "imi", least: 1}, {value: "rate", most: 9}}, sides: []side{
				{"imi", "nobody", func(context.Context) (Sample, error) { return sample, nil }},
				{"other", "nobody", func(context.Context) (Sample, error) { round++; return sample, second(round) }},
			}}, nil
		}}
	}
	got, err := measure(t.Context(), fiveRounds(), sides(func(round int) error {
		if round == 3 {
			return context.Canceled
		}
		return nil
	}))
	if !errors.Is(err, context.Canceled) || got == nil || len(got.Sides) != 2 || got.Sides[0].Operations != 3 || got.Sides[1].Operations != 2 ||
		!slices.Equal(got.Missing, []string{MissingRounds}) || len(got.Targets) != 2 {
		t.Errorf("interrupted: %+v, %v", got, err)
	}
	got, err = measure(t.Context(), fiveRounds(), sides(func(int) error { return errNoTime }))
	if err != nil || len(got.Sides) != 1 || got.Sides[0].Operations != 5 || len(got.Targets) != 1 || !slices.Equal(got.Missing, []string{MissingSide("other")}) {
		t.Errorf("no time: %+v, %v", got, err)
	}
	if got, err = measure(t.Context(), fiveRounds(), sides(func(round int) error { return wrongf("bad") })); err == nil || got != nil {
		t.Errorf("wrong: %+v, %v", got, err)
	}
}
