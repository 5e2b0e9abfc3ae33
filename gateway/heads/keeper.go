package heads

import (
	"fmt"
	"maps"
	"sync"
	"sync/atomic"
	"time"

	"github.com/imi-ledger/imi/evidence/head"
	"github.com/imi-ledger/imi/evidence/statetree"
	"github.com/imi-ledger/imi/ledger"
)

// kept is how many blocks back the keeper can compare and prove. Other gateways are rarely more than a few behind.
const kept = 256

// State is the ledger after one block.
type State struct {
	head.Head
	Tree statetree.Tree
}

// Cosigned is a state with the head that several organisations signed.
type Cosigned struct {
	State
	Note  string                     // signed note, with every good cosignature there is
	Own   string                     // signed note, with this organisation's cosignature only
	Times map[ledger.MSPID]time.Time // when each organisation signed
}

// Keeper holds the heads of one organisation's gateway. It is safe for concurrent use.
type Keeper struct {
	organisation ledger.MSPID
	signer       *head.Signer
	enough       int           // organisations that must have signed a head for it to be evidence
	skew         time.Duration // how far from now the time of another's signature may be for it to count

	mu     sync.Mutex
	recent map[uint64]*Cosigned
	newest uint64
	any    bool
	best   *Cosigned
	early  map[ledger.MSPID]early // heads of blocks that have not come here yet
	forks  []head.Fork
	moved  chan struct{} // closed and replaced whenever this gateway has signed

	shown atomic.Pointer[Cosigned] // a copy of best that does not change
}

type early struct {
	block uint64
	note  string
}

// NewKeeper returns a keeper without any block. enough counts the organisation itself. An organisation whose signatures have a
// time further than skew from now takes no part.
func NewKeeper(organisation ledger.MSPID, signer *head.Signer, enough int, skew time.Duration) *Keeper {
	return &Keeper{organisation: organisation, signer: signer, enough: enough, skew: skew, recent: map[uint64]*Cosigned{},
		early: map[ledger.MSPID]early{}, moved: make(chan struct{})}
}

// Advance signs the state after a block, which must come after the newest one, if not at once.
func (k *Keeper) Advance(state State, keys head.Keys) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	defer k.show()
	if k.any && state.Block <= k.newest {
		return fmt.Errorf("heads: block %d after block %d", state.Block, k.newest)
	}
	c := &Cosigned{State: state, Times: map[ledger.MSPID]time.Time{}}
	if err := k.sign(c); err != nil {
		return err
	}
	k.recent[state.Block], k.newest, k.any = c, state.Block, true
	maps.DeleteFunc(k.recent, func(block uint64, _ *Cosigned) bool { return block+kept <= state.Block })
	for organisation, e := range k.early {
		if e.block <= state.Block {
			delete(k.early, organisation)
			k.take(organisation, e.note, keys)
		}
	}
	k.improve(c)
	return nil
}

// Refresh signs the newest head anew with the present time. An older one that answers still rest on is left to age: the
// time of a signature says that nothing newer was known.
func (k *Keeper) Refresh() error {
	k.mu.Lock()
	defer k.mu.Unlock()
	defer k.show()
	if !k.any {
		return nil
	}
	return k.sign(k.recent[k.newest])
}

// sign adds this organisation's cosignature and tells those who wait for it.
func (k *Keeper) sign(c *Cosigned) error {
	own, err := head.Sign(c.Head, k.signer)
	if err != nil {
		return err
	}
	if err := c.add(own); err != nil {
		return err
	}
	signed, err := head.Open(own, head.Keys{k.organisation: {k.signer.Public()}})
	if err != nil {
		return err
	}
	c.Own, c.Times[k.organisation] = own, signed.Times[k.organisation] // the time in the note, not another one
	close(k.moved)
	k.moved = make(chan struct{})
	return nil
}

func (c *Cosigned) add(note string) error {
	if c.Note == "" {
		c.Note = note
		return nil
	}
	merged, err := head.Merge(c.Note, note)
	if err != nil {
		return err
	}
	c.Note = merged
	return nil
}

// improve makes a state the one that answers rest on, if enough organisations signed it and it is newer.
func (k *Keeper) improve(c *Cosigned) {
	if len(c.Times) >= k.enough && (k.best == nil || c.Block > k.best.Block) {
		k.best = c
	}
}

// show makes what is known of the best state visible. It is called with the lock held, after every change.
func (k *Keeper) show() {
	if k.best != nil {
		c := k.best.copy()
		k.shown.Store(&c)
	}
}

// Best returns the newest state that enough organisations signed. The value is a copy that does not change and must not be
// changed: others have the same. It waits for nothing.
func (k *Keeper) Best() (Cosigned, bool) {
	c := k.shown.Load()
	if c == nil {
		return Cosigned{}, false
	}
	return *c, true
}

// At returns the state after a recent block with the cosignatures there are.
func (k *Keeper) At(block uint64) (Cosigned, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	c, ok := k.recent[block]
	if !ok {
		return Cosigned{}, false
	}
	return c.copy(), true
}

// Newest returns the newest state, cosigned or not, and a channel that is closed when this gateway signs again.
func (k *Keeper) Newest() (Cosigned, bool, <-chan struct{}) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if !k.any {
		return Cosigned{}, false, k.moved
	}
	return k.recent[k.newest].copy(), true, k.moved
}

func (c *Cosigned) copy() Cosigned {
	times := make(map[ledger.MSPID]time.Time, len(c.Times))
	for organisation, at := range c.Times {
		times[organisation] = at
	}
	return Cosigned{State: c.State, Note: c.Note, Own: c.Own, Times: times}
}
