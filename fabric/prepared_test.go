package fabric

import (
	"errors"
	"testing"

	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	peerpb "github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"google.golang.org/protobuf/proto"
)

// opened is a prepared transaction in pieces that can be changed and put together again.
type opened struct {
	payload  common.Payload
	channel  common.ChannelHeader
	content  peerpb.Transaction
	action   peerpb.ChaincodeActionPayload
	response peerpb.ProposalResponsePayload
	result   peerpb.ChaincodeAction
}

func open(envelope *common.Envelope) *opened {
	o := &opened{}
	must(proto.Unmarshal(envelope.GetPayload(), &o.payload))
	must(proto.Unmarshal(o.payload.GetHeader().GetChannelHeader(), &o.channel))
	must(proto.Unmarshal(o.payload.GetData(), &o.content))
	must(proto.Unmarshal(o.content.GetActions()[0].GetPayload(), &o.action))
	must(proto.Unmarshal(o.action.GetAction().GetProposalResponsePayload(), &o.response))
	must(proto.Unmarshal(o.response.GetExtension(), &o.result))
	return o
}

func (o *opened) close(envelope *common.Envelope) {
	o.response.Extension = encode(&o.result)
	o.action.Action.ProposalResponsePayload = encode(&o.response)
	o.content.Actions[0].Payload = encode(&o.action)
	o.payload.Data = encode(&o.content)
	o.payload.Header.ChannelHeader = encode(&o.channel)
	envelope.Payload = encode(&o.payload)
}

func TestWhatDoesNotFitIsNotSigned(t *testing.T) {
	other := encode(&peerpb.ChaincodeProposalPayload{Input: []byte("other")})
	changes := map[string]func(*opened){
		"channel":               func(o *opened) { o.channel.ChannelId = "other" },
		"transaction id":        func(o *opened) { o.channel.TxId = "00" },
		"time":                  func(o *opened) { o.channel.Timestamp.Seconds++ },
		"signature header":      func(o *opened) { o.payload.Header.SignatureHeader = append(o.payload.Header.SignatureHeader, 0x1a, 0) },
		"two actions":           func(o *opened) { o.content.Actions = append(o.content.Actions, o.content.Actions[0]) },
		"action header":         func(o *opened) { o.content.Actions[0].Header = []byte{1} },
		"chaincode call":        func(o *opened) { o.action.ChaincodeProposalPayload = other },
		"proposal hash":         func(o *opened) { o.response.ProposalHash[0] ^= 1 },
		"chaincode that ran":    func(o *opened) { o.result.ChaincodeId.Name = "other" },
		"failed result":         func(o *opened) { o.result.Response.Status = 500 },
		"no endorsement":        func(o *opened) { o.action.Action.Endorsements = nil },
		"endorser twice":        func(o *opened) { o.action.Action.Endorsements[1] = o.action.Action.Endorsements[0] },
		"endorser without name": func(o *opened) { o.action.Action.Endorsements[0].Endorser = nil },
		"unsigned endorsement":  func(o *opened) { o.action.Action.Endorsements[0].Signature = nil },
	}
	n := newFakeNetwork(t, quick)
	for name, change := range changes {
		t.Run(name, func(t *testing.T) {
			n.own.set(func(m *moods) {
				m.alter = func(envelope *common.Envelope) {
					o := open(envelope)
					change(o)
					o.close(envelope)
				}
			})
			if _, err := n.client.Submit(t.Context(), "kv:Put", []byte("a=1")); !errors.Is(err, ErrAltered) {
				t.Errorf("got %v", err)
			}
		})
	}
	n.own.set(func(m *moods) { m.alter = func(envelope *common.Envelope) { envelope.Signature = []byte{1} } })
	if _, err := n.client.Submit(t.Context(), "kv:Put", []byte("a=1")); !errors.Is(err, ErrAltered) {
		t.Errorf("a transaction that came signed gave %v", err)
	}
	if n.chain.transactions() != 0 {
		t.Error("something was ordered")
	}
	n.own.set(func(m *moods) { m.alter = func(envelope *common.Envelope) { open(envelope).close(envelope) } })
	if _, err := n.client.Submit(t.Context(), "kv:Put", []byte("a=1")); err != nil {
		t.Errorf("opened and closed unchanged: %v", err)
	}
}
