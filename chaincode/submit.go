package chaincode

import (
	"errors"
	"fmt"

	"github.com/hyperledger/fabric-chaincode-go/v2/shim"
	"github.com/hyperledger/fabric-contract-api-go/v2/contractapi"

	"github.com/imi-ledger/imi/ledger"
	"github.com/imi-ledger/imi/ledger/kept"
)

// submitting is a contract with transactions. What its program keeps from one to the next is only how the bytes of the
// trust registry's records decode: every transaction reads the records anew, so that endorsers read and write alike whatever
// each of them has kept.
type submitting struct {
	contractapi.Contract
	registry *kept.Memory
}

// submit runs one operation of the ledger: decode, load, apply the rules, store. Everything is read before anything is
// written, since a transaction does not see its own writes.
func (s submitting) submit(ctx transaction, function, request string) (string, error) {
	operation, err := ledger.ParseOperation(function, []byte(request))
	if err != nil {
		return "", wire(err)
	}
	env, err := environment(ctx)
	if err != nil {
		return "", wire(err)
	}
	stub := ctx.GetStub()
	world, err := loadWorld(stub, operation.Reads(env))
	if err != nil {
		return "", wire(err)
	}
	world.Memory = s.registry
	outcome, err := operation.Apply(env, world)
	if err != nil {
		return "", wire(err)
	}
	if err := store(stub, outcome); err != nil {
		return "", wire(err)
	}
	return string(outcome.Response), nil
}

func environment(ctx transaction) (ledger.Env, error) {
	stub, ok := ctx.GetStub().(call)
	if !ok {
		return ledger.Env{}, errors.New("the guard was passed by")
	}
	creator, err := stub.organisation()
	if err != nil {
		return ledger.Env{}, err
	}
	timestamp, err := stub.GetTxTimestamp()
	if err != nil {
		return ledger.Env{}, fmt.Errorf("transaction time: %w", err)
	}
	return ledger.Env{
		Channel: stub.GetChannelID(),
		Creator: creator,
		Time:    ledger.At(timestamp.AsTime()),
	}, nil
}

func store(stub shim.ChaincodeStubInterface, outcome ledger.Outcome) error {
	if len(outcome.Writes) == 0 {
		return nil
	}
	stub.StartWriteBatch()
	for _, w := range outcome.Writes {
		if err := stub.PutState(string(w.Key), w.Record); err != nil {
			return fmt.Errorf("store %s: %w", w.Key.Kind(), err)
		}
	}
	if err := stub.FinishWriteBatch(); err != nil {
		return fmt.Errorf("store: %w", err)
	}
	return stub.SetEvent(outcome.Event, []byte(outcome.Writes[0].Key))
}

// wire makes a refusal travel in the text of an error, which is all that contractapi lets through.
func wire(err error) error {
	var refusal *ledger.Refusal
	if errors.As(err, &refusal) {
		return errors.New(refusal.Wire())
	}
	return fmt.Errorf("fault: %w", err)
}
