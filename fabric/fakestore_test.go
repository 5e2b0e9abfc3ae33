package fabric

import (
	"context"
	"crypto/sha256"
	"fmt"
	"strconv"
	"time"

	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"github.com/hyperledger/fabric-protos-go-apiv2/orderer"
	peerpb "github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	grpcpeer "google.golang.org/grpc/peer"
	"google.golang.org/protobuf/proto"
)

// ProcessProposal is the system chaincode qscc.
func (p *fakePeer) ProcessProposal(ctx context.Context, signed *peerpb.SignedProposal) (*peerpb.ProposalResponse, error) {
	if _, err := p.mood(ctx); err != nil {
		return nil, err
	}
	asked, err := unpackProposal(signed)
	if err != nil {
		return nil, err
	}
	p.chain.mu.Lock()
	defer p.chain.mu.Unlock()
	answer := func(message proto.Message) (*peerpb.ProposalResponse, error) {
		return &peerpb.ProposalResponse{Response: &peerpb.Response{Status: 200, Payload: encode(message)}}, nil
	}
	fail := func(format string, args ...any) (*peerpb.ProposalResponse, error) {
		return &peerpb.ProposalResponse{Response: &peerpb.Response{Status: 500, Message: fmt.Sprintf(format, args...)}}, nil
	}
	if asked.chaincode != "qscc" || string(asked.args[1]) != "imi" {
		return fail("Invalid chain ID, %s", asked.args[1])
	}
	switch string(asked.args[0]) {
	case "GetChainInfo":
		return answer(&common.BlockchainInfo{Height: uint64(len(p.chain.blocks))})
	case "GetBlockByNumber":
		number, _ := strconv.Atoi(string(asked.args[2]))
		if number >= len(p.chain.blocks) {
			return fail("Failed to get block number %d, error no such block number [%d] in index", number, number)
		}
		return answer(p.chain.blocks[number])
	default:
		found, ok := p.chain.placed[string(asked.args[2])]
		if !ok {
			return fail("Failed to get transaction with id %s, error no such transaction ID [%s] in index", asked.args[2], asked.args[2])
		}
		return answer(&peerpb.ProcessedTransaction{TransactionEnvelope: found.envelope, ValidationCode: int32(found.code)})
	}
}

// fakeDeliver is a fake peer's block stream.
type fakeDeliver struct {
	peerpb.UnimplementedDeliverServer
	peer *fakePeer
}

// Deliver checks the request as Fabric does, the TLS binding included, and sends blocks for ever.
func (d *fakeDeliver) Deliver(stream grpc.BidiStreamingServer[common.Envelope, peerpb.DeliverResponse]) error {
	envelope, err := stream.Recv()
	if err != nil {
		return err
	}
	mood, err := d.peer.mood(stream.Context())
	if err != nil {
		return err
	}
	start, state := d.check(stream.Context(), envelope)
	if mood.refusing != 0 {
		state = mood.refusing
	}
	if state != common.Status_SUCCESS {
		return stream.Send(&peerpb.DeliverResponse{Type: &peerpb.DeliverResponse_Status{Status: state}})
	}
	for next := start; ; next++ {
		block, err := d.wait(stream.Context(), next)
		if err != nil {
			return err
		}
		blocks, end := []*common.Block{block}, false
		mood, err := d.peer.mood(stream.Context())
		if err != nil {
			return err
		}
		if mood.deliver != nil {
			blocks, end = mood.deliver(block)
		}
		for _, block := range blocks {
			if err := stream.Send(&peerpb.DeliverResponse{Type: &peerpb.DeliverResponse_Block{Block: block}}); err != nil {
				return err
			}
		}
		if end {
			return nil
		}
	}
}

func (d *fakeDeliver) check(ctx context.Context, envelope *common.Envelope) (uint64, common.Status) {
	var payload common.Payload
	var channel common.ChannelHeader
	var signature common.SignatureHeader
	var seek orderer.SeekInfo
	must(proto.Unmarshal(envelope.GetPayload(), &payload))
	must(proto.Unmarshal(payload.GetHeader().GetChannelHeader(), &channel))
	must(proto.Unmarshal(payload.GetHeader().GetSignatureHeader(), &signature))
	must(proto.Unmarshal(payload.GetData(), &seek))
	remote, _ := grpcpeer.FromContext(ctx)
	hash := sha256.Sum256(remote.AuthInfo.(credentials.TLSInfo).State.PeerCertificates[0].Raw)
	switch {
	case string(channel.GetTlsCertHash()) != string(hash[:]):
		return 0, common.Status_BAD_REQUEST
	case time.Since(channel.GetTimestamp().AsTime()).Abs() > 15*time.Minute:
		return 0, common.Status_BAD_REQUEST
	case channel.GetChannelId() != "imi":
		return 0, common.Status_NOT_FOUND
	case !signedBy(signature.GetCreator(), envelope.GetPayload(), envelope.GetSignature()):
		return 0, common.Status_FORBIDDEN
	}
	return seek.GetStart().GetSpecified().GetNumber(), common.Status_SUCCESS
}

func (d *fakeDeliver) wait(ctx context.Context, number uint64) (*common.Block, error) {
	for {
		d.peer.chain.mu.Lock()
		grown := d.peer.chain.grown
		var block *common.Block
		if number < uint64(len(d.peer.chain.blocks)) {
			block = d.peer.chain.blocks[number]
		}
		d.peer.chain.mu.Unlock()
		if block != nil {
			return block, nil
		}
		select {
		case <-grown:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}
