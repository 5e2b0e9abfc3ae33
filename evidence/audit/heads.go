package audit

import (
	"fmt"

	"github.com/imi-ledger/imi/evidence/block"
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

// compareHeads holds the position behind a block against what others signed.
func (a *Audit) compareHeads(b *inspected) {
	here := Block{Number: b.Number, Hash: b.Hash, StateRoot: a.position.tree.Root()}
	for _, h := range a.heads[b.Number] {
		for _, f := range here.Against(a.position.config.channel, h) {
			b.findings.add(f)
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
	case block.Hash(h.BlockHash) != b.Hash:
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
