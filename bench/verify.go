package bench

import (
	"bytes"
	"context"
	"errors"
	"math/rand/v2"
	"net/http"
	"time"

	"github.com/imi-ledger/imi/ledger"
)

// asking is how many connections ask at once.
const asking = 32

// Names of the sides and processes of the rows that ask.
const (
	helloJSON   = "net/http hello"
	rawEvaluate = "raw Evaluate"
	oneServer   = "the server"
)

// verifyRow asks a gateway about random records and gets full answers with evidence, beside an HTTP server that says
// hello, and beside reading the same records from a peer, which proves nothing.
func verifyRow() row {
	return row{name: "verify", network: true, open: func(ctx context.Context, s *stage) (*trial, error) {
		q, err := s.questioning(ctx)
		if err != nil {
			return nil, err
		}
		d := q.district
		return &trial{
			sides: []side{
				{"imi", oneServer, func(ctx context.Context) (Sample, error) {
					sample, err := q.imi(ctx, func(pids []int, do func(context.Context, int) error) (Sample, error) {
						return closed(ctx, asking, s.options.Round, pids, do)
					})
					sample = rate("answers/s", float64(sample.Operations), sample)
					d.capacity = max(d.capacity, sample.Values[0].Number)
					return sample, err
				}},
				{helloJSON, oneServer, func(ctx context.Context) (Sample, error) {
					sample, err := closed(ctx, asking, s.options.Round, []int{q.hello.pid()}, q.sayHello)
					return rate("answers/s", float64(sample.Operations), sample), err
				}},
				{rawEvaluate, everyProcess, func(ctx context.Context) (Sample, error) {
					sample, err := closed(ctx, inFlight, s.options.Round, d.everybody(), func(ctx context.Context, _ int) error { return d.evaluate(ctx) })
					return rate("reads/s", float64(sample.Operations), sample), err
				}},
			},
			targets: []target{{value: "rate", against: helloJSON, least: 0.55}, {value: "rate", against: rawEvaluate, least: 12}},
			close:   q.close,
		}, nil
	}}
}

// waitingRow asks at half of what the gateway can answer, at fixed times, beside as many hellos.
func waitingRow() row {
	return row{name: "verify-p99", network: true, open: func(ctx context.Context, s *stage) (*trial, error) {
		q, err := s.questioning(ctx)
		if err != nil {
			return nil, err
		}
		if q.district.capacity == 0 {
			sample, err := closed(ctx, asking, s.options.Round, nil, func(_ context.Context, worker int) error { return q.district.ask(q.gateway[worker], nil) })
			if err != nil {
				return nil, errors.Join(err, q.close())
			}
			q.district.capacity = rate("", float64(sample.Operations), sample).Values[0].Number
		}
		half := q.district.capacity / 2
		return &trial{
			sides: []side{
				{"imi", oneServer, func(ctx context.Context) (Sample, error) {
					return q.imi(ctx, func(pids []int, do func(context.Context, int) error) (Sample, error) {
						return waiting(ctx, half, s.options.Round, pids, do)
					})
				}},
				{helloJSON, oneServer, func(ctx context.Context) (Sample, error) {
					return waiting(ctx, half, s.options.Round, []int{q.hello.pid()}, q.sayHello)
				}},
			},
			targets: []target{{value: "p99", most: 5}},
			close:   q.close,
		}, nil
	}}
}

// waiting is open, by a load that gives way to who answers it, as it does where that rate is half of what was seen.
func waiting(ctx context.Context, perSecond float64, d time.Duration, processes []int, do func(context.Context, int) error) (Sample, error) {
	end, err := giveWay()
	if err != nil {
		return Sample{}, err
	}
	sample, err := open(ctx, asking, perSecond, d, processes, do)
	return sample, errors.Join(err, end())
}

// questioning is connections to a gateway over a full ledger, and to a server that says hello.
type questioning struct {
	district *district
	gateway  []*caller
	greeted  []*caller
	hello    *helper
	ends     []func()
}

func (s *stage) questioning(ctx context.Context) (*questioning, error) {
	d, err := s.district(ctx)
	if err != nil {
		return nil, err
	}
	if err := d.fill(ctx, s.options.Records, s.options.filling("verify")); err != nil {
		return nil, err
	}
	q := &questioning{district: d}
	helper, address, err := d.hello(ctx)
	if helper != nil {
		q.hello, q.ends = helper, append(q.ends, helper.end)
	}
	var end func()
	if err == nil {
		q.greeted, end, err = callers(ctx, address, asking)
	}
	if err == nil {
		q.ends = append(q.ends, end)
		q.gateway, end, err = callers(ctx, d.gateway, asking)
	}
	if err != nil {
		return nil, errors.Join(err, q.close())
	}
	q.ends = append(q.ends, end)
	return q, nil
}

func (q *questioning) close() error {
	for _, end := range q.ends {
		end()
	}
	return nil
}

// imi asks by a load, and has a sample of the answers checked meanwhile. There must be at least one.
func (q *questioning) imi(ctx context.Context, load func([]int, func(context.Context, int) error) (Sample, error)) (Sample, error) {
	d := q.district
	checked := d.checking()
	sample, err := load([]int{d.nodes[askedGateway]}, func(_ context.Context, worker int) error { return d.ask(q.gateway[worker], checked) })
	count, problem := checked.end()
	if sample.Checked = count; err == nil && problem == nil && count == 0 {
		problem = errors.New("no answer was checked")
	}
	return sample, errors.Join(err, problem)
}

var saysHello = []byte(`"hello":`)

// sayHello sends what the gateway is sent, by the same client.
func (q *questioning) sayHello(_ context.Context, worker int) error {
	d := q.district
	status, text, err := q.greeted[worker].post(routeVerify, question(d.records[rand.IntN(len(d.records))]))
	if err == nil && (status != http.StatusOK || !bytes.Contains(text, saysHello)) {
		err = wrongf("status %d where hello was expected: %.300s", status, text)
	}
	return err
}

// evaluate reads a random record from the peer.
func (d *district) evaluate(ctx context.Context) error {
	digest := d.records[rand.IntN(len(d.records))]
	request, err := ledger.Encode(ledger.Read{Key: ledger.AttestationKey(digest)})
	if err != nil {
		return err
	}
	text, err := d.reader.Evaluate(ctx, ledger.RecordRead, request)
	if ledger.CodeOf(err) == ledger.NotFound || err == nil && len(text) == 0 {
		return wrongf("the peer has nothing under a key that was written: %v", err)
	}
	return err
}
