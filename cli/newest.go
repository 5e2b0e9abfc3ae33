package cli

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/imi-ledger/imi/cli/inquiry"
	"github.com/imi-ledger/imi/fabric"
)

// newestFile, in --dir, holds the number of the newest block that a command here wrote to. The peers and gateways of other
// organisations learn of a block a moment after its writes are acknowledged; whoever turns to them next waits for that
// block, so as to read what was written.
const newestFile = "newest-block"

// arrival is how long to wait for a block to reach a peer or a gateway. After that it is asked all the same.
const arrival = 3 * time.Second

// remembering notes the block of every write, and reads only when the peer has what was noted.
type remembering struct {
	connection
	app *app
	has uint64 // number of a block that the peer is known to have
}

// Evaluate implements office.Ledger.
func (r *remembering) Evaluate(ctx context.Context, function string, request []byte) ([]byte, error) {
	r.catchUp(ctx)
	return r.connection.Evaluate(ctx, function, request)
}

// catchUp waits until the organisation's peer has the newest block written from here.
func (r *remembering) catchUp(ctx context.Context) {
	wanted := r.app.newestBlock()
	if wanted <= r.has {
		return
	}
	r.app.await(ctx, func(ctx context.Context) bool {
		height, err := r.Height(ctx)
		return err == nil && height <= wanted
	})
	r.has = wanted
}

// Submit implements office.Ledger.
func (r *remembering) Submit(ctx context.Context, function string, request []byte) (fabric.Result, error) {
	r.catchUp(ctx)
	result, err := r.connection.Submit(ctx, function, request)
	if err == nil && result.Block > r.app.newestBlock() {
		r.app.note(result.Block)
	}
	return result, err
}

// note remembers a block. This is only a convenience: where the folder cannot be written, nothing is remembered.
func (a *app) note(block uint64) {
	_ = writeFile(filepath.Join(a.options.dir, newestFile), []byte(strconv.FormatUint(block, 10)+"\n"), 0o644)
}

// noteHeight forgets what was noted of another ledger that was in this folder before.
func (a *app) noteHeight(ctx context.Context) error {
	a.note(0)
	c, err := a.reader(ctx)
	if err != nil {
		return err
	}
	height, err := c.Height(ctx)
	if err == nil && height > 0 {
		a.note(height - 1)
	}
	return err
}

func (a *app) newestBlock() uint64 {
	text, err := os.ReadFile(filepath.Join(a.options.dir, newestFile))
	if errors.Is(err, fs.ErrNotExist) {
		return 0
	}
	number, err := strconv.ParseUint(strings.TrimSpace(string(text)), 10, 63)
	if err != nil {
		return 0
	}
	return number
}

// caughtUp waits until the gateway has the newest block written from here.
func (a *app) caughtUp(ctx context.Context, g *inquiry.Client) {
	if wanted := a.newestBlock(); wanted > 0 {
		a.await(ctx, func(ctx context.Context) bool { return g.LacksBlock(ctx, wanted) })
	}
}

// await looks again and again while something is lacking, for as long as blocks may take to arrive.
func (a *app) await(ctx context.Context, lacking func(context.Context) bool) {
	ctx, cancel := context.WithTimeout(ctx, arrival)
	defer cancel()
	for lacking(ctx) {
		select {
		case <-ctx.Done():
			return
		case <-time.After(5 * time.Millisecond):
		}
	}
}
