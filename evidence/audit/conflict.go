package audit

import (
	"bytes"
	"slices"

	"github.com/hyperledger/fabric-protos-go-apiv2/ledger/rwset/kvrwset"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"google.golang.org/protobuf/proto"

	"github.com/imi-ledger/imi/evidence/block"
)

// hashedSet is what a transaction did in one collection, decoded.
type hashedSet struct {
	block.HashedSet
	content kvrwset.HashedRWSet
}

func readHashed(t *block.Transaction) ([]*hashedSet, bool) {
	sets := make([]*hashedSet, len(t.Hashed))
	for i, h := range t.Hashed {
		sets[i] = &hashedSet{HashedSet: h}
		if proto.Unmarshal(h.Set, &sets[i].content) != nil {
			return nil, false
		}
	}
	return sets, true
}

// conflict reports whether a transaction read what has changed since: in blocks before, or by valid transactions before
// it in its own. Fabric goes by namespaces in the order of their names.
func (s state) conflict(t *block.Transaction, hashed []*hashedSet, pending changes) peer.TxValidationCode {
	for _, namespace := range namespaces(t) {
		for _, read := range t.Reads {
			if read.Namespace == namespace && !s.current(stateKey{namespace: namespace, key: read.Key}, read.Version, pending) {
				return peer.TxValidationCode_MVCC_READ_CONFLICT
			}
		}
		for _, query := range t.Ranges {
			if query.Namespace == namespace && !s.sameRange(query, pending) {
				return peer.TxValidationCode_PHANTOM_READ_CONFLICT
			}
		}
		for _, set := range hashed {
			if set.Namespace == namespace && !s.hashesCurrent(set, pending) {
				return peer.TxValidationCode_MVCC_READ_CONFLICT
			}
		}
	}
	return peer.TxValidationCode_VALID
}

func namespaces(t *block.Transaction) []string {
	var all []string
	for _, read := range t.Reads {
		all = append(all, read.Namespace)
	}
	for _, query := range t.Ranges {
		all = append(all, query.Namespace)
	}
	for _, set := range t.Hashed {
		all = append(all, set.Namespace)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// current reports whether the version read is still the newest.
func (s state) current(key stateKey, read *block.Version, pending changes) bool {
	if _, changed := pending[key]; changed {
		return false
	}
	found, exists := s[key]
	return exists == (read != nil) && (!exists || found.version == *read)
}

func (s state) hashesCurrent(set *hashedSet, pending changes) bool {
	for _, read := range set.content.GetHashedReads() {
		var version *block.Version
		if v := read.GetVersion(); v != nil {
			version = &block.Version{Block: v.GetBlockNum(), Transaction: v.GetTxNum()}
		}
		if !s.current(stateKey{set.Namespace, set.Collection, string(read.GetKeyHash())}, version, pending) {
			return false
		}
	}
	return true
}

// sameRange reports whether a range of keys still has what was read from it. An unfinished one ends with the last key
// that was seen.
func (s state) sameRange(query block.RangeRead, pending changes) bool {
	within := func(k stateKey) bool {
		return k.namespace == query.Namespace && k.collection == "" && k.key >= query.Start &&
			(query.End == "" || k.key < query.End || (!query.Exhausted && k.key == query.End))
	}
	newest := map[string]block.Version{}
	for k, v := range s {
		if within(k) {
			newest[k.key] = v.version
		}
	}
	for k, v := range pending {
		if !within(k) {
			continue
		}
		if delete(newest, k.key); !v.deleted {
			newest[k.key] = v.version
		}
	}
	for i, read := range query.Reads {
		version, exists := newest[read.Key]
		if !exists || read.Version == nil || version != *read.Version || (i > 0 && query.Reads[i-1].Key >= read.Key) {
			return false
		}
	}
	return len(newest) == len(query.Reads)
}

// noHash is SHA-256 of nothing, which Fabric takes for a deletion in a collection.
var noHash = block.DataHash(nil)

// add adds the writes of a valid transaction to those of its block.
func (c changes) add(version block.Version, t *block.Transaction, hashed []*hashedSet) {
	for _, w := range t.Writes {
		v := stateValue{version: version, value: w.Value, deleted: w.Delete || len(w.Value) == 0}
		c[stateKey{namespace: w.Namespace, key: w.Key}] = v
	}
	for _, set := range hashed {
		for _, w := range set.content.GetHashedWrites() {
			v := stateValue{version: version, value: w.GetValueHash()}
			v.deleted = w.GetIsDelete() || len(v.value) == 0 || bytes.Equal(v.value, noHash)
			if v.deleted {
				v.value = nil
			}
			c[stateKey{set.Namespace, set.Collection, string(w.GetKeyHash())}] = v
		}
	}
}
