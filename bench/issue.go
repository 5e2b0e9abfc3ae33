package bench

import "context"

// inFlight is how many writes are under way at once.
const inFlight = 64

// issueRow issues attestations, one per transaction, beside puts of as many bytes by a chaincode that does nothing else.
func issueRow() row {
	return row{name: "issue", network: true, open: func(ctx context.Context, s *stage) (*trial, error) {
		d, size, err := s.writing(ctx)
		if err != nil {
			return nil, err
		}
		return &trial{
			sides: []side{
				{"imi", everyProcess, func(ctx context.Context) (Sample, error) { return d.issueAlong(ctx, s.options) }},
				{rawPut, everyProcess, func(ctx context.Context) (Sample, error) { return d.putAlong(ctx, s.options, size) }},
			},
			targets: []target{{value: "rate", against: rawPut, least: 0.9}},
		}, nil
	}}
}

// Names that several rows use.
const (
	rawPut       = "raw put"
	everyProcess = "all nodes and the client"
)

// writing is a district with the comparator's chaincode, and the size of its puts.
func (s *stage) writing(ctx context.Context) (*district, int, error) {
	d, err := s.district(ctx)
	if err != nil {
		return nil, 0, err
	}
	if err := d.deployRaw(ctx); err != nil {
		return nil, 0, err
	}
	size, err := d.putSize()
	return d, size, err
}

// issueAlong issues for a round, one attestation per transaction.
func (d *district) issueAlong(ctx context.Context, o Options) (Sample, error) {
	return d.writeAlong(ctx, o, "attestations/s", inFlight, d.issueSingle)
}

func (d *district) putAlong(ctx context.Context, o Options, size int) (Sample, error) {
	sample, err := closed(ctx, inFlight, o.Round, d.everybody(), func(ctx context.Context, _ int) error { return d.put(ctx, size) })
	return rate("puts/s", float64(sample.Operations), sample), err
}
