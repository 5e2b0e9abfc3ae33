package audit

import (
	"context"
	"iter"
	"runtime"
	"sync"
	"sync/atomic"
)

// pipeline reads blocks ahead of their judging: some goroutines decode them, others check signatures, which is where the
// time goes. Blocks come out in order; how many are under way is bounded, and so is the memory they take.
type pipeline struct {
	ctx    context.Context
	cancel context.CancelFunc
	audit  *Audit
	order  chan *inspected // as they were read
	checks chan func()
	newest atomic.Pointer[channelConfig] // to check orderers' signatures with, ahead of knowing
	known  *identities
	all    sync.WaitGroup

	mu  sync.Mutex
	err error // of the source
}

func newPipeline(ctx context.Context, a *Audit, source Source) *pipeline {
	workers := runtime.GOMAXPROCS(0)
	p := &pipeline{audit: a, order: make(chan *inspected, 4*workers), checks: make(chan func(), 64*workers), known: a.position.config.identities}
	p.ctx, p.cancel = context.WithCancel(ctx)
	if a.position.next > 0 {
		p.newest.Store(a.position.config)
	}
	raw := make(chan encoded)
	p.all.Go(func() { p.read(source(p.ctx, a.position.next), raw) })
	var decoding sync.WaitGroup
	for range workers {
		decoding.Go(func() {
			for e := range raw {
				p.decode(e)
			}
		})
		p.all.Go(func() {
			for check := range p.checks {
				check()
			}
		})
	}
	p.all.Go(func() {
		decoding.Wait()
		close(p.checks)
	})
	return p
}

// ballast is never touched, so it takes addresses and no memory. It counts as part of the heap, which is cleared of garbage
// when it has doubled: without it that is every few megabytes, a good part of the time not spent on signatures.
var ballast = sync.OnceValue(func() []byte { return make([]byte, 64<<20) })

// encoded is a block on its way to be decoded, and where it goes then.
type encoded struct {
	raw  []byte
	into *inspected
}

// read hands the blocks out and keeps their order.
func (p *pipeline) read(blocks iter.Seq2[[]byte, error], raw chan<- encoded) {
	defer close(p.order)
	defer close(raw)
	number := p.audit.position.next
	for content, err := range blocks {
		if p.ctx.Err() != nil { // a source that ends for this is not at fault
			return
		}
		if err != nil {
			p.fail(err)
			return
		}
		e := encoded{content, &inspected{number: number}}
		e.into.pending.Add(1)
		select {
		case raw <- e:
		case <-p.ctx.Done():
			return
		}
		select {
		case p.order <- e.into:
		case <-p.ctx.Done():
			return
		}
		number++
	}
}

func (p *pipeline) fail(err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.err = err
}

// decode fills a block in and hands out its signature checks.
func (p *pipeline) decode(e encoded) {
	defer e.into.pending.Done()
	if p.ctx.Err() != nil {
		return
	}
	e.into.fill(e.raw)
	if e.into.findings.fatal {
		return
	}
	for _, check := range e.into.checks(p.known, p.newest.Load()) {
		e.into.pending.Add(1)
		p.checks <- func() {
			defer e.into.pending.Done()
			if p.ctx.Err() == nil {
				check()
			}
		}
	}
}

// blocks yields the blocks in order. Their checks may still be under way.
func (p *pipeline) blocks() iter.Seq[*inspected] {
	return func(yield func(*inspected) bool) {
		for b := range p.order {
			if p.ctx.Err() != nil || !yield(b) {
				return
			}
			p.newest.Store(p.audit.position.config)
		}
	}
}

// problem is why the blocks ended early, if they did.
func (p *pipeline) problem(stopped bool) error {
	if stopped {
		return nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.err != nil {
		return p.err
	}
	return context.Cause(p.ctx)
}

// close ends what is under way and waits for it.
func (p *pipeline) close() {
	p.cancel()
	p.all.Wait()
}
