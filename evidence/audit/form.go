package audit

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"

	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"github.com/hyperledger/fabric-protos-go-apiv2/ledger/rwset"
	"github.com/hyperledger/fabric-protos-go-apiv2/ledger/rwset/kvrwset"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"google.golang.org/protobuf/proto"
)

// form is the part of Fabric's verdict on a transaction that depends on its bytes alone, in the order in which Fabric
// asks. The signature of the creator comes in between, so there are two halves. Rubbish that a member of the channel had
// ordered is no finding; a peer that calls it valid is.
type form struct {
	before peer.TxValidationCode // than the creator's signature is looked at
	after  peer.TxValidationCode
	header *common.ChannelHeader
}

func formOf(envelope []byte) form {
	var e common.Envelope
	var p common.Payload
	f := form{header: &common.ChannelHeader{}}
	if proto.Unmarshal(envelope, &e) != nil {
		f.before = peer.TxValidationCode_INVALID_OTHER_REASON
		return f
	}
	if proto.Unmarshal(e.GetPayload(), &p) != nil {
		f.before = peer.TxValidationCode_BAD_PAYLOAD
		return f
	}
	var signature common.SignatureHeader
	if p.GetHeader() == nil || proto.Unmarshal(p.GetHeader().GetChannelHeader(), f.header) != nil ||
		proto.Unmarshal(p.GetHeader().GetSignatureHeader(), &signature) != nil || f.header.GetEpoch() != 0 ||
		!knownType(f.header.GetType()) || len(signature.GetNonce()) == 0 || len(signature.GetCreator()) == 0 {
		f.before = peer.TxValidationCode_BAD_COMMON_HEADER
		return f
	}
	switch common.HeaderType(f.header.GetType()) {
	case common.HeaderType_ENDORSER_TRANSACTION:
		f.after = endorserForm(&p, f.header, &signature)
	case common.HeaderType_CONFIG:
	default:
		f.after = peer.TxValidationCode_UNSUPPORTED_TX_PAYLOAD
	}
	return f
}

func knownType(kind int32) bool {
	switch common.HeaderType(kind) {
	case common.HeaderType_ENDORSER_TRANSACTION, common.HeaderType_CONFIG_UPDATE, common.HeaderType_CONFIG:
		return true
	}
	return false
}

func endorserForm(p *common.Payload, channel *common.ChannelHeader, signature *common.SignatureHeader) peer.TxValidationCode {
	id := sha256.Sum256(append(bytes.Clone(signature.GetNonce()), signature.GetCreator()...))
	if channel.GetTxId() != hex.EncodeToString(id[:]) {
		return peer.TxValidationCode_BAD_PROPOSAL_TXID
	}
	var t peer.Transaction
	if proto.Unmarshal(p.GetData(), &t) != nil || len(t.GetActions()) != 1 {
		return peer.TxValidationCode_INVALID_ENDORSER_TRANSACTION
	}
	var own common.SignatureHeader
	var payload peer.ChaincodeActionPayload
	var response peer.ProposalResponsePayload
	action := t.GetActions()[0]
	if proto.Unmarshal(action.GetHeader(), &own) != nil || len(own.GetNonce()) == 0 || len(own.GetCreator()) == 0 ||
		proto.Unmarshal(action.GetPayload(), &payload) != nil ||
		proto.Unmarshal(payload.GetAction().GetProposalResponsePayload(), &response) != nil {
		return peer.TxValidationCode_INVALID_ENDORSER_TRANSACTION
	}
	h := sha256.New()
	h.Write(p.GetHeader().GetChannelHeader())
	h.Write(action.GetHeader())
	h.Write(payload.GetChaincodeProposalPayload())
	if !bytes.Equal(h.Sum(nil), response.GetProposalHash()) {
		return peer.TxValidationCode_INVALID_ENDORSER_TRANSACTION
	}
	return peer.TxValidationCode_VALID
}

// resultForm is the verdict on the result of a transaction whose id is new, before endorsements are looked at.
func resultForm(envelope []byte, channel *common.ChannelHeader) peer.TxValidationCode {
	var extension peer.ChaincodeHeaderExtension
	if proto.Unmarshal(channel.GetExtension(), &extension) != nil {
		return peer.TxValidationCode_BAD_HEADER_EXTENSION
	}
	action, ok := actionOf(envelope)
	if !ok {
		return peer.TxValidationCode_BAD_RESPONSE_PAYLOAD
	}
	namespaces, ok := readSets(action.GetResults())
	if !ok {
		return peer.TxValidationCode_BAD_RWSET
	}
	if extension.GetChaincodeId() == nil || action.GetChaincodeId() == nil {
		return peer.TxValidationCode_INVALID_OTHER_REASON
	}
	name := extension.GetChaincodeId().GetName()
	if name == "" || name != action.GetChaincodeId().GetName() || action.GetChaincodeId().GetVersion() == "" {
		return peer.TxValidationCode_INVALID_CHAINCODE
	}
	var event peer.ChaincodeEvent
	if action.Events != nil && (proto.Unmarshal(action.GetEvents(), &event) != nil || event.GetChaincodeId() != name) {
		return peer.TxValidationCode_INVALID_OTHER_REASON
	}
	seen := map[string]bool{}
	for _, namespace := range namespaces {
		if seen[namespace] {
			return peer.TxValidationCode_ILLEGAL_WRITESET
		}
		seen[namespace] = true
	}
	return peer.TxValidationCode_VALID
}

func actionOf(envelope []byte) (*peer.ChaincodeAction, bool) {
	var e common.Envelope
	var p common.Payload
	var t peer.Transaction
	var payload peer.ChaincodeActionPayload
	var response peer.ProposalResponsePayload
	var action peer.ChaincodeAction
	ok := proto.Unmarshal(envelope, &e) == nil && proto.Unmarshal(e.GetPayload(), &p) == nil && proto.Unmarshal(p.GetData(), &t) == nil &&
		len(t.GetActions()) == 1 && proto.Unmarshal(t.GetActions()[0].GetPayload(), &payload) == nil &&
		proto.Unmarshal(payload.GetAction().GetProposalResponsePayload(), &response) == nil &&
		response.Extension != nil && proto.Unmarshal(response.GetExtension(), &action) == nil
	return &action, ok
}

// readSets decodes a read-write set as far as the validation of it does, and lists its namespaces.
func readSets(results []byte) ([]string, bool) {
	var sets rwset.TxReadWriteSet
	if proto.Unmarshal(results, &sets) != nil {
		return nil, false
	}
	var namespaces []string
	for _, set := range sets.GetNsRwset() {
		var public kvrwset.KVRWSet
		if proto.Unmarshal(set.GetRwset(), &public) != nil {
			return nil, false
		}
		for _, collection := range set.GetCollectionHashedRwset() {
			var hashed kvrwset.HashedRWSet
			if proto.Unmarshal(collection.GetHashedRwset(), &hashed) != nil {
				return nil, false
			}
		}
		namespaces = append(namespaces, set.GetNamespace())
	}
	return namespaces, true
}
