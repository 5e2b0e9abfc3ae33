package index

import (
	"context"
	"database/sql"
	"sync/atomic"

	"github.com/imi-ledger/imi/evidence"
	"github.com/imi-ledger/imi/ledger"
)

// readAheadAfter is how many questions about the records of one batch show that more will come: then all its records are read
// at once, each for a fraction of what it costs to read one. Of a ledger with so many batches that few are asked about twice
// before their trees are forgotten, nothing is read ahead.
const readAheadAfter = 8

// batchTree is the tree over the statements of a batch, and how often it was asked since the batch was last to be read ahead.
type batchTree struct {
	ledger.Tree
	asked atomic.Int32
}

// batchEntries reads the records of a batch, which stand side by side with the record of the batch itself.
const batchEntries = `SELECT r.key, v.content, v.block, r.first_block, v.event, v.unsound, t.id, t.time
	FROM records b JOIN records r ON r.id BETWEEN b.id - ?2 AND b.id + ?2 AND r.first_block = b.first_block
	JOIN versions v ON v.id = r.last_version JOIN transactions t ON t.block = v.block AND t.position = v.position
	WHERE b.key = ?1`

// readAhead remembers the records of a batch, one batch at a time and while others are answered. Where it fails, the records
// are read when they are asked for.
func (x *Index) readAhead(root ledger.Digest, tree *batchTree) {
	cache := x.cache
	x.ahead.Go(func() {
		x.oneAhead.Lock()
		defer x.oneAhead.Unlock()
		if x.closing.Load() {
			return
		}
		version := cache.version()
		entries, err := x.entriesOf(root, tree.Len())
		kept := err == nil && cache.keep(version, func() {
			for _, e := range entries {
				cache.records.Put(e.Key, e)
			}
		})
		if !kept {
			tree.asked.Store(0)
		}
	})
}

func (x *Index) entriesOf(root ledger.Digest, size int) ([]evidence.Entry, error) {
	rows, err := x.read.QueryContext(context.Background(), batchEntries, string(ledger.BatchKey(root)), size)
	if err != nil {
		return nil, fault("read batch", err)
	}
	defer func() { _ = rows.Close() }() // rows.Err tells what went wrong
	entries := make([]evidence.Entry, 0, size+1)
	for rows.Next() {
		var e evidence.Entry
		var at sql.NullInt64
		if err := rows.Scan(&e.Key, &e.Record, &e.Block, &e.First, &e.Event, &e.Unsound, &e.TransactionID, &at); err != nil {
			return nil, fault("read batch", err)
		}
		e.Time = ledgerTime(at)
		entries = append(entries, e)
	}
	return entries, rows.Err()
}
