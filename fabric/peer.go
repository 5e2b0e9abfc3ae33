package fabric

import (
	"context"
	"crypto/sha256"
	"fmt"
	"time"

	"github.com/hyperledger/fabric-gateway/pkg/client"
	gatewaypb "github.com/hyperledger/fabric-protos-go-apiv2/gateway"
	peerpb "github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"google.golang.org/grpc"
	"google.golang.org/grpc/backoff"
	"google.golang.org/grpc/connectivity"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/keepalive"
	"google.golang.org/protobuf/proto"
)

// maxMessage bounds one gRPC message. Fabric's own limit is 100 MiB; a block of full batches comes near it.
const maxMessage = 128 << 20

// peer is the connection to one peer: its Gateway service for transactions, its Deliver service for blocks, and its
// Endorser service for questions that this very peer must answer.
type peer struct {
	organisation string
	address      string
	channel      string
	connection   *grpc.ClientConn
	gateway      *client.Gateway
	network      *client.Network
	signer       *signer
}

// openPeer prepares a connection. gRPC makes it when it is first used.
func openPeer(profile Profile, p Peer, signer *signer, now time.Time) (*peer, error) {
	config, certificateHash, err := tlsFor(p, now)
	if err != nil {
		return nil, err
	}
	connection, err := grpc.NewClient("passthrough:///"+p.Address,
		grpc.WithTransportCredentials(credentials.NewTLS(config)),
		grpc.WithNoProxy(),
		grpc.WithIdleTimeout(0),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(maxMessage), grpc.MaxCallSendMsgSize(maxMessage)),
		// A peer that restarts is wanted back at once, and there are too few clients to trample it.
		grpc.WithConnectParams(grpc.ConnectParams{
			Backoff:           backoff.Config{BaseDelay: 100 * time.Millisecond, Multiplier: 1.6, Jitter: 0.2, MaxDelay: 500 * time.Millisecond},
			MinConnectTimeout: 5 * time.Second,
		}),
		// Peers cut off clients that ping more often than every 60 s.
		grpc.WithKeepaliveParams(keepalive.ClientParameters{Time: 65 * time.Second, Timeout: 10 * time.Second}),
	)
	if err != nil {
		return nil, fmt.Errorf("peer of %s: %w", p.Organisation, err)
	}
	gateway, err := client.Connect(signer.identity,
		client.WithSign(signer.sign),
		client.WithClientConnection(connection),
		client.WithTLSClientCertificateHash(certificateHash),
	)
	if err != nil {
		connection.Close()
		return nil, fmt.Errorf("peer of %s: %w", p.Organisation, err)
	}
	return &peer{
		organisation: p.Organisation, address: p.Address, channel: profile.Channel,
		connection: connection, gateway: gateway, network: gateway.GetNetwork(profile.Channel), signer: signer,
	}, nil
}

func (p *peer) close() error {
	p.gateway.Close()
	return p.connection.Close()
}

// awaitReady starts connecting and reports whether the connection stood before the context ended.
func (p *peer) awaitReady(ctx context.Context) bool {
	p.connection.Connect()
	for state := p.connection.GetState(); state != connectivity.Ready; state = p.connection.GetState() {
		if !p.connection.WaitForStateChange(ctx, state) {
			return false
		}
	}
	return true
}

// ask has this peer itself answer a query of a system chaincode. The Gateway service would pick any peer that looks
// suitable, which is wrong for "what have you committed".
func (p *peer) ask(ctx context.Context, chaincode, function string, arguments ...string) ([]byte, error) {
	proposal, err := p.network.GetContract(chaincode).NewProposal(function, client.WithArguments(arguments...))
	if err != nil {
		return nil, err
	}
	signed, err := p.signProposal(proposal)
	if err != nil {
		return nil, err
	}
	response, err := peerpb.NewEndorserClient(p.connection).ProcessProposal(ctx, signed)
	if err != nil {
		return nil, err
	}
	if status := response.GetResponse().GetStatus(); status != okStatus {
		return nil, &answerError{status: status, message: response.GetResponse().GetMessage()}
	}
	return response.GetResponse().GetPayload(), nil
}

func (p *peer) signProposal(proposal *client.Proposal) (*peerpb.SignedProposal, error) {
	whole, err := proposal.Bytes()
	if err != nil {
		return nil, err
	}
	var proposed gatewaypb.ProposedTransaction
	if err := proto.Unmarshal(whole, &proposed); err != nil {
		return nil, err
	}
	content := proposed.GetProposal().GetProposalBytes()
	digest := sha256.Sum256(content)
	signature, err := p.signer.sign(digest[:])
	if err != nil {
		return nil, err
	}
	return &peerpb.SignedProposal{ProposalBytes: content, Signature: signature}, nil
}

// okStatus is what chaincode and peers answer when all is well; errors start at errorStatus.
const (
	okStatus    = 200
	errorStatus = 400
)

// answerError is a peer's or a system chaincode's refusal to answer.
type answerError struct {
	status  int32
	message string
}

// Error gives the status only: the message can quote what was asked.
func (e *answerError) Error() string { return fmt.Sprintf("peer answered with status %d", e.status) }
