package network

import (
	"context"
	"crypto/sha256"
	"errors"

	"github.com/hyperledger/fabric-protos-go-apiv2/discovery"
	"github.com/hyperledger/fabric-protos-go-apiv2/msp"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"
)

// endorsable asks a peer's discovery service whether it knows enough peers that run the chaincode to satisfy the
// endorsement policy. That, not an open port, is when the first write can succeed.
func (a *admin) endorsable(ctx context.Context, conn *grpc.ClientConn) error {
	id, err := proto.Marshal(&msp.SerializedIdentity{Mspid: a.MspID(), IdBytes: a.Credentials()})
	if err != nil {
		return err
	}
	hash := sha256.Sum256(a.certificate.Certificate[0])
	interest := &peer.ChaincodeInterest{Chaincodes: []*peer.ChaincodeCall{{Name: ChaincodeName}}}
	payload, err := proto.Marshal(&discovery.Request{
		Authentication: &discovery.AuthInfo{ClientIdentity: id, ClientTlsCertHash: hash[:]},
		Queries: []*discovery.Query{{Channel: ChannelName, Query: &discovery.Query_CcQuery{
			CcQuery: &discovery.ChaincodeQuery{Interests: []*peer.ChaincodeInterest{interest}},
		}}},
	})
	if err != nil {
		return err
	}
	signature, err := a.Sign(payload)
	if err != nil {
		return err
	}
	response, err := discovery.NewDiscoveryClient(conn).Discover(ctx, &discovery.SignedRequest{Payload: payload, Signature: signature})
	if err != nil {
		return err
	}
	for _, result := range response.GetResults() {
		if problem := result.GetError(); problem != nil {
			return errors.New(problem.GetContent())
		}
		for _, content := range result.GetCcQueryRes().GetContent() {
			if len(content.GetLayouts()) > 0 {
				return nil
			}
		}
	}
	return errors.New("the peer knows no set of endorsers yet")
}

// awaitEndorsable waits until every peer can find endorsers.
func (n *Network) awaitEndorsable(ctx context.Context) error {
	return n.eachPeer(ctx, func(ctx context.Context, a *admin, conn *grpc.ClientConn) error {
		return retry(ctx, func() error { return a.endorsable(ctx, conn) })
	})
}
