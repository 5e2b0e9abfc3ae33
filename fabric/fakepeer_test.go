package fabric

import (
	"context"
	"crypto/ecdsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	gatewaypb "github.com/hyperledger/fabric-protos-go-apiv2/gateway"
	"github.com/hyperledger/fabric-protos-go-apiv2/ledger/rwset"
	"github.com/hyperledger/fabric-protos-go-apiv2/ledger/rwset/kvrwset"
	"github.com/hyperledger/fabric-protos-go-apiv2/msp"
	peerpb "github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
)

// fakePeer speaks a peer's gRPC services over mutual TLS with the manners of Fabric v3: its checks, its messages, its
// codes. Its moods make the troubles that a real network makes at the worst moment.
type fakePeer struct {
	gatewaypb.UnimplementedGatewayServer
	t            testing.TB
	organisation string
	name         string
	address      string
	chain        *fakeChain
	endorsers    map[string]holder
	server       *grpc.Server

	mu sync.Mutex
	moods
}

// moods change how a fake peer behaves. The zero value behaves well.
type moods struct {
	frozen   bool                                                 // accepts calls and never answers
	endorse  func(function string) error                          // fails an endorsement
	alter    func(*common.Envelope)                               // changes what it prepares
	submit   func(*common.Envelope, func(*common.Envelope)) error // in place of ordering
	status   func(ctx context.Context, id string) (*gatewaypb.CommitStatusResponse, error)
	deliver  func(*common.Block) (send []*common.Block, end bool) // changes the block stream
	refusing common.Status                                        // ends block streams with this
}

func (p *fakePeer) set(change func(*moods)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	change(&p.moods)
}

// mood returns the present moods. If the peer is frozen it waits until the call has ended, which is then an error: an answer
// could reach a caller whose own clock is a little behind.
func (p *fakePeer) mood(ctx context.Context) (moods, error) {
	p.mu.Lock()
	m := p.moods
	p.mu.Unlock()
	if m.frozen {
		<-ctx.Done()
		return m, status.FromContextError(ctx.Err()).Err()
	}
	return m, nil
}

func startFakePeer(t testing.TB, a *authority, chain *fakeChain, organisation string, endorsers map[string]holder) *fakePeer {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &fakePeer{t: t, organisation: organisation, name: "peer." + organisation, address: listener.Addr().String(), chain: chain, endorsers: endorsers}
	p.server = grpc.NewServer(grpc.Creds(credentials.NewTLS(a.serverTLS(p.name))), grpc.MaxRecvMsgSize(maxMessage))
	gatewaypb.RegisterGatewayServer(p.server, p)
	peerpb.RegisterEndorserServer(p.server, p)
	peerpb.RegisterDeliverServer(p.server, &fakeDeliver{peer: p})
	var serving sync.WaitGroup
	serving.Go(func() { _ = p.server.Serve(listener) })
	t.Cleanup(func() { p.server.Stop(); serving.Wait() })
	return p
}

// proposal is an unpacked, checked proposal.
type proposal struct {
	header             *common.Header
	payload            *peerpb.ChaincodeProposalPayload
	chaincode, channel string
	args               [][]byte
}

func unpackProposal(signed *peerpb.SignedProposal) (*proposal, error) {
	var whole peerpb.Proposal
	var invocation peerpb.ChaincodeInvocationSpec
	var signature common.SignatureHeader
	var channel common.ChannelHeader
	p := &proposal{header: &common.Header{}, payload: &peerpb.ChaincodeProposalPayload{}}
	must(proto.Unmarshal(signed.GetProposalBytes(), &whole))
	must(proto.Unmarshal(whole.GetHeader(), p.header))
	must(proto.Unmarshal(whole.GetPayload(), p.payload))
	must(proto.Unmarshal(p.payload.GetInput(), &invocation))
	must(proto.Unmarshal(p.header.GetSignatureHeader(), &signature))
	must(proto.Unmarshal(p.header.GetChannelHeader(), &channel))
	if !signedBy(signature.GetCreator(), signed.GetProposalBytes(), signed.GetSignature()) {
		return nil, fmt.Errorf("error validating proposal: access denied: channel [%s] creator org [PoliceMSP]", channel.GetChannelId())
	}
	p.channel = channel.GetChannelId()
	p.chaincode = invocation.GetChaincodeSpec().GetChaincodeId().GetName()
	p.args = invocation.GetChaincodeSpec().GetInput().GetArgs()
	return p, nil
}

func signedBy(creator, message, signature []byte) bool {
	var id msp.SerializedIdentity
	must(proto.Unmarshal(creator, &id))
	block, _ := pem.Decode(id.GetIdBytes())
	certificate, err := x509.ParseCertificate(block.Bytes)
	must(err)
	digest := sha256.Sum256(message)
	return ecdsa.VerifyASN1(certificate.PublicKey.(*ecdsa.PublicKey), digest[:], signature)
}

func (p *fakePeer) detailed(code codes.Code, message string, details ...string) error {
	state := status.New(code, message)
	for _, detail := range details {
		state, _ = state.WithDetails(&gatewaypb.ErrorDetail{Address: p.address, MspId: p.organisation, Message: detail})
	}
	return state.Err()
}

// Endorse runs the chaincode once and signs for every organisation.
func (p *fakePeer) Endorse(ctx context.Context, request *gatewaypb.EndorseRequest) (*gatewaypb.EndorseResponse, error) {
	mood, err := p.mood(ctx)
	if err != nil {
		return nil, err
	}
	asked, err := unpackProposal(request.GetProposedTransaction())
	if err != nil {
		return nil, p.detailed(codes.Aborted, "failed to endorse transaction, see attached details for more info", err.Error())
	}
	function := string(asked.args[0])
	if mood.endorse != nil {
		if err := mood.endorse(function); err != nil {
			return nil, err
		}
	}
	response, set := p.chain.run(function, string(asked.args[1]))
	if response.GetStatus() >= errorStatus {
		return nil, p.detailed(codes.Aborted, "failed to endorse transaction, see attached details for more info",
			fmt.Sprintf("chaincode response %d, %s", response.GetStatus(), response.GetMessage()))
	}
	envelope := p.prepare(asked, response, set)
	if mood.alter != nil {
		mood.alter(envelope)
	}
	return &gatewaypb.EndorseResponse{PreparedTransaction: envelope}, nil
}

func (p *fakePeer) prepare(asked *proposal, response *peerpb.Response, set *kvrwset.KVRWSet) *common.Envelope {
	payload := encode(&peerpb.ChaincodeProposalPayload{Input: asked.payload.GetInput()})
	hash := sha256.New()
	hash.Write(asked.header.GetChannelHeader())
	hash.Write(asked.header.GetSignatureHeader())
	hash.Write(payload)
	results := encode(&rwset.TxReadWriteSet{NsRwset: []*rwset.NsReadWriteSet{{Namespace: asked.chaincode, Rwset: encode(set)}}})
	answer := encode(&peerpb.ProposalResponsePayload{ProposalHash: hash.Sum(nil), Extension: encode(&peerpb.ChaincodeAction{
		Results: results, Response: response, ChaincodeId: &peerpb.ChaincodeID{Name: asked.chaincode, Version: "1.0"},
	})})
	endorsed := &peerpb.ChaincodeEndorsedAction{ProposalResponsePayload: answer}
	for mspid, endorser := range p.endorsers {
		id := endorser.identity(mspid)
		endorsed.Endorsements = append(endorsed.Endorsements, &peerpb.Endorsement{
			Endorser: id, Signature: endorser.sign(p.t, append(append([]byte{}, answer...), id...)),
		})
	}
	action := encode(&peerpb.ChaincodeActionPayload{ChaincodeProposalPayload: payload, Action: endorsed})
	data := encode(&peerpb.Transaction{Actions: []*peerpb.TransactionAction{{Header: asked.header.GetSignatureHeader(), Payload: action}}})
	return &common.Envelope{Payload: encode(&common.Payload{Header: asked.header, Data: data})}
}

// Submit orders at once, or does what its mood says.
func (p *fakePeer) Submit(ctx context.Context, request *gatewaypb.SubmitRequest) (*gatewaypb.SubmitResponse, error) {
	mood, err := p.mood(ctx)
	if err != nil {
		return nil, err
	}
	envelope := request.GetPreparedTransaction()
	if len(envelope.GetSignature()) == 0 {
		return nil, status.Error(codes.InvalidArgument, "prepared transaction must be signed")
	}
	if mood.submit != nil {
		return &gatewaypb.SubmitResponse{}, mood.submit(envelope, p.chain.order)
	}
	p.chain.order(envelope)
	return &gatewaypb.SubmitResponse{}, nil
}

// CommitStatus waits for the transaction.
func (p *fakePeer) CommitStatus(ctx context.Context, signed *gatewaypb.SignedCommitStatusRequest) (*gatewaypb.CommitStatusResponse, error) {
	mood, err := p.mood(ctx)
	if err != nil {
		return nil, err
	}
	var request gatewaypb.CommitStatusRequest
	must(proto.Unmarshal(signed.GetRequest(), &request))
	if !signedBy(request.GetIdentity(), signed.GetRequest(), signed.GetSignature()) {
		return nil, status.Error(codes.PermissionDenied, "signature set did not satisfy policy /Channel/Application/Readers")
	}
	if mood.status != nil {
		return mood.status(ctx, request.GetTransactionId())
	}
	found, err := p.chain.find(ctx, request.GetTransactionId())
	if err != nil {
		return nil, status.FromContextError(err).Err()
	}
	return &gatewaypb.CommitStatusResponse{Result: found.code, BlockNumber: found.block}, nil
}

// Evaluate runs the chaincode and forgets what it would write.
func (p *fakePeer) Evaluate(ctx context.Context, request *gatewaypb.EvaluateRequest) (*gatewaypb.EvaluateResponse, error) {
	mood, err := p.mood(ctx)
	if err != nil {
		return nil, err
	}
	asked, err := unpackProposal(request.GetProposedTransaction())
	if err != nil {
		return nil, p.detailed(codes.FailedPrecondition, "evaluate call to endorser returned error: "+err.Error(), err.Error())
	}
	if mood.endorse != nil {
		if err := mood.endorse(string(asked.args[0])); err != nil {
			return nil, err
		}
	}
	response, _ := p.chain.run(string(asked.args[0]), string(asked.args[1]))
	if response.GetStatus() >= errorStatus {
		message := fmt.Sprintf("chaincode response %d, %s", response.GetStatus(), response.GetMessage())
		return nil, p.detailed(codes.Unknown, "evaluate call to endorser returned error: "+message, message)
	}
	return &gatewaypb.EvaluateResponse{Result: response}, nil
}

// network is a client of PoliceMSP with three fake peers on one chain.
type fakeNetwork struct {
	chain              *fakeChain
	authority          *authority
	own, second, third *fakePeer
	profile            Profile
	client             *Client
}

// quick are options whose limits a busy machine does not reach when all is well. Tests in which one must run out are parallel.
var quick = Options{Commit: 3 * time.Second, Hedge: 200 * time.Millisecond, Submit: 5 * time.Second, Endorse: 5 * time.Second, Evaluate: 6 * time.Second}

func newFakeNetwork(t testing.TB, options Options) *fakeNetwork {
	a := newAuthority(t)
	n := &fakeNetwork{chain: newFakeChain(), authority: a}
	endorsers := map[string]holder{}
	for _, organisation := range []string{"PoliceMSP", "ServiceMSP", "NotaryMSP"} {
		endorsers[organisation] = a.issue("peer."+organisation, time.Now().Add(time.Hour))
	}
	n.own = startFakePeer(t, a, n.chain, "PoliceMSP", endorsers)
	n.second = startFakePeer(t, a, n.chain, "ServiceMSP", endorsers)
	n.third = startFakePeer(t, a, n.chain, "NotaryMSP", endorsers)
	profile, err := LoadProfile(a.writeProfile(n.own, n.second, n.third))
	if err != nil {
		t.Fatal(err)
	}
	n.profile = profile
	if n.client, err = Dial(t.Context(), profile, options); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { n.client.Close() })
	return n
}
