package chaincode

import (
	"fmt"

	"github.com/hyperledger/fabric-contract-api-go/v2/contractapi"

	"github.com/imi-ledger/imi/ledger"
)

// Record reads. Its functions are evaluated, never submitted.
type Record struct{ contractapi.Contract }

// GetEvaluateTransactions tells contractapi which functions only read.
func (*Record) GetEvaluateTransactions() []string {
	return []string{"Read", "ReadMany", "List", "History"}
}

// GetIgnoredFunctions keeps the methods that contractapi itself calls from being transactions.
func (*Record) GetIgnoredFunctions() []string {
	return []string{"GetEvaluateTransactions", "GetIgnoredFunctions"}
}

// Read takes a ledger.Read and returns the record.
func (*Record) Read(ctx transaction, request string) (string, error) {
	q, err := query[ledger.Read](request)
	if err != nil {
		return "", wire(err)
	}
	record, err := ctx.GetStub().GetState(string(q.Key))
	if err != nil {
		return "", wire(err)
	}
	if len(record) == 0 {
		return "", wire(ledger.Refuse(ledger.NotFound, "key", "no such %s", q.Key.Kind()))
	}
	return string(record), nil
}

// ReadMany takes a ledger.ReadMany and returns ledger.Records with those that exist.
func (*Record) ReadMany(ctx transaction, request string) (string, error) {
	q, err := query[ledger.ReadMany](request)
	if err != nil {
		return "", wire(err)
	}
	found, err := loadWorld(ctx.GetStub(), q.Keys)
	if err != nil {
		return "", wire(err)
	}
	var answer ledger.Records
	for _, key := range q.Keys {
		if record := found.loaded[key]; record != nil {
			answer.Records = append(answer.Records, ledger.Found{Key: key, Record: string(record)})
		}
	}
	return respond(answer)
}

// List takes a ledger.List and returns ledger.Records.
func (*Record) List(ctx transaction, request string) (string, error) {
	q, err := query[ledger.List](request)
	if err != nil {
		return "", wire(err)
	}
	from, to := q.Range()
	found, err := ctx.GetStub().GetStateByRange(string(from), string(to))
	if err != nil {
		return "", wire(err)
	}
	defer func() { _ = found.Close() }() // the peer frees it at the end of the transaction in any case
	var answer ledger.Records
	for found.HasNext() {
		if len(answer.Records) == q.Limit {
			answer.More = true
			break
		}
		kv, err := found.Next()
		if err != nil {
			return "", wire(err)
		}
		answer.Records = append(answer.Records, ledger.Found{Key: ledger.Key(kv.Key), Record: string(kv.Value)})
	}
	return respond(answer)
}

// History takes a ledger.History and returns ledger.Versions.
func (*Record) History(ctx transaction, request string) (string, error) {
	q, err := query[ledger.History](request)
	if err != nil {
		return "", wire(err)
	}
	versions, err := ctx.GetStub().GetHistoryForKey(string(q.Key))
	if err != nil {
		return "", wire(err)
	}
	defer func() { _ = versions.Close() }() // as above
	var answer ledger.Versions
	for versions.HasNext() {
		if len(answer.Versions) == ledger.MaxHistory {
			answer.More = true
			break
		}
		v, err := versions.Next()
		if err != nil {
			return "", wire(err)
		}
		answer.Versions = append(answer.Versions,
			ledger.Version{Record: string(v.Value), Time: ledger.At(v.Timestamp.AsTime()), TransactionID: v.TxId})
	}
	if len(answer.Versions) == 0 {
		return "", wire(ledger.Refuse(ledger.NotFound, "key", "no such %s", q.Key.Kind()))
	}
	return respond(answer)
}

// query decodes a read request and checks it.
func query[Q interface{ Check() error }](request string) (Q, error) {
	q, err := ledger.Decode[Q]([]byte(request), ledger.MaxRecord)
	if err != nil {
		return q, err
	}
	return q, q.Check()
}

func respond(answer any) (string, error) {
	text, err := ledger.Encode(answer)
	if err != nil {
		return "", wire(fmt.Errorf("answer: %w", err))
	}
	return string(text), nil
}
