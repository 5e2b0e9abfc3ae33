package fabric

import (
	"context"
	"iter"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/imi-ledger/imi/ledger"
)

// StoredBlocks yields the encoded blocks of the own peer from one number up to another, which is not included, and ends.
// A broken stream is resumed; a peer that gives no block for as long as the options say is a refusal with code Unavailable.
func (c *Client) StoredBlocks(ctx context.Context, from, until uint64) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		if from >= until {
			return
		}
		ctx, cancel := context.WithCancelCause(ctx)
		defer cancel(nil)
		next := from
		watch := time.AfterFunc(c.options.NextBlock, func() {
			cancel(ledger.Refuse(ledger.Unavailable, "", "the peer of %s gave no block for %v", c.profile.Organisation, c.options.NextBlock))
		})
		defer watch.Stop()
		for block, err := range c.Blocks(ctx, next) {
			watch.Stop() // what is done with the block is not the peer's time
			if err != nil {
				yield(nil, err)
				return
			}
			raw, err := proto.MarshalOptions{Deterministic: true}.Marshal(block)
			if next++; !yield(raw, err) || err != nil || next == until {
				return
			}
			watch.Reset(c.options.NextBlock)
		}
	}
}
