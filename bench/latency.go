package bench

import "context"

// lowLoad is how many writes begin in a second when latency is measured: far from what the network can do.
const lowLoad = 10

// batchInterval is how long the orderers gather transactions into a block (network/templates/configtx.yaml), in
// milliseconds: what a commit cannot well be faster than.
const batchInterval = 100

// latencyRow commits at a low rate, begun at fixed times, beside raw puts at the same rate.
func latencyRow() row {
	return row{name: "latency", network: true, open: func(ctx context.Context, s *stage) (*trial, error) {
		d, size, err := s.writing(ctx)
		if err != nil {
			return nil, err
		}
		along := func(do func(context.Context) error) func(context.Context) (Sample, error) {
			return func(ctx context.Context) (Sample, error) {
				return open(ctx, inFlight, lowLoad, s.options.Round, d.everybody(), func(ctx context.Context, _ int) error { return do(ctx) })
			}
		}
		return &trial{
			sides: []side{
				{"imi", everyProcess, along(func(ctx context.Context) error { _, err := d.issue(ctx); return err })},
				{rawPut, everyProcess, along(func(ctx context.Context) error { return d.put(ctx, size) })},
			},
			targets: []target{{value: "p50", most: batchInterval + 25}, {value: "p99", most: batchInterval + 60}},
		}, nil
	}}
}
