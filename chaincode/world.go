package chaincode

import (
	"fmt"
	"slices"

	"github.com/hyperledger/fabric-chaincode-go/v2/shim"

	"github.com/imi-ledger/imi/ledger"
	"github.com/imi-ledger/imi/ledger/kept"
)

// world reads the ledger through the stub: the keys known beforehand in few messages, any other when it is asked for.
type world struct {
	*kept.Memory // nil where no rules are applied
	stub         shim.ChaincodeStubInterface
	loaded       map[ledger.Key][]byte
}

// loadWorld asks for the keys in their order, in which LevelDB has them too: it then reads the index of each of its files once
// for all of them, and not, since many files are more than it remembers, once for most.
func loadWorld(stub shim.ChaincodeStubInterface, keys []ledger.Key) (*world, error) {
	w := &world{stub: stub, loaded: make(map[ledger.Key][]byte, len(keys))}
	// A request with more keys than any rule allows is about to be refused; nothing is fetched for it.
	if len(keys) == 0 || len(keys) > 3*ledger.MaxBatch {
		return w, nil
	}
	names := make([]string, len(keys))
	for i, k := range keys {
		names[i] = string(k)
	}
	slices.Sort(names)
	records, err := stub.GetMultipleStates(names...)
	if err != nil {
		return nil, fmt.Errorf("read: %w", err)
	}
	for i, name := range names {
		w.loaded[ledger.Key(name)] = present(records[i])
	}
	return w, nil
}

// Get implements ledger.World.
func (w *world) Get(key ledger.Key) ([]byte, error) {
	if record, ok := w.loaded[key]; ok {
		return record, nil
	}
	record, err := w.stub.GetState(string(key))
	if err != nil {
		return nil, fmt.Errorf("read: %w", err)
	}
	w.loaded[key] = present(record)
	return w.loaded[key], nil
}

// present maps the empty answer, which peers give for an absent key, to nil.
func present(record []byte) []byte {
	if len(record) == 0 {
		return nil
	}
	return record
}
