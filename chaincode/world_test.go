package chaincode

import (
	"slices"
	"testing"

	"github.com/hyperledger/fabric-chaincode-go/v2/shim"

	"github.com/imi-ledger/imi/ledger"
)

// asked answers every key with itself, and notes in which order keys came.
type asked struct {
	shim.ChaincodeStubInterface
	keys []string
}

func (a *asked) GetMultipleStates(keys ...string) ([][]byte, error) {
	var values [][]byte
	for _, key := range keys {
		values = append(values, []byte(key))
	}
	a.keys = append(a.keys, keys...)
	return values, nil
}

// A peer is asked for keys in their order, and what it answers is kept under the key it belongs to.
func TestKeysAreReadInTheirOrder(t *testing.T) {
	keys := []ledger.Key{"type/identity/1", "attestation/b", "batch/c", "attestation/a", "attestation/b"}
	stub := &asked{}
	w, err := loadWorld(stub, slices.Clone(keys))
	if err != nil {
		t.Fatal(err)
	}
	if len(stub.keys) != len(keys) || !slices.IsSorted(stub.keys) {
		t.Errorf("a peer was asked for %q", stub.keys)
	}
	for _, key := range keys {
		if record, err := w.Get(key); err != nil || string(record) != string(key) {
			t.Errorf("%s is %q (%v)", key, record, err)
		}
	}
}
