package audit

import (
	"fmt"
	"reflect"
	"slices"

	"github.com/imi-ledger/imi/evidence/head"
	"github.com/imi-ledger/imi/ledger"
)

// Organisations is the trust registry after the last block judged, without entries that the rules do not make: whose head
// keys count. The audit must not run meanwhile.
func (a *Audit) Organisations() []ledger.Organisation {
	var all []ledger.Organisation
	for k, v := range a.position.state {
		if k.namespace != chaincode || k.collection != "" || v.unsound || ledger.Key(k.key).Kind() != ledger.KindOrganisation {
			continue
		}
		if o, err := ledger.Decode[ledger.Organisation](v.value, ledger.MaxRecord); err == nil {
			all = append(all, o)
		}
	}
	return all
}

// passedSize is what is kept of a block that was judged: its hash and the state root behind it.
const passedSize = 2 * len(ledger.Digest{})

// At returns what a head of a block must say, number, hash and state root, for any block that was judged, in earlier runs too.
func (a *Audit) At(number uint64) (b Block, ok bool) {
	if number >= uint64(len(a.passed)/passedSize) {
		return Block{}, false
	}
	kept := a.passed[number*uint64(passedSize):]
	return Block{Number: number, Hash: ledger.Digest(kept), StateRoot: ledger.Digest(kept[len(ledger.Digest{}):])}, true
}

// compareHeads holds the position behind a block against what others signed.
func (a *Audit) compareHeads(b *inspected) {
	here, _ := a.At(b.Number)
	for _, h := range a.heads[b.Number] {
		for _, f := range here.Against(a.position.config.channel, h) {
			b.findings.add(f)
		}
	}
}

// compareEarlierHeads is compareHeads for the blocks before a checkpoint. Its findings may be in the checkpoint already.
func (a *Audit) compareEarlierHeads() {
	for _, h := range a.options.Heads {
		here, ok := a.At(h.Block)
		if !ok {
			continue
		}
		for _, f := range here.Against(a.position.config.channel, h) {
			if !slices.ContainsFunc(a.findings, func(known Finding) bool { return reflect.DeepEqual(known, f) }) {
				a.note(f)
			}
		}
	}
}

func (a *Audit) compareMissingHeads() {
	for _, h := range a.options.Heads {
		if h.Block >= a.position.next {
			a.note(Missing(h.Block, a.position.next, "of which there is a head"))
			return
		}
	}
}

// Against holds a head of the block against it and returns how they differ.
func (b Block) Against(channel string, h head.Head) []Finding {
	f := findings{block: b.Number}
	switch {
	case h.Channel != channel:
		f.note(StateRoot, channel, "a head is for channel %q", h.Channel)
	case h.BlockHash != b.Hash:
		f.note(Chain, h.BlockHash.String(), "a head names another block; this one is %s", b.Hash)
	case h.StateRoot != b.StateRoot:
		f.note(StateRoot, h.StateRoot.String(), "a head names another state; here it is %s", b.StateRoot)
	}
	return f.list
}

// Missing is the finding that blocks end before one that somebody knows of.
func Missing(number, next uint64, known string) Finding {
	return Finding{Block: number, Transaction: -1, Check: Extent, Expected: fmt.Sprintf("block %d, %s", number, known),
		Found: fmt.Sprintf("the ledger ends before block %d", next)}
}
