package fabric

import (
	"context"
	"crypto/sha256"
	"fmt"
	"strings"
	"sync"

	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"github.com/hyperledger/fabric-protos-go-apiv2/ledger/rwset"
	"github.com/hyperledger/fabric-protos-go-apiv2/ledger/rwset/kvrwset"
	peerpb "github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"google.golang.org/protobuf/proto"

	"github.com/imi-ledger/imi/ledger"
)

// fakeChain is the ordered truth that fake peers share: one block per transaction, read versions checked, ids accepted
// once, no reading of one's own uncommitted writes.
type fakeChain struct {
	mu      sync.Mutex
	blocks  []*common.Block
	placed  map[string]placed
	state   map[string]string
	version map[string]uint64
	grown   chan struct{} // closed and renewed with every block
}

type placed struct {
	block    uint64
	code     peerpb.TxValidationCode
	envelope *common.Envelope
}

func newFakeChain() *fakeChain {
	c := &fakeChain{placed: map[string]placed{}, state: map[string]string{}, version: map[string]uint64{}, grown: make(chan struct{})}
	c.order(&common.Envelope{}) // block 0
	return c
}

// order cuts a block with one transaction and validates it.
func (c *fakeChain) order(envelope *common.Envelope) {
	c.mu.Lock()
	defer c.mu.Unlock()
	id, set := unpackEnvelope(envelope)
	number := uint64(len(c.blocks))
	code := c.validate(id, set)
	if code == peerpb.TxValidationCode_VALID {
		for _, write := range set.GetWrites() {
			c.state[write.GetKey()], c.version[write.GetKey()] = string(write.GetValue()), number
		}
	}
	if _, known := c.placed[id]; !known {
		c.placed[id] = placed{number, code, envelope}
	}
	c.blocks = append(c.blocks, c.cut(number, envelope, code))
	close(c.grown)
	c.grown = make(chan struct{})
}

func (c *fakeChain) cut(number uint64, envelope *common.Envelope, code peerpb.TxValidationCode) *common.Block {
	raw, _ := proto.Marshal(envelope)
	hash := sha256.Sum256(raw)
	header := &common.BlockHeader{Number: number, DataHash: hash[:]}
	if number > 0 {
		header.PreviousHash = c.blocks[number-1].GetHeader().GetDataHash()
	}
	return &common.Block{
		Header: header, Data: &common.BlockData{Data: [][]byte{raw}},
		Metadata: &common.BlockMetadata{Metadata: [][]byte{nil, nil, {byte(code)}, nil, nil}},
	}
}

func (c *fakeChain) validate(id string, set *kvrwset.KVRWSet) peerpb.TxValidationCode {
	if _, known := c.placed[id]; known && id != "" {
		return peerpb.TxValidationCode_DUPLICATE_TXID
	}
	for _, read := range set.GetReads() {
		if c.version[read.GetKey()] != read.GetVersion().GetBlockNum() {
			return peerpb.TxValidationCode_MVCC_READ_CONFLICT
		}
	}
	return peerpb.TxValidationCode_VALID
}

// find waits for a transaction, like a peer's commit status does.
func (c *fakeChain) find(ctx context.Context, id string) (placed, error) {
	for {
		c.mu.Lock()
		found, ok := c.placed[id]
		grown := c.grown
		c.mu.Unlock()
		if ok {
			return found, nil
		}
		select {
		case <-grown:
		case <-ctx.Done():
			return placed{}, ctx.Err()
		}
	}
}

// transactions counts the blocks after block 0.
func (c *fakeChain) transactions() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.blocks) - 1
}

// run is the chaincode: kv:Put keeps a value for ever, kv:Append adds to one, kv:Get reads one, kv:Crash fails. Its one
// argument is "key=value".
func (c *fakeChain) run(function, request string) (*peerpb.Response, *kvrwset.KVRWSet) {
	c.mu.Lock()
	defer c.mu.Unlock()
	key, value, _ := strings.Cut(request, "=")
	old, exists := c.state[key]
	set := &kvrwset.KVRWSet{Reads: []*kvrwset.KVRead{{Key: key}}}
	if exists {
		set.Reads[0].Version = &kvrwset.Version{BlockNum: c.version[key]}
	}
	switch {
	case function == "kv:Crash":
		return &peerpb.Response{Status: 500, Message: "runtime error: " + request}, set
	case function == "kv:Get" && !exists:
		return refusal(ledger.NotFound, "there is no such record"), set
	case function == "kv:Get":
		return &peerpb.Response{Status: 200, Payload: []byte(old)}, set
	case function == "kv:Put" && exists && old != value:
		return refusal(ledger.Conflict, "the record exists with other content"), set
	case function == "kv:Append":
		value = old + value
	}
	set.Writes = []*kvrwset.KVWrite{{Key: key, Value: []byte(value)}}
	return &peerpb.Response{Status: 200, Payload: []byte(value)}, set
}

func refusal(code ledger.Code, rule string) *peerpb.Response {
	return &peerpb.Response{Status: 500, Message: ledger.Refuse(code, "key", "%s", rule).Wire()}
}

func unpackEnvelope(envelope *common.Envelope) (string, *kvrwset.KVRWSet) {
	var payload common.Payload
	var channel common.ChannelHeader
	var transaction peerpb.Transaction
	var action peerpb.ChaincodeActionPayload
	var response peerpb.ProposalResponsePayload
	var result peerpb.ChaincodeAction
	var sets rwset.TxReadWriteSet
	var set kvrwset.KVRWSet
	must(proto.Unmarshal(envelope.GetPayload(), &payload))
	must(proto.Unmarshal(payload.GetHeader().GetChannelHeader(), &channel))
	must(proto.Unmarshal(payload.GetData(), &transaction))
	if len(transaction.GetActions()) == 0 {
		return "", &set
	}
	must(proto.Unmarshal(transaction.GetActions()[0].GetPayload(), &action))
	must(proto.Unmarshal(action.GetAction().GetProposalResponsePayload(), &response))
	must(proto.Unmarshal(response.GetExtension(), &result))
	must(proto.Unmarshal(result.GetResults(), &sets))
	if len(sets.GetNsRwset()) > 0 {
		must(proto.Unmarshal(sets.GetNsRwset()[0].GetRwset(), &set))
	}
	return channel.GetTxId(), &set
}

func must(err error) {
	if err != nil {
		panic(fmt.Sprintf("fake: %v", err))
	}
}

func encode(message proto.Message) []byte {
	raw, err := proto.Marshal(message)
	must(err)
	return raw
}
