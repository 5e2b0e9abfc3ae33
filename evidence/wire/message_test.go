package wire

import (
	"bytes"
	"slices"
	"testing"

	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"github.com/hyperledger/fabric-protos-go-apiv2/ledger/rwset/kvrwset"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// FuzzMessage reads every field of canonical messages and expects what Go's library reads.
func FuzzMessage(f *testing.F) {
	var kinds Kinds
	messages := []proto.Message{&common.ChannelHeader{}, &common.Payload{}, &kvrwset.KVRWSet{}, &peer.ChaincodeAction{}, &peer.ChaincodeActionPayload{}}
	f.Add(encoded(f, &common.ChannelHeader{Type: 3, ChannelId: "imi", TxId: "a", Epoch: 300, Extension: []byte{1}}))
	f.Add(encoded(f, &common.Payload{Header: &common.Header{}, Data: []byte("data")}))
	f.Add(encoded(f, &kvrwset.KVRWSet{Reads: []*kvrwset.KVRead{{Key: "k", Version: &kvrwset.Version{BlockNum: 7}}, {}},
		RangeQueriesInfo: []*kvrwset.RangeQueryInfo{{StartKey: "a", ItrExhausted: true}}, Writes: []*kvrwset.KVWrite{{Key: "k", Value: []byte("v")}}}))
	f.Add(encoded(f, &peer.ChaincodeAction{Results: []byte("r"), Response: &peer.Response{Status: -1, Message: "m"}, ChaincodeId: &peer.ChaincodeID{Name: "n"}}))
	f.Add(encoded(f, &peer.ChaincodeActionPayload{Action: &peer.ChaincodeEndorsedAction{Endorsements: []*peer.Endorsement{{Endorser: []byte("e")}, {}}}}))
	f.Fuzz(func(t *testing.T, raw []byte) {
		for _, m := range messages {
			if Canonical(raw, kinds.Of(m)) != nil {
				continue
			}
			read := m.ProtoReflect().New()
			if err := proto.Unmarshal(raw, read.Interface()); err != nil {
				t.Fatalf("%T %x: canonical, but %v", m, raw, err)
			}
			for i := range read.Descriptor().Fields().Len() {
				compareField(t, raw, read, read.Descriptor().Fields().Get(i))
			}
		}
	})
}

func compareField(t *testing.T, raw Message, read protoreflect.Message, field protoreflect.FieldDescriptor) {
	t.Helper()
	same := true
	number, value := field.Number(), read.Get(field)
	switch {
	case field.IsList():
		var want [][]byte
		for i := range value.List().Len() {
			want = append(want, encoded(t, value.List().Get(i).Message().Interface()))
		}
		same = slices.EqualFunc(slices.Collect(raw.All(number)), want, bytes.Equal)
	case field.Kind() == protoreflect.MessageKind:
		same = raw.Has(number) == read.Has(field) && bytes.Equal(raw.Message(number), encoded(t, value.Message().Interface()))
	case field.Kind() == protoreflect.BytesKind:
		same = bytes.Equal(raw.Bytes(number), value.Bytes())
	case field.Kind() == protoreflect.StringKind:
		same = raw.Text(number) == value.String()
	case field.Kind() == protoreflect.BoolKind:
		same = (raw.Number(number) != 0) == value.Bool()
	case field.Kind() == protoreflect.Int32Kind:
		same = int64(int32(raw.Number(number))) == value.Int()
	default:
		same = raw.Number(number) == value.Uint()
	}
	if !same {
		t.Errorf("%s of %x differs from %v", field.FullName(), []byte(raw), value)
	}
}
