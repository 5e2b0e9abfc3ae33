package audit

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"iter"
	"runtime"
	"time"

	"github.com/imi-ledger/imi/evidence/head"
	"github.com/imi-ledger/imi/ledger"
	"github.com/imi-ledger/imi/ledger/kept"
)

// Source yields encoded blocks in their order from a number on. It ends with them, with an error, or with its context.
// A file is one (FileSource), and so is a peer's stream of blocks.
type Source func(ctx context.Context, from uint64) iter.Seq2[[]byte, error]

// Audit is the auditing of one ledger, block after block. It is not safe for concurrent use.
type Audit struct {
	genesis  ledger.Digest
	options  Options
	position position
	counters Counters
	findings []Finding
	passed   []byte // header hash and state root of every block judged
	heads    map[uint64][]head.Head
	stopped  bool
}

// New begins at block 0, which must have the given header hash: the one thing trusted.
func New(genesis ledger.Digest, options Options) (*Audit, error) {
	if genesis == (ledger.Digest{}) {
		return nil, errors.New("audit: the hash of the genesis block must be given")
	}
	a := &Audit{genesis: genesis, position: position{
		config: &channelConfig{identities: &identities{}}, state: state{}, registry: &kept.Memory{}, seen: map[string]bool{},
	}}
	a.prepare(options)
	return a, nil
}

func (a *Audit) prepare(options Options) {
	if options.MaxFindings == 0 {
		options.MaxFindings = 1000
	}
	if options.ProgressEvery == 0 {
		options.ProgressEvery = time.Second
	}
	a.options, a.heads = options, map[uint64][]head.Head{}
	for _, h := range options.Heads {
		a.heads[h.Block] = append(a.heads[h.Block], h)
	}
}

// Next is the number of the block the audit wants next.
func (a *Audit) Next() uint64 { return a.position.next }

// Run audits the blocks from Next on until they end, a finding stops it, or the context does. An error means that the
// audit could not be done to the end: blocks that cannot be read are findings, blocks that cannot be had are errors.
func (a *Audit) Run(ctx context.Context, source Source) (Report, error) {
	defer runtime.KeepAlive(ballast())
	began := time.Now()
	p := newPipeline(ctx, a, source)
	defer p.close()
	shown, before := began, a.counters.Signatures
	progress := func() {
		if a.options.Progress == nil {
			return
		}
		elapsed := time.Since(began)
		a.options.Progress(Progress{a.counters, elapsed, float64(a.counters.Signatures-before) / max(elapsed.Seconds(), 1e-9)})
	}
	var err error
	for b := range p.blocks() {
		if b.pending.Wait(); ctx.Err() != nil { // what was given up must not be judged
			break
		}
		if err = a.take(b); err != nil || a.stopped {
			break
		}
		if time.Since(shown) >= a.options.ProgressEvery {
			progress()
			shown = time.Now()
		}
	}
	progress()
	if err == nil {
		err = p.problem(a.stopped)
	}
	if errors.Is(err, ErrFile) {
		a.note(Finding{Block: a.position.next, Transaction: -1, Check: Extent, Found: err.Error()})
		a.stopped, err = true, nil
	}
	if err == nil && !a.stopped {
		a.compareMissingHeads()
		if a.position.next == 0 {
			a.note(Missing(0, 0, "which every ledger begins with"))
		}
	}
	report := a.report()
	report.Elapsed = time.Since(began)
	return report, err
}

// take judges the next block and moves on.
func (a *Audit) take(b *inspected) error {
	if b.number == 0 && !b.findings.fatal && b.Hash != a.genesis {
		b.findings.stop(Chain, a.genesis.String(), "the genesis block has hash %s", b.Hash)
	}
	j := a.position.judge(b)
	if b.findings.fatal {
		a.keep(b.findings.list)
		a.stopped = true
		return nil
	}
	a.count(j)
	a.position = j.after()
	root := a.position.tree.Root()
	a.passed = append(append(a.passed, b.Hash[:]...), root[:]...)
	a.compareHeads(b)
	a.keep(b.findings.list)
	a.stopped = len(b.findings.list) > 0 && (!a.options.KeepGoing || len(a.findings) >= a.options.MaxFindings)
	if a.options.Block == nil {
		return nil
	}
	if err := a.options.Block(a.told(j)); err != nil {
		return fmt.Errorf("block %d: %w", b.Number, err)
	}
	return nil
}

func (a *Audit) keep(found []Finding) {
	for _, f := range found {
		a.note(f)
	}
}

func (a *Audit) note(f Finding) {
	if len(a.findings) < a.options.MaxFindings {
		a.findings = append(a.findings, f)
	}
}

func (a *Audit) count(j *judgement) {
	c := &a.counters
	c.Blocks++
	c.Transactions += uint64(len(j.codes))
	for _, code := range j.codes {
		if code == 0 {
			c.Valid++
		}
	}
	for _, r := range j.replays {
		c.Records += uint64(len(r.writes))
	}
	c.Signatures += j.signatures + j.config.verified
	c.Certificates += j.config.certificates
	j.config.verified, j.config.certificates = 0, 0
}

func (a *Audit) told(j *judgement) Block {
	b := Block{Number: j.block.Number, Hash: j.block.Hash, CommitHash: j.commitHash, StateRoot: a.position.tree.Root(), Codes: j.codes,
		Findings: j.block.findings.list, Decoded: &j.block.Block}
	for _, r := range j.replays {
		for _, w := range r.writes {
			b.Records = append(b.Records, Written{r.transaction.Index, ledger.Key(w.Key), w.Value, r.unsound})
		}
	}
	return b
}

func (a *Audit) report() Report {
	r := Report{Channel: a.position.config.channel, Counters: a.counters, Hash: a.position.hash, CommitHash: hex.EncodeToString(a.position.commitHash),
		StateRoot: a.position.tree.Root(), Size: a.position.tree.Len(), Findings: a.findings, Stopped: a.stopped}
	if a.position.next > 0 {
		r.Last = a.position.next - 1
	}
	return r
}
