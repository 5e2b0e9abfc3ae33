package index

import (
	"context"
	"crypto/sha256"
	"sync/atomic"

	"github.com/imi-ledger/imi/evidence"
	"github.com/imi-ledger/imi/ledger"
)

// readAheadAfter is how many questions about the records of one batch show that more will come: then all its records and its
// tree are read at once, each for a fraction of what it costs to read one. To read 1,000 takes as long as some hundred by
// themselves. Of a ledger with so many batches that few are asked about often before they are forgotten, nothing is read ahead.
const readAheadAfter = 32

// askedBatch is how often a batch was asked about, and its tree once that was often.
type askedBatch struct {
	times atomic.Int32
	tree  atomic.Pointer[ledger.Tree]
}

// batchEntries reads the records of a batch, which stand side by side with the record of the batch itself.
const batchEntries = `SELECT r.key, v.content, v.block, r.first_block, v.unsound
	FROM records b JOIN records r ON r.id BETWEEN b.id - ?2 AND b.id + ?2 AND r.first_block = b.first_block
	JOIN versions v ON v.id = r.last_version
	WHERE b.key = ?1`

// askedAgain counts a question about a batch, and returns its tree if that is in memory.
func (x *Index) askedAgain(root ledger.Digest) *ledger.Tree {
	batch, ok := x.cache.batches.Get(root)
	if !ok {
		batch = &askedBatch{}
		x.cache.batches.Put(root, batch)
	}
	if batch.times.Add(1) == readAheadAfter {
		x.readAhead(root, batch)
	}
	return batch.tree.Load()
}

// readAhead remembers the tree and the records of a batch, one batch at a time and while others are answered. Where it fails,
// they are read when they are asked for.
func (x *Index) readAhead(root ledger.Digest, batch *askedBatch) {
	cache := x.cache
	x.ahead.Go(func() {
		x.oneAhead.Lock()
		defer x.oneAhead.Unlock()
		if x.closing.Load() {
			return
		}
		if !x.remember(cache, root, batch) {
			batch.times.Store(0)
		}
	})
}

func (x *Index) remember(cache *cache, root ledger.Digest, batch *askedBatch) bool {
	tree, err := x.treeOf(root)
	if err != nil {
		return false
	}
	batch.tree.Store(&tree)
	version := cache.version()
	entries, err := x.entriesOf(root, tree.Len())
	return err == nil && cache.keep(version, func() {
		for _, e := range entries {
			if _, known := cache.records.Get(e.Key); !known { // others have that one's bytes already
				cache.records.Put(e.Key, e)
			}
		}
	})
}

func (x *Index) treeOf(root ledger.Digest) (ledger.Tree, error) {
	rows, err := x.statements.leaves.QueryContext(context.Background(), string(ledger.BatchKey(root)))
	if err != nil {
		return nil, fault("read batch", err)
	}
	defer func() { _ = rows.Close() }() // rows.Err tells what went wrong
	var all []ledger.Digest
	for rows.Next() {
		var leaves []byte
		if err := rows.Scan(&leaves); err != nil {
			return nil, fault("read batch", err)
		}
		if len(leaves)%sha256.Size != 0 {
			return nil, errDamagedBatch
		}
		all = append(all, split(leaves)...)
	}
	if err := rows.Err(); err != nil {
		return nil, fault("read batch", err)
	}
	if len(all) == 0 {
		return nil, errDamagedBatch
	}
	if tree := ledger.NewTree(all); tree.Root() == root {
		return tree, nil
	}
	return nil, errDamagedBatch
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
		if err := rows.Scan(&e.Key, &e.Record, &e.Block, &e.First, &e.Unsound); err != nil {
			return nil, fault("read batch", err)
		}
		entries = append(entries, e)
	}
	return entries, rows.Err()
}
