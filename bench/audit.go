package bench

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"iter"
	"os"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/imi-ledger/imi/evidence"
	"github.com/imi-ledger/imi/evidence/audit"
	"github.com/imi-ledger/imi/evidence/block"
	"github.com/imi-ledger/imi/ledger"
)

// auditRow audits a ledger from its genesis block, with every check there is, beside as many verifications by crypto/ecdsa
// alone, on all cores. The blocks are in memory. They are of single transactions: in batches one signature stands for
// a thousand records, and there is little to compare with.
func auditRow() row {
	return row{name: "audit", network: true, open: func(ctx context.Context, s *stage) (*trial, error) {
		blocks, err := s.blocks(ctx)
		if err != nil {
			return nil, err
		}
		a, err := newAuditing(ctx, blocks)
		if err != nil {
			return nil, err
		}
		return &trial{
			sides: []side{
				{"imi", "this process", func(ctx context.Context) (Sample, error) {
					return repeated(s.options.Round, a.transactions, func() error { return a.audit(ctx) })
				}},
				{"crypto/ecdsa", "this process", func(context.Context) (Sample, error) {
					return repeated(s.options.Round, a.transactions, a.limit)
				}},
			},
			targets: []target{{value: "rate", against: "crypto/ecdsa", least: 0.85}},
		}, nil
	}}
}

// repeated does the whole ledger as often as it takes.
func repeated(d time.Duration, transactions int, do func() error) (Sample, error) {
	var s Sample
	before, began := spent(0), time.Now()
	for s.Operations == 0 || time.Since(began) < d {
		if err := do(); err != nil {
			return s, err
		}
		s.Operations += transactions
	}
	s.Wall, s.CPU = time.Since(began), spent(0)-before
	return rate("transactions/s", float64(s.Operations), s), nil
}

type auditing struct {
	blocks       [][]byte
	genesis      ledger.Digest
	transactions int
	signatures   int64
	one          signature
}

func newAuditing(ctx context.Context, blocks [][]byte) (*auditing, error) {
	a := &auditing{blocks: blocks}
	var err error
	if a.one, err = newSignature(); err != nil {
		return nil, err
	}
	for i, encoded := range blocks {
		b, err := block.ParseBytes(encoded)
		if err != nil {
			return nil, err
		}
		if i == 0 {
			a.genesis = b.Hash
		}
		a.signatures += authorsIn(b)
	}
	report, err := a.run(ctx)
	a.transactions = int(report.Transactions)
	a.signatures += int64(report.Signatures + report.Certificates)
	return a, err
}

// authorsIn counts the signatures in the requests of valid transactions, which the rules of the ledger check.
func authorsIn(b block.Block) (count int64) {
	for _, t := range b.Transactions {
		if t.Valid() && t.Chaincode == evidence.Namespace && len(t.Writes) > 0 {
			count += int64(strings.Count(string(t.Args[0]), `"signature":`) + strings.Count(string(t.Args[0]), `"holder":`))
		}
	}
	return count
}

func (a *auditing) run(ctx context.Context) (audit.Report, error) {
	one, err := audit.New(a.genesis, audit.Options{})
	if err != nil {
		return audit.Report{}, err
	}
	report, err := one.Run(ctx, func(_ context.Context, from uint64) iter.Seq2[[]byte, error] {
		return func(yield func([]byte, error) bool) {
			for _, encoded := range a.blocks[min(int(from), len(a.blocks)):] {
				if !yield(encoded, nil) {
					return
				}
			}
		}
	})
	if err == nil && (!report.Sound() || report.Blocks != uint64(len(a.blocks))) {
		err = wrongf("the audit of a sound ledger of %d blocks read %d and found %v", len(a.blocks), report.Blocks, report.Findings)
	}
	return report, err
}

func (a *auditing) audit(ctx context.Context) error {
	_, err := a.run(ctx)
	return err
}

// limit verifies as many signatures as the ledger has.
func (a *auditing) limit() error {
	var done atomic.Int64
	var all sync.WaitGroup
	var failed atomic.Pointer[error]
	for range runtime.GOMAXPROCS(0) {
		all.Go(func() {
			for done.Add(1) <= a.signatures {
				if err := a.one.verify(1); err != nil {
					failed.Store(&err)
					return
				}
			}
		})
	}
	all.Wait()
	if err := failed.Load(); err != nil {
		return *err
	}
	return nil
}

// blocksIn reads a file of blocks, packed or not.
func blocksIn(path string) ([][]byte, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	if strings.HasSuffix(path, ".gz") {
		unpacked, err := gzip.NewReader(bytes.NewReader(content))
		if err != nil {
			return nil, err
		}
		if content, err = io.ReadAll(unpacked); err != nil {
			return nil, err
		}
	}
	var blocks [][]byte
	for encoded, err := range audit.ReadFile(bytes.NewReader(content)) {
		if err != nil {
			return nil, err
		}
		blocks = append(blocks, encoded)
	}
	if len(blocks) == 0 {
		return nil, errors.New("the file holds no blocks")
	}
	return blocks, nil
}
