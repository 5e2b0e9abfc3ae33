package heads

import (
	"slices"
	"time"

	"github.com/imi-ledger/imi/evidence/head"
	"github.com/imi-ledger/imi/ledger"
)

// Take holds a signed head of another organisation's gateway against this one's: an equal one is a cosignature, an
// unequal one of the same block a fork. A head of a block that has not come here yet is kept until it does; one of a
// block that is long past is passed over. A note that the keys do not verify is refused, and so is a cosignature of another
// time: no verdict would count it, so that with it a head would seem signed by enough and answers under it be indeterminate.
func (k *Keeper) Take(from ledger.MSPID, note string, keys head.Keys) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	defer k.show()
	return k.take(from, note, keys)
}

func (k *Keeper) take(from ledger.MSPID, note string, keys head.Keys) error {
	signed, err := head.Open(note, head.Keys{from: keys[from]})
	if err != nil {
		return err
	}
	if !k.any || signed.Block > k.newest {
		k.early[from] = early{signed.Block, note}
		return nil
	}
	own, ok := k.recent[signed.Block]
	if !ok {
		return nil
	}
	if own.Channel != signed.Channel {
		return ledger.Refuse(ledger.Malformed, "head", "is about another channel")
	}
	if own.Head != signed.Head {
		k.forks, _ = AddFork(k.forks, head.Fork{Block: signed.Block, Other: from, Ours: own.Own, Theirs: note})
		return nil
	}
	if off := k.signer.Now().Sub(signed.Times[from]).Abs(); off > k.skew {
		return ledger.Refuse(ledger.Invalid, "head", "is signed at %s, which is not now: is a clock wrong?", signed.Times[from].Format(time.RFC3339))
	}
	if !signed.Times[from].After(own.Times[from]) {
		return nil // an older signature takes nothing back
	}
	if err := own.add(note); err != nil {
		return err
	}
	own.Times[from] = signed.Times[from]
	k.improve(own)
	return nil
}

// maxForks is how many forks of one organisation are kept: one is proof enough, and a forger must neither fill the disk nor
// use up the room for the proof of another's.
const maxForks = 100

// AddFork adds a fork to those known, once each, and reports whether it did.
func AddFork(known []head.Fork, f head.Fork) ([]head.Fork, bool) {
	theirs := 0
	for _, g := range known {
		if g.Other != f.Other {
			continue
		}
		if theirs++; g.Block == f.Block || theirs >= maxForks {
			return known, false
		}
	}
	return append(known, f), true
}

// Forks lists the forks found since the start.
func (k *Keeper) Forks() []head.Fork {
	k.mu.Lock()
	defer k.mu.Unlock()
	return slices.Clone(k.forks)
}
