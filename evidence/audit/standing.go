package audit

import (
	"fmt"
	"iter"

	"github.com/imi-ledger/imi/evidence/block"
	"github.com/imi-ledger/imi/evidence/head"
	"github.com/imi-ledger/imi/ledger"
)

// Standing is the newest version of a record.
type Standing struct {
	Key     ledger.Key
	Record  []byte
	Version block.Version // the transaction that wrote it
	Unsound bool          // the rules do not make it, or it rests on one they do not make
}

// Records yields every record as it stands after the last block judged, in no order. The audit must not run meanwhile.
func (a *Audit) Records() iter.Seq[Standing] {
	return func(yield func(Standing) bool) {
		for k, v := range a.position.state {
			if k.namespace == chaincode && k.collection == "" && !yield(Standing{ledger.Key(k.key), v.value, v.version, v.unsound}) {
				return
			}
		}
	}
}

// Organisations is the trust registry after the last block judged, without entries that the rules do not make: whose head
// keys count.
func (a *Audit) Organisations() []ledger.Organisation {
	var all []ledger.Organisation
	for r := range a.Records() {
		if r.Unsound || r.Key.Kind() != ledger.KindOrganisation {
			continue
		}
		if o, err := ledger.Decode[ledger.Organisation](r.Record, ledger.MaxRecord); err == nil {
			all = append(all, o)
		}
	}
	return all
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
