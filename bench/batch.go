package bench

import "context"

// batchesInFlight keeps client and network busy; more of them only wait.
const batchesInFlight = 4

// batchRow issues a thousand attestations per transaction, beside raw puts one by one.
func batchRow() row {
	return row{name: "batch", network: true, open: func(ctx context.Context, s *stage) (*trial, error) {
		d, size, err := s.writing(ctx)
		if err != nil {
			return nil, err
		}
		if err := d.endSingles(ctx); err != nil {
			return nil, err
		}
		return &trial{
			sides: []side{
				{"imi", everyProcess, func(ctx context.Context) (Sample, error) {
					return d.writeAlong(ctx, s.options, "records/s", batchesInFlight, d.issueMany)
				}},
				{rawPut, everyProcess, func(ctx context.Context) (Sample, error) { return d.putAlong(ctx, s.options, size) }},
			},
			targets: []target{{value: "rate", against: rawPut, least: 50}},
		}, nil
	}}
}
