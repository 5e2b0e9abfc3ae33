package head

import (
	"github.com/imi-ledger/imi/ledger"
)

// Fork is the proof that the ledger was shown in two ways: two signed notes over different heads of one block. Whoever has
// the organisations' head keys can check it; nobody who hands it over need be trusted.
type Fork struct {
	Block  uint64       `json:"block"`
	Other  ledger.MSPID `json:"other"`  // who signed Theirs
	Ours   string       `json:"ours"`   // signed note of the organisation that found the fork
	Theirs string       `json:"theirs"` // signed note of the other
}

// Open checks the proof and returns both heads with their signatures. open checks a signed note, with whatever keys the
// caller trusts.
func (f Fork) Open(open func(note string) (Signed, error)) (ours, theirs Signed, err error) {
	if ours, err = open(f.Ours); err != nil {
		return ours, theirs, err
	}
	if theirs, err = open(f.Theirs); err != nil {
		return ours, theirs, err
	}
	refuse := func(rule string) error { return ledger.Refuse(ledger.Invalid, "fork", "%s", rule) }
	_, named := theirs.Times[f.Other]
	switch {
	case ours.Channel != theirs.Channel:
		return ours, theirs, refuse("the two heads are of different channels")
	case ours.Block != theirs.Block:
		return ours, theirs, refuse("the two heads are of different blocks")
	case ours.Head == theirs.Head:
		return ours, theirs, refuse("the two heads are equal")
	case ours.Block != f.Block:
		return ours, theirs, refuse("the heads are of another block than the one named")
	case !named:
		return ours, theirs, refuse("the organisation named did not sign the second head")
	}
	return ours, theirs, nil
}
