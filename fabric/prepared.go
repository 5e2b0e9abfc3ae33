package fabric

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"

	"github.com/hyperledger/fabric-gateway/pkg/client"
	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	gatewaypb "github.com/hyperledger/fabric-protos-go-apiv2/gateway"
	"github.com/hyperledger/fabric-protos-go-apiv2/msp"
	peerpb "github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"google.golang.org/protobuf/proto"
)

// ErrAltered is in the chain of an error that says the own peer prepared something else than was proposed. It was not
// signed and not sent. The peer is broken or hostile.
var ErrAltered = errors.New("the prepared transaction does not fit the proposal and was not signed")

func altered(what string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrAltered, fmt.Sprintf(what, args...))
}

// proposalParts are the pieces of our own proposal that must come back unchanged.
type proposalParts struct {
	channel, chaincode, transactionID       string
	channelHeader, signatureHeader, payload []byte
}

// hash is what endorsers sign: SHA-256(channel header || signature header || chaincode proposal payload).
func (p *proposalParts) hash() []byte {
	h := sha256.New()
	h.Write(p.channelHeader)
	h.Write(p.signatureHeader)
	h.Write(p.payload)
	return h.Sum(nil)
}

func partsOf(channel, chaincode string, proposal *client.Proposal) (*proposalParts, error) {
	whole, err := proposal.Bytes()
	if err != nil {
		return nil, err
	}
	var proposed gatewaypb.ProposedTransaction
	var content peerpb.Proposal
	var header common.Header
	if err := errors.Join(
		proto.Unmarshal(whole, &proposed),
		proto.Unmarshal(proposed.GetProposal().GetProposalBytes(), &content),
		proto.Unmarshal(content.GetHeader(), &header),
	); err != nil {
		return nil, err
	}
	return &proposalParts{
		channel: channel, chaincode: chaincode, transactionID: proposal.TransactionID(),
		channelHeader: header.GetChannelHeader(), signatureHeader: header.GetSignatureHeader(), payload: content.GetPayload(),
	}, nil
}

// checkPrepared compares the transaction a peer wants signed with what was proposed: a client that signs what it is
// handed says whatever its peer likes.
func checkPrepared(sent *proposalParts, transaction *client.Transaction) error {
	whole, err := transaction.Bytes()
	if err != nil {
		return err
	}
	var prepared gatewaypb.PreparedTransaction
	var payload common.Payload
	if proto.Unmarshal(whole, &prepared) != nil || proto.Unmarshal(prepared.GetEnvelope().GetPayload(), &payload) != nil {
		return altered("it cannot be decoded")
	}
	if len(prepared.GetEnvelope().GetSignature()) != 0 {
		return altered("it came with a signature")
	}
	if err := checkHeader(sent, payload.GetHeader()); err != nil {
		return err
	}
	var content peerpb.Transaction
	if proto.Unmarshal(payload.GetData(), &content) != nil || len(content.GetActions()) != 1 {
		return altered("it does not hold exactly one action")
	}
	return checkAction(sent, content.GetActions()[0])
}

func checkHeader(sent *proposalParts, header *common.Header) error {
	var channel common.ChannelHeader
	if proto.Unmarshal(header.GetChannelHeader(), &channel) != nil {
		return altered("its channel header cannot be decoded")
	}
	switch {
	case channel.GetChannelId() != sent.channel:
		return altered("it is for another channel")
	case channel.GetTxId() != sent.transactionID:
		return altered("it has another transaction id")
	case !bytes.Equal(header.GetChannelHeader(), sent.channelHeader):
		return altered("its channel header differs")
	case !bytes.Equal(header.GetSignatureHeader(), sent.signatureHeader):
		return altered("its signature header differs")
	}
	return nil
}

func checkAction(sent *proposalParts, action *peerpb.TransactionAction) error {
	var payload peerpb.ChaincodeActionPayload
	var response peerpb.ProposalResponsePayload
	var result peerpb.ChaincodeAction
	if proto.Unmarshal(action.GetPayload(), &payload) != nil ||
		proto.Unmarshal(payload.GetAction().GetProposalResponsePayload(), &response) != nil ||
		proto.Unmarshal(response.GetExtension(), &result) != nil {
		return altered("its action cannot be decoded")
	}
	switch {
	case !bytes.Equal(action.GetHeader(), sent.signatureHeader):
		return altered("the header of its action differs")
	case !bytes.Equal(payload.GetChaincodeProposalPayload(), sent.payload):
		return altered("its chaincode call differs")
	case !bytes.Equal(response.GetProposalHash(), sent.hash()):
		return altered("its endorsements are for another proposal")
	case result.GetChaincodeId().GetName() != sent.chaincode:
		return altered("it was run by another chaincode")
	case result.GetResponse().GetStatus() < okStatus || result.GetResponse().GetStatus() >= errorStatus:
		return altered("its result is a failure")
	}
	return checkEndorsements(payload.GetAction().GetEndorsements())
}

// checkEndorsements sees that different, named endorsers signed. Whether their certificates are trusted and enough of
// them is decided by every peer at validation.
func checkEndorsements(endorsements []*peerpb.Endorsement) error {
	if len(endorsements) == 0 {
		return altered("nobody endorsed it")
	}
	seen := map[string]bool{}
	for _, endorsement := range endorsements {
		var endorser msp.SerializedIdentity
		if proto.Unmarshal(endorsement.GetEndorser(), &endorser) != nil || endorser.GetMspid() == "" || len(endorser.GetIdBytes()) == 0 {
			return altered("an endorsement names no endorser")
		}
		if len(endorsement.GetSignature()) == 0 {
			return altered("an endorsement has no signature")
		}
		if seen[string(endorsement.GetEndorser())] {
			return altered("it counts one endorser twice")
		}
		seen[string(endorsement.GetEndorser())] = true
	}
	return nil
}
