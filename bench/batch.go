package bench

import (
	"context"
	"sync"

	"github.com/imi-ledger/imi/ledger"
)

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
				{"imi", everyProcess, func(ctx context.Context) (Sample, error) { return d.batchAlong(ctx, s.options) }},
				{rawPut, everyProcess, func(ctx context.Context) (Sample, error) { return d.putAlong(ctx, s.options, size) }},
			},
			targets: []target{{value: "rate", against: rawPut, least: 50}},
		}, nil
	}}
}

func (d *district) batchAlong(ctx context.Context, o Options) (Sample, error) {
	var mu sync.Mutex
	var digests []ledger.Digest
	sample, err := closed(ctx, batchesInFlight, o.Round, d.everybody(), func(ctx context.Context, _ int) error {
		some, err := d.issueMany(ctx)
		if err == nil {
			mu.Lock()
			digests = append(digests, some...)
			mu.Unlock()
		}
		return err
	})
	if err != nil || len(digests) == 0 {
		return sample, err
	}
	d.records = append(d.records, digests...)
	sample.Operations, sample.Checked = len(digests), 1
	return rate("records/s", float64(len(digests)), sample), d.visible(ctx, digests[len(digests)-1])
}
