package block

import (
	"bytes"
	"crypto/sha256"
	"slices"

	"github.com/hyperledger/fabric-protos-go-apiv2/ledger/rwset"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"

	"github.com/imi-ledger/imi/evidence/wire"
)

// Call is which chaincode function was called with what.
type Call struct {
	Chaincode string
	Function  string
	Args      [][]byte // without the function
}

// Result is what the endorsers computed.
type Result struct {
	Status          int32  // what the chaincode returned, 200 when all was well
	Response        []byte // what it returned beside
	Event           *Event
	Reads           []Read
	Ranges          []RangeRead
	Writes          []Write
	Hashed          []HashedSet
	MetadataWrites  []MetadataWrite
	Executed        string // name of the chaincode that ran, as the endorsers signed it
	ExecutedVersion string // its version
}

// Event is a chaincode event.
type Event struct {
	Name    string
	Payload []byte
}

var (
	extensionPart       = partOf(&peer.ChaincodeHeaderExtension{})
	transactionPart     = partOf(&peer.Transaction{})
	actionPayloadPart   = partOf(&peer.ChaincodeActionPayload{})
	proposalPayloadPart = partOf(&peer.ChaincodeProposalPayload{})
	invocationPart      = partOf(&peer.ChaincodeInvocationSpec{})
	responsePart        = partOf(&peer.ProposalResponsePayload{})
	resultPart          = partOf(&peer.ChaincodeAction{})
	eventPart           = partOf(&peer.ChaincodeEvent{})
	setsPart            = partOf(&rwset.TxReadWriteSet{})
)

// chaincodeName reads ChaincodeID { path = 1; name = 2; version = 3 }.
func chaincodeName(id wire.Message) string { return id.Text(2) }

// parseExtension reads ChaincodeHeaderExtension { chaincode_id = 2 }.
func (t *Transaction) parseExtension(raw []byte) {
	if extension, ok := t.read("header extension", raw, extensionPart); ok {
		t.Chaincode = chaincodeName(extension.Message(2))
	}
}

// parseEndorser reads Transaction { actions = 1 [ header = 1; payload = 2 ] } and in the one action ChaincodeActionPayload
// { chaincode_proposal_payload = 1; action = 2 { proposal_response_payload = 1; endorsements = 2 [] } }.
func (t *Transaction) parseEndorser() {
	transaction, ok := t.read("transaction", t.Raw.Data, transactionPart)
	if !ok {
		return
	}
	actions := slices.Collect(transaction.All(1))
	if len(actions) != 1 {
		t.undecoded = true
		t.problem("transaction: %d actions, not one", len(actions))
		return
	}
	action := wire.Message(actions[0])
	if !bytes.Equal(action.Bytes(1), t.Raw.SignatureHeader) {
		t.problem("the header of the action is not the header of the transaction")
	}
	payload, ok := t.read("action", action.Bytes(2), actionPayloadPart)
	if !ok {
		return
	}
	endorsed := payload.Message(2)
	t.Raw.ProposalPayload, t.Raw.ProposalResponse = payload.Bytes(1), endorsed.Bytes(1)
	t.parseCall()
	t.parseResponse()
	t.parseEndorsements(endorsed)
}

// parseCall reads ChaincodeProposalPayload { input = 1; transient_map = 2 }, in it ChaincodeInvocationSpec
// { chaincode_spec = 1 { chaincode_id = 2; input = 3 { args = 1 [] } } }.
func (t *Transaction) parseCall() {
	payload, ok := t.read("chaincode call", t.Raw.ProposalPayload, proposalPayloadPart)
	if !ok {
		return
	}
	invocation, ok := t.read("chaincode call", payload.Bytes(1), invocationPart)
	if !ok {
		return
	}
	if payload.Has(2) {
		t.problem("chaincode call: transient data in a block")
	}
	spec := invocation.Message(1)
	if chaincodeName(spec.Message(2)) != t.Chaincode {
		t.problem("the chaincode called is not the one the header names")
	}
	args := slices.Collect(spec.Message(3).All(1))
	if len(args) == 0 {
		return
	}
	t.Function, t.Args = string(args[0]), args[1:]
}

// parseResponse reads ProposalResponsePayload { proposal_hash = 1; extension = 2 }, in it ChaincodeAction { results = 1;
// events = 2; response = 3 { status = 1; payload = 3 }; chaincode_id = 4 }.
func (t *Transaction) parseResponse() {
	response, ok := t.read("proposal response", t.Raw.ProposalResponse, responsePart)
	if !ok {
		return
	}
	action, ok := t.read("chaincode result", response.Bytes(2), resultPart)
	if !ok {
		return
	}
	h := sha256.New()
	h.Write(t.Raw.ChannelHeader)
	h.Write(t.Raw.SignatureHeader)
	h.Write(t.Raw.ProposalPayload)
	if !bytes.Equal(h.Sum(nil), response.Bytes(1)) {
		t.problem("the endorsements are for another proposal: its hash differs")
	}
	answered, ran := action.Message(3), action.Message(4)
	t.Status, t.Response = int32(answered.Number(1)), answered.Bytes(3)
	t.Executed, t.ExecutedVersion = chaincodeName(ran), ran.Text(3)
	if t.Executed != t.Chaincode {
		t.problem("the chaincode that ran is not the one the header names")
	}
	t.parseEvent(action.Bytes(2))
	t.Raw.ReadWriteSet = action.Bytes(1)
	if sets, ok := t.read("read-write set", t.Raw.ReadWriteSet, setsPart); ok {
		t.parseSets(sets)
	}
}

// parseEvent reads ChaincodeEvent { chaincode_id = 1; tx_id = 2; event_name = 3; payload = 4 }.
func (t *Transaction) parseEvent(raw []byte) {
	if len(raw) == 0 {
		return
	}
	event, ok := t.read("event", raw, eventPart)
	if !ok {
		return
	}
	if event.Text(2) != t.ID || event.Text(1) != t.Chaincode {
		t.problem("event: of another transaction or chaincode")
	}
	t.Event = &Event{Name: event.Text(3), Payload: event.Bytes(4)}
}

// parseEndorsements reads a list of Endorsement { endorser = 1; signature = 2 }.
func (t *Transaction) parseEndorsements(endorsed wire.Message) {
	t.Endorsements = make([]Endorsement, 0, 4)
	seen := map[string]bool{}
	for raw := range endorsed.All(2) {
		endorsement := wire.Message(raw)
		e := Endorsement{Endorser: endorsement.Bytes(1), Signature: endorsement.Bytes(2)}
		e.MSPID, e.Certificate = t.identity("endorser", e.Endorser, true)
		if seen[string(e.Endorser)] {
			t.problem("endorser: one is there twice")
		}
		seen[string(e.Endorser)] = true
		t.Endorsements = append(t.Endorsements, e)
	}
	if len(t.Endorsements) == 0 {
		t.problem("nobody endorsed it")
	}
}
