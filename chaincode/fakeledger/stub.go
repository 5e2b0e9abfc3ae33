package fakeledger

import (
	"errors"
	"slices"

	"github.com/hyperledger/fabric-chaincode-go/v2/shim"
	"github.com/hyperledger/fabric-protos-go-apiv2/ledger/queryresult"
	"google.golang.org/protobuf/types/known/timestamppb"
)

// stub is one simulation. What our chaincode has no business calling is left to the embedded nil interface: it panics.
type stub struct {
	shim.ChaincodeStubInterface
	Simulation
	ledger   *Ledger
	creator  []byte
	args     [][]byte
	batching bool
}

func (s *stub) GetArgs() [][]byte           { return s.args }
func (s *stub) GetTxID() string             { return s.id }
func (s *stub) GetChannelID() string        { return s.ledger.Channel }
func (s *stub) GetCreator() ([]byte, error) { return s.creator, nil }

func (s *stub) GetStringArgs() []string {
	out := make([]string, len(s.args))
	for i, a := range s.args {
		out[i] = string(a)
	}
	return out
}

func (s *stub) GetFunctionAndParameters() (string, []string) {
	args := s.GetStringArgs()
	if len(args) == 0 {
		return "", nil
	}
	return args[0], args[1:]
}

func (s *stub) GetTxTimestamp() (*timestamppb.Timestamp, error) {
	return timestamppb.New(s.ledger.Now), nil
}

func (s *stub) GetState(key string) ([]byte, error) {
	if key == "" {
		return nil, errors.New("key must not be an empty string")
	}
	v := s.ledger.state[key]
	s.reads[key] = v.height
	return slices.Clone(v.value), nil
}

func (s *stub) GetMultipleStates(keys ...string) ([][]byte, error) {
	values := make([][]byte, len(keys))
	for i, key := range keys {
		value, err := s.GetState(key)
		if err != nil {
			return nil, err
		}
		values[i] = value
	}
	return values, nil
}

func (s *stub) PutState(key string, value []byte) error {
	if key == "" {
		return errors.New("key must not be an empty string")
	}
	if _, read := s.reads[key]; !read {
		return errors.New("blind write: " + key + " was not read before") // Fabric would let it pass, and lose an update
	}
	s.writes[key] = slices.Clone(value)
	return nil
}

func (s *stub) StartWriteBatch() { s.batching = true }

func (s *stub) FinishWriteBatch() error {
	if !s.batching {
		return errors.New("no write batch was started")
	}
	s.batching = false
	return nil
}

func (s *stub) SetEvent(name string, _ []byte) error {
	if name == "" {
		return errors.New("event name can not be empty string")
	}
	s.Event = name
	return nil
}

func (s *stub) GetStateByRange(start, end string) (shim.StateQueryIteratorInterface, error) {
	var found []*queryresult.KV
	for key, v := range s.ledger.state {
		if key >= start && key < end {
			found = append(found, &queryresult.KV{Key: key, Value: v.value})
		}
	}
	slices.SortFunc(found, func(a, b *queryresult.KV) int {
		if a.Key < b.Key {
			return -1
		}
		return 1
	})
	return &states{iterator[*queryresult.KV]{left: found}}, nil
}

func (s *stub) GetHistoryForKey(key string) (shim.HistoryQueryIteratorInterface, error) {
	var found []*queryresult.KeyModification
	for _, m := range slices.Backward(s.ledger.history[key]) {
		found = append(found, &queryresult.KeyModification{TxId: m.transaction, Value: m.value, Timestamp: timestamppb.New(m.time)})
	}
	return &versions{iterator[*queryresult.KeyModification]{left: found}}, nil
}

type iterator[V any] struct{ left []V }

func (i *iterator[V]) HasNext() bool { return len(i.left) > 0 }
func (i *iterator[V]) Close() error  { return nil }

func (i *iterator[V]) Next() (V, error) {
	var next V
	if len(i.left) == 0 {
		return next, errors.New("no such key")
	}
	next, i.left = i.left[0], i.left[1:]
	return next, nil
}

type states struct{ iterator[*queryresult.KV] }

type versions struct {
	iterator[*queryresult.KeyModification]
}
