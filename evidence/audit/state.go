package audit

import (
	"bytes"
	"maps"
	"slices"
	"strings"

	"github.com/imi-ledger/imi/evidence/block"
	"github.com/imi-ledger/imi/ledger"
	"github.com/imi-ledger/imi/ledger/kept"
)

// stateKey is a key of the world state as Fabric has it. In collections the key is the hash of the real one.
type stateKey struct {
	namespace, collection, key string
}

func (k stateKey) compare(other stateKey) int {
	if n := strings.Compare(k.namespace, other.namespace); n != 0 {
		return n
	}
	if n := strings.Compare(k.collection, other.collection); n != 0 {
		return n
	}
	return strings.Compare(k.key, other.key)
}

// stateValue is the newest value under a key. Values are kept where they are read again: records and definitions of
// chaincodes.
type stateValue struct {
	version block.Version
	value   []byte
	deleted bool
	unsound bool // a record that the rules do not make, or one that rests on such
}

// state is the world state after a block.
type state map[stateKey]stateValue

// keepsValues names the namespaces whose values are read again.
func keepsValues(namespace string) bool { return namespace == chaincode || namespace == lifecycle }

// changes are what the valid transactions of one block do to the state.
type changes map[stateKey]stateValue

// sorted lists the changed keys: by namespace, public ones before those in collections, then by key.
func (c changes) sorted() []stateKey {
	return slices.SortedFunc(maps.Keys(c), stateKey.compare)
}

// apply moves the state on by one block.
func (s state) apply(c changes) {
	for k, v := range c {
		if v.deleted {
			delete(s, k)
			continue
		}
		if keepsValues(k.namespace) && k.collection == "" {
			v.value = bytes.Clone(v.value) // it is a part of the block, which is not to be kept
		} else {
			v.value = nil
		}
		s[k] = v
	}
}

// world is the state as the rules of the ledger read it: before a block, and noting what was read.
type world struct {
	*kept.Memory
	state   state
	read    []ledger.Key
	unsound ledger.Key // a record it gave that is unsound
}

// Get implements ledger.World.
func (w *world) Get(key ledger.Key) ([]byte, error) {
	w.read = append(w.read, key)
	found := w.state[stateKey{namespace: chaincode, key: string(key)}]
	if found.unsound {
		w.unsound = key
	}
	return found.value, nil
}
