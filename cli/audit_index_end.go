package cli

import (
	"context"
	"slices"

	"github.com/imi-ledger/imi/cli/inquiry"
	"github.com/imi-ledger/imi/ledger"
)

// end names what did not come in its place, and compares the newest version of every record.
func (i *indexCheck) end(ctx context.Context, end uint64) error {
	defer i.stop()
	if err := i.drain(end); err != nil {
		return err
	}
	i.pair()
	seen := map[ledger.Key]bool{}
	for after := ""; ; {
		page, err := askPatiently(ctx, func() (inquiry.Records, error) { return i.gateway.Records(ctx, after) })
		if err != nil {
			return err
		}
		for _, found := range page.Records {
			i.compareNewest(found, end, seen)
		}
		if after = page.Next; after == "" {
			break
		}
	}
	for key, v := range i.newest {
		if !seen[key] {
			i.add(difference{Block: v.block, Key: key, Column: columnRow, Expected: wordThere, Found: wordAbsent})
		}
	}
	return nil
}

// drain reads on while something is missing: it may come late.
func (i *indexCheck) drain(end uint64) error {
	for len(i.missing) > 0 {
		found, ok, err := i.take(end - 1)
		if err != nil || !ok {
			return err
		}
		i.surplus = append(i.surplus, found)
	}
	if i.held != nil && i.held.Block >= end {
		i.held = nil
	}
	return nil
}

// pair finds out which versions only stand in another place or differ in a column: they have the key and the transaction,
// or else the key, or the transaction, in common.
func (i *indexCheck) pair() {
	for _, alike := range []func(version, inquiry.Change) bool{
		func(v version, f inquiry.Change) bool { return v.key == f.Key && v.id == f.TransactionID },
		func(v version, f inquiry.Change) bool { return v.key == f.Key },
		func(v version, f inquiry.Change) bool { return v.id == f.TransactionID && v.record == inJSON(f.Record) },
	} {
		var rest []version
		for _, v := range i.missing {
			at := slices.IndexFunc(i.surplus, func(f inquiry.Change) bool { return alike(v, f) })
			if at < 0 {
				rest = append(rest, v)
				continue
			}
			i.name(v, i.surplus[at])
			i.surplus = slices.Delete(i.surplus, at, at+1)
		}
		i.missing = rest
	}
	for _, v := range i.missing {
		i.add(difference{Block: v.block, Key: v.key, Transaction: v.id, Column: columnRow, Expected: wordThere, Found: wordAbsent})
	}
	for _, f := range i.surplus {
		i.add(difference{Block: f.Block, Key: f.Key, Transaction: f.TransactionID, Column: columnRow, Expected: wordAbsent, Found: wordThere})
	}
}
