package gateway

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/imi-ledger/imi/evidence/block"
	"github.com/imi-ledger/imi/gateway/index"
)

// errDifferent is what a check ends with that found something.
var errDifferent = errors.New("the index is not what the blocks make of it; imi-gateway rebuild makes it anew")

// check makes a second index from the peer's blocks and holds the gateway's own against it, every column of every row. The
// gateway may go on serving.
func check(ctx context.Context, o Options, stdout io.Writer, log *slog.Logger) error {
	if _, err := os.Stat(indexFile(o.Data)); err != nil {
		return fmt.Errorf("data: %w", err)
	}
	profile, client, err := dial(ctx, o, log)
	if err != nil {
		return err
	}
	defer client.Close()
	live, err := index.Open(ctx, indexFile(o.Data), profile.Channel)
	if err != nil {
		return err
	}
	defer live.Close()
	c := checking{peer: client, live: live, log: log}
	return c.run(ctx, filepath.Join(o.Data, fmt.Sprintf("check.%d.db", os.Getpid())), profile.Channel, stdout)
}

type checking struct {
	peer Peer
	live *index.Index
	log  *slog.Logger
}

// run makes the second index in a file, which it removes.
func (c checking) run(ctx context.Context, path, channel string, stdout io.Writer) (err error) {
	if err := index.Remove(path); err != nil {
		return err
	}
	made, err := index.Open(ctx, path, channel)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, made.Close(), index.Remove(path)) }()
	// Twice: the live index takes in blocks while the second one is made, and a snapshot of it should not be held for long.
	next, _, err := c.live.Position(ctx)
	if err != nil {
		return err
	}
	if err := c.feed(ctx, made, 0, next); err != nil {
		return err
	}
	snapshot, err := c.live.Snapshot(ctx)
	if err != nil {
		return err
	}
	defer snapshot.Close()
	if err := c.feed(ctx, made, next, snapshot.Next); err != nil {
		return err
	}
	count := 0
	err = snapshot.Compare(ctx, made, func(d index.Difference) {
		count++
		_, _ = fmt.Fprintln(stdout, d)
	})
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintf(stdout, "blocks %d\ndifferences %d\n", snapshot.Next, count); err != nil || count == 0 {
		return err
	}
	return errDifferent
}

// feed applies the blocks from one number up to another, which is not included.
func (c checking) feed(ctx context.Context, to *index.Index, from, until uint64) error {
	if from >= until {
		return nil
	}
	if height, err := c.peer.Height(ctx); err != nil {
		return err
	} else if height < until {
		return fmt.Errorf("the index has %d blocks, the peer only %d", until, height)
	}
	told := time.Now()
	for raw, err := range c.peer.Blocks(ctx, from) {
		if err != nil {
			return err
		}
		b, err := block.Parse(raw)
		if err == nil {
			_, err = to.Apply(ctx, b)
		}
		if err != nil {
			return fmt.Errorf("block %d: %w", from, err)
		}
		from = b.Number + 1
		if time.Since(told) > time.Second {
			told = time.Now()
			c.log.Info("checking", "blocks", from, "of", until)
		}
		if from == until {
			return nil
		}
	}
	return ctx.Err()
}
