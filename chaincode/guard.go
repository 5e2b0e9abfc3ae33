package chaincode

import (
	"fmt"
	"runtime/debug"
	"slices"

	"github.com/hyperledger/fabric-chaincode-go/v2/shim"
	"github.com/hyperledger/fabric-contract-api-go/v2/contractapi"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"

	"github.com/imi-ledger/imi/ledger"
	"github.com/imi-ledger/imi/ledger/kept"
)

// describe is contractapi's own function that returns the interface of the contracts.
const describe = contractapi.SystemContractName + ":GetMetadata"

// guard stands before contractapi, which by itself accepts function names in other capitalisations, ignores surplus
// arguments, repeats an unknown name (which may not be UTF-8) in its answer, and has no recover.
type guard struct {
	contracts *contractapi.ContractChaincode
	creators  *kept.Memory
	fault     func(text string) // told of a panic, never of its arguments
}

// New returns the chaincode with all its contracts. fault is told of a fault in the program itself.
func New(fault func(text string)) (shim.Chaincode, error) {
	contracts, err := contractapi.NewChaincode(contracts()...)
	if err != nil {
		return nil, fmt.Errorf("contracts: %w", err)
	}
	contracts.TransactionSerializer = verbatim{}
	return guard{contracts, &kept.Memory{}, fault}, nil
}

// Init does nothing: the ledger is founded by transactions like any other.
func (g guard) Init(shim.ChaincodeStubInterface) *peer.Response { return shim.Success(nil) }

// Invoke lets through exactly the functions of the ledger with exactly one argument.
func (g guard) Invoke(stub shim.ChaincodeStubInterface) (response *peer.Response) {
	defer func() {
		if r := recover(); r != nil {
			g.fault(fmt.Sprintf("panic in transaction %s: %T\n%s", stub.GetTxID(), r, debug.Stack()))
			response = shim.Error("fault: the chaincode failed; nothing was written")
		}
	}()
	args := stub.GetArgs()
	if len(args) == 0 {
		return refused(ledger.Refuse(ledger.Malformed, "function", "a function must be named"))
	}
	function := string(args[0])
	if function == describe && len(args) == 1 {
		return g.contracts.Invoke(stub)
	}
	if !slices.Contains(ledger.Functions(), function) && !slices.Contains(ledger.ReadFunctions(), function) {
		return refused(ledger.Refuse(ledger.Malformed, "function", "not a function of this ledger"))
	}
	if len(args) != 2 {
		return refused(ledger.Refuse(ledger.Malformed, "arguments", "exactly one argument is needed, the canonical JSON of the request"))
	}
	return g.contracts.Invoke(call{stub, g.creators})
}

func refused(r *ledger.Refusal) *peer.Response { return shim.Error(r.Wire()) }
