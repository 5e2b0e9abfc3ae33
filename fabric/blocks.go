package fabric

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"time"

	"github.com/hyperledger/fabric-gateway/pkg/client"
	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	peerpb "github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"google.golang.org/protobuf/proto"

	"github.com/imi-ledger/imi/ledger"
)

// Delays between attempts to get a broken block stream back.
const (
	firstRetry = 100 * time.Millisecond
	lastRetry  = 500 * time.Millisecond // asking costs the peer nothing, and answers wait for its blocks
)

// Blocks yields the own peer's blocks from a position on, each once and in order, first the stored ones and then new
// ones as they are committed. A broken stream is resumed behind the last block. It ends with an error: the context's, or
// a refusal with code NotAllowed when the peer will not serve this client. Positions beyond the peer's height wait.
func (c *Client) Blocks(ctx context.Context, from uint64) iter.Seq2[*common.Block, error] {
	return func(yield func(*common.Block, error) bool) {
		next, delay := from, firstRetry
		for {
			before := next
			err := c.follow(ctx, &next, yield)
			switch {
			case errors.Is(err, errStopped):
				return
			case ctx.Err() != nil:
				yield(nil, context.Cause(ctx))
				return
			case ledger.CodeOf(err) == ledger.NotAllowed:
				yield(nil, err)
				return
			}
			if next != before {
				delay = firstRetry
			}
			level := slog.LevelWarn
			if delay == lastRetry {
				level = slog.LevelDebug // it was said a few times
			}
			c.options.Log.Log(ctx, level, "block stream interrupted", "next", next, "retry", delay, "cause", err)
			pause(ctx, delay)
			delay = min(2*delay, lastRetry)
		}
	}
}

// errStopped says that whoever ranges over the blocks has had enough.
var errStopped = errors.New("stopped")

// follow yields blocks of one stream until it breaks, and advances the position with each.
func (c *Client) follow(ctx context.Context, next *uint64, yield func(*common.Block, error) bool) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stream, err := c.own().openBlocks(ctx, *next)
	if err != nil {
		return err
	}
	for {
		response, err := stream.Recv()
		if err != nil {
			return err
		}
		block := response.GetBlock()
		if block == nil {
			return streamEnd(response.GetStatus())
		}
		if number := block.GetHeader().GetNumber(); number != *next {
			return fmt.Errorf("the peer sent block %d in place of %d", number, *next)
		}
		*next++
		if !yield(block, nil) {
			return errStopped
		}
	}
}

func streamEnd(status common.Status) error {
	if status == common.Status_FORBIDDEN {
		return refuse(nil, ledger.NotAllowed, "the peer does not serve blocks to this client's certificate")
	}
	return fmt.Errorf("the peer ended the block stream with status %s", status)
}

// openBlocks starts a stream of blocks. The request is fabric-gateway's; the stream is our own, since fabric-gateway ends
// its channel of blocks without telling why.
func (p *peer) openBlocks(ctx context.Context, from uint64) (peerpb.Deliver_DeliverClient, error) {
	request, err := p.network.NewBlockEventsRequest(client.WithStartBlock(from))
	if err != nil {
		return nil, err
	}
	text, err := request.Bytes()
	if err != nil {
		return nil, err
	}
	var envelope common.Envelope
	if err := proto.Unmarshal(text, &envelope); err != nil {
		return nil, err
	}
	digest := sha256.Sum256(envelope.GetPayload())
	if envelope.Signature, err = p.signer.sign(digest[:]); err != nil {
		return nil, err
	}
	stream, err := peerpb.NewDeliverClient(p.connection).Deliver(ctx)
	if err != nil {
		return nil, err
	}
	return stream, stream.Send(&envelope)
}
