package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/imi-ledger/imi/evidence/audit"
)

// secondLedger is another organisation's ledger, audited beside the first, block for block.
type secondLedger struct {
	differences
	report audit.Report
	err    error
	blocks chan audit.Block
	cancel context.CancelFunc
	ended  bool
	forked bool
}

// aheadBlocks is how far one of the two audits may be ahead of the other.
const aheadBlocks = 64

// beside begins the audit of the second ledger.
func beside(ctx context.Context, trusted anchor, source *blockSource, end uint64) (*secondLedger, error) {
	s := &secondLedger{differences: differences{where: placeLedger, organisation: source.Peer}, blocks: make(chan audit.Block, aheadBlocks)}
	ctx, s.cancel = context.WithCancel(ctx)
	a, err := audit.New(trusted.Genesis, audit.Options{KeepGoing: true, Block: func(b audit.Block) error {
		b.Records = nil // of which the other audit has its own
		select {
		case s.blocks <- b:
			return nil
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}})
	if err != nil {
		return nil, err
	}
	go func() {
		defer close(s.blocks)
		s.report, s.err = a.Run(ctx, source.until(end))
	}()
	return s, nil
}

// compare holds the second ledger's block against the first's: what the two peers say of it, and the state behind it.
func (s *secondLedger) compare(first audit.Block) {
	if s.ended || s.forked {
		return
	}
	second, ok := <-s.blocks
	if !ok {
		if s.ended = true; s.err == nil { // a peer that went away is no difference
			s.add(difference{Block: first.Number, Column: columnRow, Expected: wordThere, Found: wordAbsent})
		}
		return
	}
	s.forked = first.Hash != second.Hash // all that follows differs too
	s.differences.compare(difference{Block: first.Number},
		column{"hash", first.Hash, second.Hash},
		column{"codes", codeNames(first), codeNames(second)},
		column{"commitHash", fmt.Sprintf("%x", first.Decoded.Metadata.CommitHash), fmt.Sprintf("%x", second.Decoded.Metadata.CommitHash)},
		column{"stateRoot", first.StateRoot, second.StateRoot})
}

// codeNames are the peer's own verdicts.
func codeNames(b audit.Block) []string {
	var names []string
	for i := range b.Decoded.Transactions {
		names = append(names, b.Decoded.Transactions[i].ValidationCode.String())
	}
	return names
}

// end waits for the second audit. If the first one is not at its end, the second need not be either.
func (s *secondLedger) end(whole bool) error {
	if !whole || s.forked {
		s.cancel()
	}
	for range s.blocks { // whatever is still under way
	}
	s.cancel()
	if errors.Is(s.err, context.Canceled) {
		return nil
	}
	return s.err
}
