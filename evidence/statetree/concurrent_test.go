package statetree

import (
	"sync"
	"sync/atomic"
	"testing"

	"github.com/imi-ledger/imi/ledger"
)

// TestReadersDuringUpdates has readers prove and check against whatever version is the newest, while the next are built.
// Run it with -race.
func TestReadersDuringUpdates(t *testing.T) {
	const rounds, perBlock = 60, 50
	var newest atomic.Pointer[Tree]
	newest.Store(&Tree{})
	var done atomic.Bool
	var readers sync.WaitGroup
	for reader := range 4 {
		readers.Go(func() {
			for i := reader; !done.Load(); i += 7 {
				readOnce(t, *newest.Load(), i%(rounds*perBlock))
			}
		})
	}
	for round := range rounds {
		var block []Leaf
		for key, record := range records(round*perBlock, (round+1)*perBlock) {
			block = append(block, NewLeaf(key, record))
		}
		next := newest.Load().Update(block)
		newest.Store(&next)
	}
	done.Store(true)
	readers.Wait()
	if newest.Load().Len() != rounds*perBlock {
		t.Errorf("%d records", newest.Load().Len())
	}
}

// readOnce relies on records being written in the order of their numbers.
func readOnce(t *testing.T, tree Tree, number int) {
	key := keyNumber(number)
	proof := tree.Prove(key)
	if number >= tree.Len() {
		if err := VerifyAbsence(tree.Root(), key, proof); err != nil {
			t.Errorf("%s of %d: %v", key, tree.Len(), err)
		}
		return
	}
	for _, record := range records(number, number+1) {
		if err := VerifyRecord(tree.Root(), key, record, proof); err != nil {
			t.Errorf("%s of %d: %v", key, tree.Len(), err)
		}
		if digest, found, _ := tree.Show(key); !found || digest != ledger.DigestOf(record) {
			t.Errorf("%s: another record", key)
		}
	}
}
