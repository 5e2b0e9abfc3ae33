package wire

import (
	"bytes"
	"testing"

	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"github.com/hyperledger/fabric-protos-go-apiv2/ledger/rwset/kvrwset"
	"google.golang.org/protobuf/proto"
)

// FuzzCanonical holds the walk against its definition, for messages without maps and nested bytes: canonical is what
// decodes and encodes to itself, with nothing unknown in it.
func FuzzCanonical(f *testing.F) {
	var kinds Kinds
	f.Add(encoded(f, &common.Block{Header: &common.BlockHeader{Number: 300, DataHash: []byte{1}},
		Data: &common.BlockData{Data: [][]byte{{}, {1, 2}}}, Metadata: &common.BlockMetadata{}}))
	f.Add(encoded(f, &kvrwset.RangeQueryInfo{StartKey: "a", ItrExhausted: true, ReadsInfo: &kvrwset.RangeQueryInfo_ReadsMerkleHashes{
		ReadsMerkleHashes: &kvrwset.QueryReadsMerkleSummary{MaxDegree: 7, MaxLevelHashes: [][]byte{{1}}}}}))
	f.Add(encoded(f, &common.SignaturePolicyEnvelope{Version: -1, Rule: &common.SignaturePolicy{Type: &common.SignaturePolicy_SignedBy{}}}))
	f.Add(encoded(f, &kvrwset.KVRWSet{Reads: []*kvrwset.KVRead{{Key: "k", Version: &kvrwset.Version{BlockNum: 7}}}, Writes: []*kvrwset.KVWrite{{Key: "k", Value: []byte("v")}}}))
	f.Fuzz(func(t *testing.T, raw []byte) {
		for _, m := range []proto.Message{&common.Block{}, &kvrwset.KVRWSet{}, &kvrwset.RangeQueryInfo{}, &common.SignaturePolicyEnvelope{}} {
			same := false
			if err := proto.Unmarshal(raw, m); err == nil {
				again, err := proto.MarshalOptions{Deterministic: true}.Marshal(m)
				proto.Reset(m)
				same = err == nil && bytes.Equal(again, raw) && proto.UnmarshalOptions{DiscardUnknown: true}.Unmarshal(raw, m) == nil && proto.Size(m) == len(raw)
			}
			if err := Canonical(raw, kinds.Of(m)); (err == nil) != same {
				t.Errorf("%T %x: canonical says %v, encoding again says %v", m, raw, err, same)
			}
		}
	})
}

func encoded(t testing.TB, m proto.Message) []byte {
	t.Helper()
	raw, err := proto.MarshalOptions{Deterministic: true}.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}
