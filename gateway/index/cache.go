package index

import (
	"sync"

	"github.com/imi-ledger/imi/evidence"
	"github.com/imi-ledger/imi/evidence/recent"
	"github.com/imi-ledger/imi/ledger"
)

// cache remembers what was read of the newest state: records, lists of notarisations, and trees of batches
// that are asked about often. Only what was
// read from the file gets in, never what a block brings: whoever edits the file changes what the next reader of a record
// finds, and the state tree names that. What a block writes is forgotten before the block is committed.
type cache struct {
	records       *recent.Map[ledger.Key, evidence.Entry]
	notarisations *recent.Map[ledger.Key, notarisations]  // by document
	batches       *recent.Map[ledger.Digest, *askedBatch] // by root

	mu       sync.Mutex
	busy     bool   // a block is being committed
	versions uint64 // changes with every block
}

// writing is a record that a block writes.
type writing struct {
	key      ledger.Key
	document ledger.Key // that a notarisation is about
	sound    bool       // this version and the one before it are by the rules of the ledger
}

// notarisations is a whole list, and the first block that has it.
type notarisations struct {
	keys  []ledger.Key
	since uint64
}

func newCache(records int) *cache {
	return &cache{
		records:       recent.NewMap[ledger.Key, evidence.Entry](records),
		notarisations: recent.NewMap[ledger.Key, notarisations](records),
		batches:       recent.NewMap[ledger.Digest, *askedBatch](min(records, 16+records/256)), // with trees, those of 1,000 records have 64 KB each
	}
}

// version is to be taken before something is read that will be remembered.
func (c *cache) version() uint64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.versions
}

// keep remembers something, unless a block has come since the version, or is being written: then what was read may be old.
func (c *cache) keep(version uint64, remember func()) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.busy || version != c.versions {
		return false
	}
	remember()
	return true
}

// begin forgets what a block is about to change, and remembers nothing until end.
func (c *cache) begin(written []writing) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.busy = true
	c.versions++
	for _, w := range written {
		c.records.Delete(w.key)
		switch {
		case w.key.Kind() != ledger.KindNotarisation:
		case w.sound:
			c.notarisations.Delete(w.document)
		default:
			c.notarisations.Clear() // who knows whose list it was in
		}
	}
}

// end says that the block is committed, or that it failed.
func (c *cache) end() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.busy = false
	c.versions++
}
