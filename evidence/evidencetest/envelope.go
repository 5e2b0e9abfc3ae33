package evidencetest

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/pem"
	"slices"
	"testing"

	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"github.com/hyperledger/fabric-protos-go-apiv2/ledger/rwset"
	"github.com/hyperledger/fabric-protos-go-apiv2/ledger/rwset/kvrwset"
	"github.com/hyperledger/fabric-protos-go-apiv2/msp"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/imi-ledger/imi/evidence"
	"github.com/imi-ledger/imi/ledger"
)

// encoder encodes protobuf messages; a failure fails the test.
type encoder struct{ testing.TB }

func (e encoder) bytes(message proto.Message) []byte {
	e.Helper()
	raw, err := proto.MarshalOptions{Deterministic: true}.Marshal(message)
	if err != nil {
		e.Fatal(err)
	}
	return raw
}

// identity is a serialized identity. Nothing here checks certificates, so any bytes do for one.
func (e encoder) identity(organisation ledger.MSPID) []byte {
	certificate := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: []byte(organisation)})
	return e.bytes(&msp.SerializedIdentity{Mspid: string(organisation), IdBytes: certificate})
}

// envelope encodes a transaction as a peer's Gateway service would.
func envelope(t testing.TB, number uint64, creator ledger.MSPID, at ledger.Time, call Call) []byte {
	t.Helper()
	e := encoder{t}
	signatureHeader := &common.SignatureHeader{Creator: e.identity(creator), Nonce: binary.BigEndian.AppendUint64(nil, number)}
	id := sha256.Sum256(append(slices.Clone(signatureHeader.Nonce), signatureHeader.Creator...))
	name := &peer.ChaincodeID{Name: evidence.Namespace}
	header := &common.Header{
		ChannelHeader: e.bytes(&common.ChannelHeader{
			Type: int32(common.HeaderType_ENDORSER_TRANSACTION), ChannelId: Channel, TxId: hex.EncodeToString(id[:]),
			Timestamp: timestamppb.New(at.Time()), Extension: e.bytes(&peer.ChaincodeHeaderExtension{ChaincodeId: name}),
		}),
		SignatureHeader: e.bytes(signatureHeader),
	}
	proposal := e.bytes(&peer.ChaincodeProposalPayload{Input: e.bytes(&peer.ChaincodeInvocationSpec{ChaincodeSpec: &peer.ChaincodeSpec{
		ChaincodeId: name, Input: &peer.ChaincodeInput{Args: [][]byte{[]byte(call.Function), call.Request}}}})})
	action := &peer.ChaincodeActionPayload{ChaincodeProposalPayload: proposal, Action: &peer.ChaincodeEndorsedAction{
		ProposalResponsePayload: e.response(header, proposal, hex.EncodeToString(id[:]), call),
		Endorsements:            []*peer.Endorsement{{Endorser: e.identity(Service), Signature: []byte("s")}},
	}}
	data := e.bytes(&peer.Transaction{Actions: []*peer.TransactionAction{{Header: header.SignatureHeader, Payload: e.bytes(action)}}})
	return e.bytes(&common.Envelope{Payload: e.bytes(&common.Payload{Header: header, Data: data}), Signature: []byte("s")})
}

func (e encoder) response(header *common.Header, proposal []byte, id string, call Call) []byte {
	hash := sha256.Sum256(slices.Concat(header.ChannelHeader, header.SignatureHeader, proposal))
	action := &peer.ChaincodeAction{Results: e.results(call.Writes), Response: &peer.Response{Status: 200},
		ChaincodeId: &peer.ChaincodeID{Name: evidence.Namespace, Version: "1"}}
	if call.Event != "" {
		action.Events = e.bytes(&peer.ChaincodeEvent{ChaincodeId: evidence.Namespace, TxId: id, EventName: call.Event})
	}
	return e.bytes(&peer.ProposalResponsePayload{ProposalHash: hash[:], Extension: e.bytes(action)})
}

// results encodes the writes in the order of their keys, as Fabric does.
func (e encoder) results(writes []ledger.Write) []byte {
	set := &kvrwset.KVRWSet{}
	for _, w := range writes {
		set.Writes = append(set.Writes, &kvrwset.KVWrite{Key: string(w.Key), Value: w.Record, IsDelete: w.Record == nil})
	}
	slices.SortFunc(set.Writes, func(a, b *kvrwset.KVWrite) int { return cmp.Compare(a.Key, b.Key) })
	return e.bytes(&rwset.TxReadWriteSet{NsRwset: []*rwset.NsReadWriteSet{
		{Namespace: "_lifecycle", Rwset: e.bytes(&kvrwset.KVRWSet{})},
		{Namespace: evidence.Namespace, Rwset: e.bytes(set)},
	}})
}
