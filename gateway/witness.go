package gateway

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/imi-ledger/imi/evidence/block"
	"github.com/imi-ledger/imi/evidence/head"
	"github.com/imi-ledger/imi/evidence/statetree"
	"github.com/imi-ledger/imi/gateway/heads"
	"github.com/imi-ledger/imi/gateway/index"
	"github.com/imi-ledger/imi/ledger"
)

// signEvery is how often the newest head is signed anew, and how often a missing head key is looked for.
const signEvery = time.Second

// levelWithin is how long ago the gateway may have known that its peer had no newer block when it signs one with the present
// time. Who reads the ledger anew, or has lost its peer, signs nothing: verifiers take the time of a signature for that of the state.
const levelWithin = 10 * time.Second

// witness stands between the follower and the index: after each block it brings the state tree up to date and signs a
// head. Without a head key it lets blocks pass, and the gateway answers without evidence.
type witness struct {
	*index.Index
	organisation ledger.MSPID
	channel      string
	keyFile      string // empty: never any evidence
	cosigners    int
	maxAge       time.Duration // of signatures that answers rest on
	forks        *forks
	log          *slog.Logger
	now          func() time.Time
	level        func() time.Time // when the index was last known to have all the peer had

	keeper   atomic.Pointer[heads.Keeper]          // nil as long as there is no head key
	registry atomic.Pointer[[]ledger.Organisation] // as the newest block has it

	mu   sync.Mutex // held while a block is taken in
	tree statetree.Tree
	next uint64        // block the tree waits for
	last ledger.Digest // of the one before

	telling sync.Mutex
	changed chan struct{} // closed and replaced whenever the registry was read; nil until somebody waits
}

// registryChanged returns a channel that is closed when the registry changes next.
func (w *witness) registryChanged() <-chan struct{} {
	w.telling.Lock()
	defer w.telling.Unlock()
	if w.changed == nil {
		w.changed = make(chan struct{})
	}
	return w.changed
}

// tellRegistry wakes those who wait for the registry to change.
func (w *witness) tellRegistry() {
	w.telling.Lock()
	defer w.telling.Unlock()
	if w.changed != nil {
		close(w.changed)
		w.changed = nil
	}
}

// Apply implements Applier.
func (w *witness) Apply(ctx context.Context, b block.Block) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	written, err := w.Index.Apply(ctx, b)
	if err != nil {
		return err
	}
	if w.keeper.Load() == nil || b.Number != w.next { // earlier blocks come again after an interruption
		return nil
	}
	changes, governed := changesOf(written)
	w.tree, w.next, w.last = w.tree.Update(changes), b.Number+1, b.Hash
	if governed {
		if err := w.readRegistry(ctx); err != nil {
			return err
		}
	}
	if err := w.sign(w.keeper.Load()); err != nil {
		return err
	}
	if governed {
		w.tellRegistry()
	}
	return nil
}

// changesOf lists the leaves of the state tree that a block changes. governed says whether an organisation is among them.
func changesOf(written map[ledger.Key][]byte) (changes []statetree.Leaf, governed bool) {
	for key, record := range written {
		governed = governed || key.Kind() == ledger.KindOrganisation
		changes = append(changes, statetree.NewLeaf(key, record))
	}
	return changes, governed
}

// sign signs the newest state, unless that was done or there may be a newer one. It is called with the lock held.
func (w *witness) sign(keeper *heads.Keeper) error {
	if w.next == 0 || !w.isLevel() {
		return nil
	}
	if newest, any, _ := keeper.Newest(); any && newest.Block == w.next-1 {
		return nil
	}
	state := heads.State{Head: head.Head{Channel: w.channel, Block: w.next - 1, BlockHash: w.last, StateRoot: w.tree.Root()}, Tree: w.tree}
	if err := keeper.Advance(state, w.keysNow()); err != nil {
		return err
	}
	w.forks.note(keeper.Forks())
	return nil
}

func (w *witness) isLevel() bool { return w.now().Sub(w.level()) <= levelWithin }

// settle signs as soon as the index has caught up.
func (w *witness) settle() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if keeper := w.keeper.Load(); keeper != nil {
		if err := w.sign(keeper); err != nil {
			w.log.Warn("the newest block was not signed", "cause", err)
		}
	}
}

// keysNow are the head keys that the trust registry has now.
func (w *witness) keysNow() head.Keys {
	registry := w.registry.Load()
	if registry == nil {
		return head.Keys{}
	}
	return head.KeysOf(*registry, ledger.At(w.now()))
}

func (w *witness) readRegistry(ctx context.Context) error {
	var registry []ledger.Organisation
	for r, err := range w.Current(ctx, ledger.KindOrganisation) {
		if err != nil {
			return err
		}
		o, err := ledger.Decode[ledger.Organisation](r.Content, ledger.MaxRecord)
		if err == nil && ledger.OrganisationKey(o.MSPID) == r.Key {
			registry = append(registry, o)
		}
	}
	w.registry.Store(&registry)
	return nil
}

// run waits for the head key, then signs again and again.
func (w *witness) run(ctx context.Context) {
	if w.keyFile == "" {
		w.log.Warn("answers carry no evidence: there is no --head-key")
		return
	}
	told := ""
	for ctx.Err() == nil {
		err := w.tick(ctx)
		if err != nil && err.Error() != told && ctx.Err() == nil {
			told = err.Error()
			w.log.Warn("answers carry no new evidence", "cause", err)
		}
		sleep(ctx, signEvery)
	}
}

func (w *witness) tick(ctx context.Context) error {
	if keeper := w.keeper.Load(); keeper != nil {
		if !w.isLevel() {
			return errors.New("the organisation's own peer may have newer blocks")
		}
		return keeper.Refresh()
	}
	return w.begin(ctx)
}

// begin starts to sign, once the head key is there: the tree is made of the records in the index.
func (w *witness) begin(ctx context.Context) error {
	key, err := loadHeadKey(w.keyFile)
	if errors.Is(err, fs.ErrNotExist) {
		return errors.New("the file of the head key does not exist yet")
	}
	if err != nil {
		return err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	next, last, err := w.Position(ctx)
	if err != nil {
		return err
	}
	if w.tree, err = treeOf(ctx, w.Index); err != nil {
		return err
	}
	if err := w.readRegistry(ctx); err != nil {
		return err
	}
	w.next, w.last = next, last
	keeper := heads.NewKeeper(w.organisation, head.NewSigner(w.organisation, key, w.now), w.cosigners, w.maxAge/2)
	err = w.sign(keeper)
	w.keeper.Store(keeper)
	w.log.Info("signing heads", "blocks", next, "records", w.tree.Len(), "cosigners", w.cosigners)
	return err
}

// treeOf makes the state tree of an index.
func treeOf(ctx context.Context, store *index.Index) (statetree.Tree, error) {
	var failed error
	tree, err := statetree.FromRecords(func(yield func(ledger.Key, []byte) bool) {
		for r, err := range store.Current(ctx, "") {
			if err != nil {
				failed = err
				return
			}
			if !yield(r.Key, r.Content) {
				return
			}
		}
	})
	if err := errors.Join(failed, err); err != nil {
		return tree, fmt.Errorf("state tree: %w", err)
	}
	return tree, nil
}

// take holds another organisation's head against this one's.
func (w *witness) take(from ledger.MSPID, note string) error {
	keeper := w.keeper.Load()
	if keeper == nil {
		return errors.New("there is no head key here yet")
	}
	if err := keeper.Take(from, note, w.keysNow()); err != nil {
		return err
	}
	w.forks.note(keeper.Forks())
	return nil
}
