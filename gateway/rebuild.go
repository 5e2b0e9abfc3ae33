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
	"github.com/imi-ledger/imi/ledger"
)

// former is the index that a rebuild replaces, as far as it can be compared.
type former struct {
	next   uint64
	digest ledger.Digest
	state  string // why it cannot be compared; empty: it can
}

// rebuild makes the index anew from the peer's blocks, says whether the former one was equal, and puts the new one in
// its place. Until that moment the former one stays.
func rebuild(ctx context.Context, o Options, stdout io.Writer, log *slog.Logger) error {
	profile, client, err := dial(ctx, o, log)
	if err != nil {
		return err
	}
	defer client.Close()
	unlock, err := lockData(ctx, o.Data)
	if err != nil {
		return err
	}
	defer unlock()
	height, err := client.Height(ctx)
	if err != nil {
		return err
	}
	before := lookAt(ctx, indexFile(o.Data), profile.Channel)
	if before.next > height {
		before.state = "of more blocks than the peer has"
	}
	r := replay{peer: client, log: log, height: height, former: before}
	path := filepath.Join(o.Data, "rebuild.db")
	digest, err := r.into(ctx, path, profile.Channel)
	if err != nil {
		return err
	}
	if err := replace(path, indexFile(o.Data)); err != nil {
		return err
	}
	_, err = fmt.Fprintf(stdout, "blocks %d\ndigest %s\nformer %s\n", r.height, digest, r.verdict)
	return err
}

// lookAt reads what a rebuild is compared with.
func lookAt(ctx context.Context, path, channel string) former {
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
		return former{state: "absent"}
	}
	store, err := index.Open(ctx, path, channel)
	if err != nil {
		return former{state: "unreadable"}
	}
	defer store.Close()
	next, _, err := store.Position(ctx)
	if err != nil {
		return former{state: "unreadable"}
	}
	digest, err := store.Digest(ctx)
	if err != nil {
		return former{state: "unreadable"}
	}
	return former{next: next, digest: digest}
}

// replay feeds blocks 0 to height-1 into a new index.
type replay struct {
	peer    Peer
	log     *slog.Logger
	height  uint64
	former  former
	verdict string // equal, different, or why there is none
}

func (r *replay) into(ctx context.Context, path, channel string) (ledger.Digest, error) {
	if err := index.Remove(path); err != nil {
		return ledger.Digest{}, err
	}
	store, err := index.Open(ctx, path, channel)
	if err != nil {
		return ledger.Digest{}, err
	}
	r.verdict = r.former.state
	if err := r.feed(ctx, store); err != nil {
		return ledger.Digest{}, errors.Join(err, store.Close())
	}
	digest, err := store.Digest(ctx)
	return digest, errors.Join(err, store.Close())
}

func (r *replay) feed(ctx context.Context, store *index.Index) error {
	told := time.Now()
	if err := r.compare(ctx, store, 0); err != nil || r.height == 0 {
		return err
	}
	for raw, err := range r.peer.Blocks(ctx, 0) {
		if err != nil {
			return err
		}
		b, err := block.Parse(raw)
		if err != nil {
			return err
		}
		if _, err := store.Apply(ctx, b); err != nil {
			return fmt.Errorf("block %d: %w", b.Number, err)
		}
		next := b.Number + 1
		if err := r.compare(ctx, store, next); err != nil {
			return err
		}
		if time.Since(told) > time.Second || next == r.height {
			told = time.Now()
			r.log.Info("rebuilding", "blocks", next, "of", r.height)
		}
		if next == r.height {
			return nil
		}
	}
	return ctx.Err()
}

// compare holds the new index against the former one where the former one ended.
func (r *replay) compare(ctx context.Context, store *index.Index, next uint64) error {
	if r.former.state != "" || next != r.former.next {
		return nil
	}
	digest, err := store.Digest(ctx)
	if err != nil {
		return err
	}
	r.verdict = "equal"
	if digest != r.former.digest {
		r.verdict = "different"
	}
	return nil
}

// replace moves the new index to the former one's place. Both are closed, so each is one file.
func replace(path, place string) error {
	if err := index.Remove(place); err != nil {
		return err
	}
	if err := os.Rename(path, place); err != nil {
		return fmt.Errorf("data: %w", err)
	}
	return nil
}
