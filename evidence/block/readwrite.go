package block

import (
	"github.com/hyperledger/fabric-protos-go-apiv2/ledger/rwset"
	"github.com/hyperledger/fabric-protos-go-apiv2/ledger/rwset/kvrwset"

	"github.com/imi-ledger/imi/evidence/wire"
)

// Write is one change of the world state.
type Write struct {
	Namespace string // of the chaincode
	Key       string
	Value     []byte
	Delete    bool
}

// Version is where a key was last written: block and index of the transaction in it.
type Version struct {
	Block       uint64
	Transaction uint64
}

// Read is one key read and the version it had; nil when it did not exist.
type Read struct {
	Namespace string
	Key       string
	Version   *Version
}

// RangeRead is a range of keys read, start included, end not.
type RangeRead struct {
	Namespace  string
	Start, End string
	Exhausted  bool
	Reads      []Read // in key order; empty when only hashes of them were recorded
	HashedOnly bool
}

// HashedSet is what a transaction did in a private data collection: only hashes are on the ledger. This product has no
// collections; Fabric's own lifecycle has.
type HashedSet struct {
	Namespace  string
	Collection string
	Set        []byte // encoded kvrwset.HashedRWSet
}

// MetadataWrite is a change of a key's metadata (key-level endorsement policies).
type MetadataWrite struct {
	Namespace string
	Key       string
}

var setPart = partOf(&kvrwset.KVRWSet{})

// parseSets reads TxReadWriteSet { data_model = 1; ns_rwset = 2 [ namespace = 1; rwset = 2; collection_hashed_rwset = 3
// [ collection_name = 1; hashed_rwset = 2 ] ] }.
func (t *Transaction) parseSets(sets wire.Message) {
	if sets.Number(1) != uint64(rwset.TxReadWriteSet_KV) {
		t.undecoded = true
		t.problem("read-write set: an unknown data model")
		return
	}
	seen := map[string]bool{}
	for raw := range sets.All(2) {
		set := wire.Message(raw)
		namespace := set.Text(1)
		if seen[namespace] {
			t.problem("read-write set: a namespace is there twice")
		}
		seen[namespace] = true
		kv, ok := t.read("read-write set", set.Bytes(2), setPart)
		if !ok {
			continue
		}
		t.parseReads(namespace, kv)
		t.parseWrites(namespace, kv)
		for raw := range set.All(3) {
			collection := wire.Message(raw)
			t.Hashed = append(t.Hashed, HashedSet{namespace, collection.Text(1), collection.Bytes(2)})
		}
	}
}

// parseReads reads KVRWSet { reads = 1 []; range_queries_info = 2 [ start_key = 1; end_key = 2; itr_exhausted = 3;
// raw_reads = 4 { kv_reads = 1 [] } or reads_merkle_hashes = 5 ] }.
func (t *Transaction) parseReads(namespace string, kv wire.Message) {
	for read := range kv.All(1) {
		t.Reads = append(t.Reads, readOf(namespace, read))
	}
	for raw := range kv.All(2) {
		query := wire.Message(raw)
		r := RangeRead{Namespace: namespace, Start: query.Text(1), End: query.Text(2), Exhausted: query.Number(3) != 0, HashedOnly: query.Has(5)}
		for read := range query.Message(4).All(1) {
			r.Reads = append(r.Reads, readOf(namespace, read))
		}
		t.Ranges = append(t.Ranges, r)
	}
}

// parseWrites reads KVRWSet { writes = 3 [ key = 1; is_delete = 2; value = 3 ]; metadata_writes = 4 [ key = 1 ] }.
func (t *Transaction) parseWrites(namespace string, kv wire.Message) {
	seen := map[string]bool{}
	for raw := range kv.All(3) {
		write := wire.Message(raw)
		w := Write{Namespace: namespace, Key: write.Text(1), Value: write.Bytes(3), Delete: write.Number(2) != 0}
		if seen[w.Key] {
			t.problem("read-write set: a key is written twice")
		}
		seen[w.Key] = true
		if w.Key == "" || (w.Delete && len(w.Value) != 0) {
			t.problem("read-write set: a write without key, or a deletion with a value")
		}
		t.Writes = append(t.Writes, w)
	}
	for write := range kv.All(4) {
		t.MetadataWrites = append(t.MetadataWrites, MetadataWrite{namespace, wire.Message(write).Text(1)})
	}
}

// readOf reads KVRead { key = 1; version = 2 { block_num = 1; tx_num = 2 } }.
func readOf(namespace string, read wire.Message) Read {
	r := Read{Namespace: namespace, Key: read.Text(1)}
	if read.Has(2) {
		version := read.Message(2)
		r.Version = &Version{version.Number(1), version.Number(2)}
	}
	return r
}
