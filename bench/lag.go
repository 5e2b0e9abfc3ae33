package bench

import (
	"context"
	"sync"
	"time"

	"github.com/imi-ledger/imi/evidence/block"
	"github.com/imi-ledger/imi/ledger"
)

// lagRow writes at a low rate and measures, for each write, the time from the moment the gateway's own peer delivers its
// block to a client until the gateway's answer about it, with three organisations' signatures, is valid.
func lagRow() row {
	return row{name: "lag", network: true, open: func(ctx context.Context, s *stage) (*trial, error) {
		d, err := s.district(ctx)
		if err != nil {
			return nil, err
		}
		delivered, err := d.follow(ctx)
		if err != nil {
			return nil, err
		}
		return &trial{
			sides: []side{{"imi", everyProcess, func(ctx context.Context) (Sample, error) {
				return d.lagAlong(ctx, s.options, delivered)
			}}},
			targets: []target{{value: "p99", most: 50}},
			close:   delivered.stop,
		}, nil
	}}
}

// delivery tells when the peer delivered what.
type delivery struct {
	mu      sync.Mutex
	waiting map[ledger.Key]chan time.Time
	stop    func() error
}

// expect returns where the time will come from.
func (w *delivery) expect(key ledger.Key) <-chan time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.waiting[key] = make(chan time.Time, 1)
	return w.waiting[key]
}

func (w *delivery) came(key ledger.Key, at time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if waiting, expected := w.waiting[key]; expected {
		waiting <- at
		delete(w.waiting, key)
	}
}

// follow listens to the peer of the organisation that is asked.
func (d *district) follow(ctx context.Context) (*delivery, error) {
	from, err := d.reader.Height(ctx)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	var all sync.WaitGroup
	out := &delivery{waiting: map[ledger.Key]chan time.Time{}, stop: func() error { cancel(); all.Wait(); return nil }}
	all.Go(func() {
		for raw, err := range d.reader.Blocks(ctx, from) {
			now := time.Now()
			if err != nil {
				return
			}
			parsed, err := block.Parse(raw)
			if err != nil {
				continue
			}
			for _, t := range parsed.Transactions {
				for _, w := range t.Writes {
					out.came(ledger.Key(w.Key), now)
				}
			}
		}
	})
	return out, nil
}

const (
	lagRate     = 10 // writes per second
	lagWatchers = 8
	lookEvery   = time.Millisecond // how often what is not there yet is asked for: the grain of the figures
)

func (d *district) lagAlong(ctx context.Context, o Options, delivered *delivery) (Sample, error) {
	watching, end, err := callers(ctx, d.gateway, lagWatchers)
	if err != nil {
		return Sample{}, err
	}
	defer end()
	var mu sync.Mutex
	var lags []time.Duration
	sample, err := open(ctx, lagWatchers, lagRate, o.Round, d.everybody(), func(ctx context.Context, worker int) error {
		lag, err := d.lag(ctx, watching[worker], delivered)
		mu.Lock()
		defer mu.Unlock()
		lags = append(lags, lag)
		return err
	})
	sample.Values = latencies(lags)
	return sample, err
}

// lag writes one record and waits for it on both ways.
func (d *district) lag(ctx context.Context, c *caller, delivered *delivery) (time.Duration, error) {
	s := statement()
	came := delivered.expect(ledger.AttestationKey(s.Credential))
	written := make(chan error, 1)
	go func() { written <- d.issueOne(ctx, s) }()
	var at time.Time
	select {
	case at = <-came:
	case err := <-written:
		if err != nil {
			return 0, err
		}
		at, written = <-came, nil
	}
	for {
		status, text, err := c.post(routeVerify, question(s.Credential))
		if err != nil {
			return 0, err
		}
		if saysSo(status, text) {
			break
		}
		if time.Since(at) > lagLimit {
			return 0, wrongf("%v after its block an attestation is not shown: %d %.300s", lagLimit, status, text)
		}
		time.Sleep(lookEvery)
	}
	lag := time.Since(at)
	if written != nil {
		return lag, <-written
	}
	return lag, nil
}

// lagLimit is when a record that does not show counts as lost.
const lagLimit = 30 * time.Second
