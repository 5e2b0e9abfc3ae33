package gateway

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"sync"
	"time"

	"github.com/hyperledger/fabric-protos-go-apiv2/common"

	"github.com/imi-ledger/imi/evidence/block"
	"github.com/imi-ledger/imi/ledger"
)

// Peer is the organisation's own peer, as fabric.Client has it.
type Peer interface {
	// Blocks yields blocks in order from a position on and resumes broken streams by itself.
	Blocks(ctx context.Context, from uint64) iter.Seq2[*common.Block, error]
	// Height is how many blocks the peer has.
	Height(ctx context.Context) (uint64, error)
}

// Applier is the writing side of the index.
type Applier interface {
	// Position is the number of the block the index waits for, and the header hash of the one before.
	Position(ctx context.Context) (next uint64, last ledger.Digest, err error)
	// Apply takes exactly that block in, whole or not at all.
	Apply(ctx context.Context, b block.Block) error
}

// Delays of the follower.
const (
	askHeightEvery  = time.Second
	askHeightLimit  = 5 * time.Second
	firstFollowWait = 200 * time.Millisecond
	lastFollowWait  = 10 * time.Second
)

// errFork says that the peer's blocks are not those the index was made from.
var errFork = errors.New("the peer's blocks do not continue those of the index")

// follower feeds the index from the peer and knows how far behind it is.
type follower struct {
	*progress
	peer  Peer
	index Applier
	log   *slog.Logger
	now   func() time.Time
	moved func() // called when the index has advanced or the peer was heard of; may be nil
}

func newFollower(ctx context.Context, peer Peer, index Applier, log *slog.Logger, now func() time.Time) (*follower, error) {
	next, _, err := index.Position(ctx)
	if err != nil {
		return nil, fmt.Errorf("index: %w", err)
	}
	return &follower{progress: newProgress(next), peer: peer, index: index, log: log, now: now}, nil
}

// run follows until ctx ends.
func (f *follower) run(ctx context.Context) {
	var both sync.WaitGroup
	both.Go(func() { f.watchHeight(ctx) })
	both.Go(func() { f.followBlocks(ctx) })
	both.Wait()
}

// watchHeight asks the peer for its height again and again; as long as it has not answered, also as soon as a block of it
// arrives.
func (f *follower) watchHeight(ctx context.Context) {
	for ctx.Err() == nil {
		arrives := f.advanced()
		f.askHeight(ctx)
		if f.answered() {
			arrives = nil
		}
		sleepUnless(ctx, askHeightEvery, arrives)
	}
}

func (f *follower) askHeight(ctx context.Context) {
	asked, had := f.now(), f.lag().Next
	ctx, cancel := context.WithTimeout(ctx, askHeightLimit)
	defer cancel()
	height, err := f.peer.Height(ctx)
	f.sawHeight(height, had, asked, err)
	f.tell()
}

func (f *follower) tell() {
	if f.moved != nil {
		f.moved()
	}
}

func (f *follower) followBlocks(ctx context.Context) {
	wait := firstFollowWait
	for ctx.Err() == nil {
		before := f.lag().Next
		err := f.followOnce(ctx)
		if ctx.Err() != nil {
			return
		}
		if f.lag().Next != before {
			wait = firstFollowWait
		}
		f.log.Warn("following blocks was interrupted", "next", f.lag().Next, "retry", wait, "cause", err)
		sleep(ctx, wait)
		wait = min(2*wait, lastFollowWait)
	}
}

// followOnce applies blocks until something fails. It begins with the block the index took in last, to see that the peer
// still has the same one.
func (f *follower) followOnce(ctx context.Context) error {
	next, last, err := f.index.Position(ctx)
	if err != nil {
		f.failed(troubleStuck)
		return err
	}
	from := next
	if from > 0 {
		from--
	}
	for raw, err := range f.peer.Blocks(ctx, from) {
		if err != nil {
			return err
		}
		b, err := block.Parse(raw)
		if err == nil && b.Number < next {
			if b.Hash != last {
				f.failed(troubleFork)
				return errFork
			}
			f.confirm()
			f.tell()
			continue
		}
		if err := f.take(ctx, b, err); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// take applies the next block, unless it could not be parsed.
func (f *follower) take(ctx context.Context, b block.Block, problem error) error {
	if problem == nil {
		problem = f.index.Apply(ctx, b)
	}
	if problem != nil {
		f.failed(troubleStuck)
		return fmt.Errorf("block %d: %w", b.Number, problem)
	}
	f.applied(b.Number + 1)
	f.tell()
	return nil
}

func sleep(ctx context.Context, d time.Duration) { sleepUnless(ctx, d, nil) }

// sleepUnless sleeps until something happens, but no longer than d.
func sleepUnless(ctx context.Context, d time.Duration, happens <-chan struct{}) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-happens:
	case <-ctx.Done():
	}
}
