package chaincode

import (
	"errors"
	"fmt"

	"github.com/hyperledger/fabric-chaincode-go/v2/pkg/cid"
	"github.com/hyperledger/fabric-chaincode-go/v2/shim"

	"github.com/imi-ledger/imi/ledger"
	"github.com/imi-ledger/imi/ledger/kept"
)

// call is the stub of a transaction as contractapi gets it. For every transaction contractapi would parse the certificate
// that it was submitted with, a fifteenth of what this program takes; here each is parsed once, when its organisation is asked for.
type call struct {
	shim.ChaincodeStubInterface
	creators *kept.Memory // ledger.MSPID by serialized identity
}

// GetCreator keeps contractapi from parsing.
func (call) GetCreator() ([]byte, error) { return nil, errors.New("ask for the organisation") }

// organisation is whose certificate the transaction was submitted with.
func (c call) organisation() (ledger.MSPID, error) {
	creator, err := c.ChaincodeStubInterface.GetCreator()
	if err != nil {
		return "", fmt.Errorf("creator: %w", err)
	}
	if value, found := c.creators.Decoded(creator); found {
		return value.(ledger.MSPID), nil
	}
	id, err := cid.GetMSPID(c.ChaincodeStubInterface)
	if err != nil {
		return "", ledger.Refuse(ledger.NotAllowed, "creator", "the transaction must be signed with an organisation's certificate")
	}
	c.creators.Keep(creator, ledger.MSPID(id))
	return ledger.MSPID(id), nil
}
