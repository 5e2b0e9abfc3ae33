package bench

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/imi-ledger/imi/network"
)

// Options say what to measure.
type Options struct {
	Only        []string      // names of rows; empty: all, with Quick those that need no network
	Rounds      int           // how often each side runs; 0 is 5, the least is 5 unless Quick
	Round       time.Duration // of one side in one round; 0 is 5 s
	Records     int           // in the ledger that is asked about; 0 is 100,000
	Growth      int           // the most records row growth goes up to; 0 is 1,000,000, or as many as there is time for
	Cold        int           // how often row start also starts from nothing built, which takes many minutes each time
	Quick       bool          // a small run in this process, to see that measuring still works
	Ledger      string        // file of blocks that row audit takes in place of a network's own; see imi audit export
	growthLimit time.Duration // for filling the ledger of row growth; 0: none

	Folder string // for networks, empty or absent; removed at the end

	// Up makes a network with a founded trust registry in a folder; Down ends and deletes it.
	Up   func(ctx context.Context, folder string, runtime network.Runtime) error
	Down func(ctx context.Context, folder string) error
	// Progress hears of every side of every round; may be nil.
	Progress func(Progress)
}

// Progress is what is going on.
type Progress struct {
	Row, Side     string
	Number, Of    int      // of the row, among those chosen; only when it begins
	Next          []string // rows after it; only when it begins
	Round, Rounds int
	Value         Value // of the side that has just run; empty for what happens around it
	Filled, Full  int   // records there are and will be, while a ledger is filled; no side has run then
}

// filling tells how far a ledger is filled.
func (o Options) filling(row string) func(so, of int) {
	return func(so, of int) { o.Progress(Progress{Row: row, Filled: so, Full: of}) }
}

// leastRounds is how many pairs a median needs to mean anything.
const leastRounds = 5

// ErrNoRow refuses a name that no measurement has.
var ErrNoRow = errors.New("there is no measurement of this name")

// ErrRounds refuses fewer rounds than figures can be trusted from.
var ErrRounds = fmt.Errorf("fewer than %d rounds say nothing", leastRounds)

func (o Options) settled() (Options, error) {
	if o.Rounds == 0 {
		o.Rounds = leastRounds
	}
	if o.Rounds < leastRounds {
		return o, ErrRounds
	}
	if o.Quick {
		o.Round, o.Records = quickRound, quickRecords
	}
	if o.Round <= 0 {
		o.Round = 5 * time.Second
	}
	if o.Records <= 0 {
		o.Records = 100_000
	}
	if o.Growth <= 0 {
		o.Growth, o.growthLimit = 1_000_000, usualGrowthLimit
	}
	if o.Progress == nil {
		o.Progress = func(Progress) {}
	}
	return o, nil
}

// What a quick run is content with.
const (
	quickRound   = 100 * time.Millisecond
	quickRecords = 2000
)

func (o Options) chosen() ([]row, error) {
	var out []row
	all := rows()
	for _, name := range o.Only {
		if !slices.ContainsFunc(all, func(r row) bool { return r.name == name }) {
			return nil, fmt.Errorf("%q: %w", name, ErrNoRow)
		}
	}
	for _, r := range all {
		if slices.Contains(o.Only, r.name) || len(o.Only) == 0 && !(o.Quick && r.network) {
			out = append(out, r)
		}
	}
	return out, nil
}

// Run measures. What was measured before an error is in the report beside it. A *WrongError says that a result was wrong;
// the other rows are measured nevertheless.
func Run(ctx context.Context, o Options) (report Report, err error) {
	o, err = o.settled()
	if err != nil {
		return report, err
	}
	chosen, err := o.chosen()
	if err != nil {
		return report, err
	}
	s := &stage{options: o}
	defer func() { err = errors.Join(err, s.close()) }()
	report = Report{Began: time.Now().UTC().Truncate(time.Second), Machine: ThisMachine(),
		Setting: Setting{Rounds: o.Rounds, RoundSeconds: o.Round.Seconds(), Records: o.Records, Growth: o.Growth, Cold: o.Cold, Quick: o.Quick}}
	began, before := time.Now(), ticksNow()
	var faults []error
	for i, r := range chosen {
		s.tell(Progress{Row: r.name, Number: i + 1, Of: len(chosen), Next: namesOf(chosen[i+1:])})
		measured, err := measure(ctx, s, r)
		if measured != nil {
			report.Rows = append(report.Rows, *measured)
		}
		if err != nil {
			faults = append(faults, err)
		}
		if ctx.Err() != nil {
			break
		}
	}
	report.Seconds, report.Meanwhile = time.Since(began).Seconds(), since(before)
	report.Setting.Topology = s.topology()
	return report, errors.Join(faults...)
}

// turn is one side's part of a round.
type turn struct {
	round int
	side  side
}

// turns is the order in which sides run: by turns, or each to its end where it needs what the one before leaves. A side
// that is too slow for all rounds has fewer.
func (t *trial) turns(rounds int) (out []turn) {
	for round := range rounds {
		for _, one := range t.sides {
			if round < t.roundsOf(one, rounds) {
				out = append(out, turn{round, one})
			}
		}
	}
	if t.onward {
		place := map[string]int{}
		for i, one := range t.sides {
			place[one.name] = i
		}
		slices.SortStableFunc(out, func(a, b turn) int { return place[a.side.name] - place[b.side.name] })
	}
	return out
}

func (t *trial) roundsOf(one side, all int) int { return cmp.Or(min(t.fewer[one.name], all), all) }

// errNoTime says that a side was left out because it would have taken too long.
var errNoTime = errors.New("there was no time for it")

// MissingRounds is said of a row that was ended before all rounds were over.
const MissingRounds = "it was ended before all rounds were over"

// measure runs the sides of a row in turns. What was measured before something failed is in the row beside the error,
// unless a result was wrong.
func measure(ctx context.Context, s *stage, r row) (out *Row, err error) {
	t, err := r.open(ctx, s)
	if err != nil {
		return nil, faultOf(r.name, "preparation", err)
	}
	if t.close != nil {
		defer func() { err = errors.Join(err, t.close()) }()
	}
	samples, left := map[string][]Sample{}, map[string]bool{}
	for _, now := range t.turns(s.options.Rounds) {
		one := now.side
		if left[one.name] {
			continue
		}
		sample, err := one.run(ctx)
		if errors.Is(err, errNoTime) {
			left[one.name] = true
			t.missing = append(t.missing, MissingSide(one.name))
			continue
		}
		if err == nil && (len(sample.Values) == 0 || sample.Operations == 0) {
			err = errors.New("nothing succeeded")
		}
		if err != nil {
			t.missing = append(t.missing, MissingRounds)
			return t.partial(r.name, samples, err), faultOf(r.name, one.name, err)
		}
		samples[one.name] = append(samples[one.name], sample)
		s.tell(Progress{Row: r.name, Side: one.name, Round: now.round + 1, Rounds: t.roundsOf(one, s.options.Rounds), Value: sample.Values[0]})
	}
	return t.rowOf(r.name, samples), nil
}

// partial is what there is to tell of a row that failed.
func (t *trial) partial(name string, samples map[string][]Sample, err error) *Row {
	if w := (wrong{}); errors.As(err, &w) || len(samples) == 0 {
		return nil
	}
	return t.rowOf(name, samples)
}

// rowOf gathers the sides that have run.
func (t *trial) rowOf(name string, samples map[string][]Sample) *Row {
	out := &Row{Name: name, Missing: t.missing}
	for _, one := range t.sides {
		if len(samples[one.name]) > 0 {
			out.Sides = append(out.Sides, sideOf(one, samples[one.name]))
		}
	}
	for _, goal := range t.targets {
		if goal := targetOf(goal, t.sides, samples); goal != nil {
			out.Targets = append(out.Targets, *goal)
		}
	}
	return out
}

func faultOf(row, side string, err error) error {
	var w wrong
	if errors.As(err, &w) {
		return &WrongError{row, side, w.error}
	}
	return fmt.Errorf("%s, %s: %w", row, side, err)
}
