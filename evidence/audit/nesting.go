package audit

import (
	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"github.com/hyperledger/fabric-protos-go-apiv2/ledger/rwset"
	"github.com/hyperledger/fabric-protos-go-apiv2/ledger/rwset/kvrwset"
	"github.com/hyperledger/fabric-protos-go-apiv2/msp"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/imi-ledger/imi/evidence/wire"
)

// messageInBytes says which message a field of bytes holds, where that is always the same.
var messageInBytes = wire.Kinds{Inside: map[protoreflect.FullName]proto.Message{
	"common.Header.channel_header":                             &common.ChannelHeader{},
	"common.Header.signature_header":                           &common.SignatureHeader{},
	"common.SignatureHeader.creator":                           &msp.SerializedIdentity{},
	"common.ChannelHeader.extension":                           &peer.ChaincodeHeaderExtension{},
	"protos.TransactionAction.header":                          &common.SignatureHeader{},
	"protos.TransactionAction.payload":                         &peer.ChaincodeActionPayload{},
	"protos.ChaincodeActionPayload.chaincode_proposal_payload": &peer.ChaincodeProposalPayload{},
	"protos.ChaincodeProposalPayload.input":                    &peer.ChaincodeInvocationSpec{},
	"protos.ChaincodeEndorsedAction.proposal_response_payload": &peer.ProposalResponsePayload{},
	"protos.ProposalResponsePayload.extension":                 &peer.ChaincodeAction{},
	"protos.ChaincodeAction.results":                           &rwset.TxReadWriteSet{},
	"protos.ChaincodeAction.events":                            &peer.ChaincodeEvent{},
	"protos.Endorsement.endorser":                              &msp.SerializedIdentity{},
	"rwset.NsReadWriteSet.rwset":                               &kvrwset.KVRWSet{},
	"rwset.CollectionHashedReadWriteSet.hashed_rwset":          &kvrwset.HashedRWSet{},
	"common.ConfigUpdateEnvelope.config_update":                &common.ConfigUpdate{},
	"common.ConfigSignature.signature_header":                  &common.SignatureHeader{},
	"common.MetadataSignature.signature_header":                &common.SignatureHeader{},
	"common.MetadataSignature.identifier_header":               &common.IdentifierHeader{},
	"msp.MSPConfig.config":                                     &msp.FabricMSPConfig{},
}}

var (
	blockKind       = messageInBytes.Of(&common.Block{})
	metadataKind    = messageInBytes.Of(&common.Metadata{})
	ordererKind     = messageInBytes.Of(&common.OrdererBlockMetadata{})
	envelopeKind    = messageInBytes.Of(&common.Envelope{})
	payloadKind     = messageInBytes.Of(&common.Payload{})
	transactionKind = messageInBytes.Of(&peer.Transaction{})
	configKind      = messageInBytes.Of(&common.ConfigEnvelope{})
	updateKind      = messageInBytes.Of(&common.ConfigUpdateEnvelope{})
)
