package bench

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/imi-ledger/imi/network"
)

// Options say what to measure.
type Options struct {
	Only    []string      // names of rows; empty: all, with Quick those that need no network
	Rounds  int           // how often each side runs; 0 is 5, the least is 5 unless Quick
	Round   time.Duration // of one side in one round; 0 is 5 s
	Records int           // in the ledger that is asked about; 0 is 100,000
	Growth  int           // the most records row growth goes up to; 0 is 1,000,000
	Cold    bool          // row start also from nothing built, which takes a quarter of an hour
	Quick   bool          // a small run in this process, to see that measuring still works
	Ledger  string        // file of blocks that row audit takes in place of a network's own; see imi audit export
	Folder  string        // for networks, empty or absent; removed at the end

	// Up makes a network with a founded trust registry in a folder; Down ends and deletes it.
	Up   func(ctx context.Context, folder string, runtime network.Runtime) error
	Down func(ctx context.Context, folder string) error
	// Progress hears of every side of every round; may be nil.
	Progress func(Progress)
}

// Progress is what is going on.
type Progress struct {
	Row, Side     string
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
		o.Growth = 1_000_000
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
	for _, r := range chosen {
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

// measure runs the sides of a row in turns.
func measure(ctx context.Context, s *stage, r row) (out *Row, err error) {
	s.tell(Progress{Row: r.name})
	t, err := r.open(ctx, s)
	if err != nil {
		return nil, faultOf(r.name, "preparation", err)
	}
	if t.close != nil {
		defer func() { err = errors.Join(err, t.close()) }()
	}
	samples := map[string][]Sample{}
	for turn := range s.options.Rounds * len(t.sides) {
		round, one := turn/len(t.sides), t.sides[turn%len(t.sides)]
		if t.onward {
			round, one = turn%s.options.Rounds, t.sides[turn/s.options.Rounds]
		}
		sample, err := one.run(ctx)
		if err == nil && (len(sample.Values) == 0 || sample.Operations == 0) {
			err = errors.New("nothing succeeded")
		}
		if err != nil {
			return nil, faultOf(r.name, one.name, err)
		}
		samples[one.name] = append(samples[one.name], sample)
		s.tell(Progress{Row: r.name, Side: one.name, Round: round + 1, Rounds: s.options.Rounds, Value: sample.Values[0]})
	}
	out = &Row{Name: r.name, Missing: t.missing}
	for _, one := range t.sides {
		out.Sides = append(out.Sides, sideOf(one, samples[one.name]))
	}
	for _, goal := range t.targets {
		out.Targets = append(out.Targets, targetOf(goal, t.sides, samples))
	}
	return out, nil
}

func faultOf(row, side string, err error) error {
	var w wrong
	if errors.As(err, &w) {
		return &WrongError{row, side, w.error}
	}
	return fmt.Errorf("%s, %s: %w", row, side, err)
}
