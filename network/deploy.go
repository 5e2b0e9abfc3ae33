package network

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/hyperledger/fabric-admin-sdk/pkg/chaincode"
	"github.com/hyperledger/fabric-admin-sdk/pkg/channel"
	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"golang.org/x/sync/errgroup"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"
)

// each runs do for every node of a kind at once, with that organisation's administrator; errors name the node.
func (n *Network) each(ctx context.Context, kind Kind, do func(context.Context, *admin, Node) error) error {
	group, ctx := errgroup.WithContext(ctx)
	for _, node := range n.ofKind(kind) {
		group.Go(func() error {
			a, err := n.admin(node.Organisation)
			if err == nil {
				err = do(ctx, a, node)
			}
			return onNode(node.Name, err)
		})
	}
	return group.Wait()
}

// eachServingPeer is eachPeer for peers that may still be starting.
func (n *Network) eachServingPeer(ctx context.Context, do func(context.Context, *admin, *grpc.ClientConn) error) error {
	return n.each(ctx, Peer, func(ctx context.Context, a *admin, node Node) error {
		if err := n.awaitNode(ctx, node); err != nil {
			return err
		}
		return n.connected(ctx, a, node, do)
	})
}

// eachPeer is each for peers, with a connection.
func (n *Network) eachPeer(ctx context.Context, do func(context.Context, *admin, *grpc.ClientConn) error) error {
	return n.each(ctx, Peer, func(ctx context.Context, a *admin, node Node) error { return n.connected(ctx, a, node, do) })
}

func (n *Network) connected(ctx context.Context, a *admin, node Node, do func(context.Context, *admin, *grpc.ClientConn) error) error {
	conn, err := a.dial(node)
	if err != nil {
		return err
	}
	defer conn.Close()
	return do(ctx, a, conn)
}

func (n *Network) genesisBlock() (*common.Block, error) {
	text, err := os.ReadFile(n.layout.genesis())
	if err != nil {
		return nil, err
	}
	block := &common.Block{}
	return block, proto.Unmarshal(text, block)
}

// joinOrderers joins those that have not joined yet, once they serve. All of them must before the first one joins: a BFT
// leader that finds no followers waits for a whole heartbeat timeout.
func (n *Network) joinOrderers(ctx context.Context) error {
	block, err := os.ReadFile(n.layout.genesis())
	if err != nil {
		return err
	}
	if err := n.awaitServing(ctx, n.ofKind(Orderer)); err != nil {
		return err
	}
	return n.each(ctx, Orderer, func(ctx context.Context, a *admin, node Node) error {
		if answer, err := a.ordererStatus(ctx, node); err != nil || answer.Joined {
			return err
		}
		return a.joinOrderer(ctx, node, block)
	})
}

// joinOrderer posts the block to the channel participation API. (fabric-admin-sdk's call takes no context, so that it
// could hang.)
func (a *admin) joinOrderer(ctx context.Context, node Node, block []byte) error {
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, err := form.CreateFormFile("config-block", "config.block")
	if err != nil {
		return err
	}
	if _, err := part.Write(block); err != nil {
		return err
	}
	if err := form.Close(); err != nil {
		return err
	}
	url := "https://" + node.adminAddress() + "/participation/v1/channels"
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, url, &body)
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", form.FormDataContentType())
	response, err := a.ordererClient(node).Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusCreated {
		text, _ := io.ReadAll(io.LimitReader(response.Body, 4096))
		return fmt.Errorf("join refused (%s): %s", response.Status, text)
	}
	return nil
}

// joinPeers joins each peer as soon as it serves. The block is all a peer needs; it finds the orderers when they have joined.
func (n *Network) joinPeers(ctx context.Context) error {
	block, err := n.genesisBlock()
	if err != nil {
		return err
	}
	return n.eachServingPeer(ctx, func(ctx context.Context, a *admin, conn *grpc.ClientConn) error {
		channels, err := channel.ListChannelOnPeer(ctx, conn, a)
		if err != nil {
			return err
		}
		for _, c := range channels {
			if c.GetChannelId() == ChannelName {
				return nil
			}
		}
		return channel.JoinChannel(ctx, conn, a, block)
	})
}

func (n *Network) definition() *chaincode.Definition {
	return &chaincode.Definition{
		ChannelName: ChannelName, Name: ChaincodeName, Version: chaincodeVersion, Sequence: 1, PackageID: n.state.PackageID,
	} // no policy of its own: the channel's, MAJORITY Endorsement
}

// install puts the package on every peer; the peer then calls the external builder and finds its chaincode server.
func (n *Network) install(ctx context.Context) error {
	content, err := os.ReadFile(n.layout.packageFile())
	if err != nil {
		return err
	}
	return n.installPackage(ctx, content, n.state.PackageID)
}

func (n *Network) installPackage(ctx context.Context, content []byte, id string) error {
	return n.eachServingPeer(ctx, func(ctx context.Context, a *admin, conn *grpc.ClientConn) error {
		result, err := chaincode.NewPeer(conn, a).Install(ctx, bytes.NewReader(content))
		if err != nil && strings.Contains(err.Error(), "already successfully installed") {
			return nil
		}
		if err == nil && result.GetPackageId() != id {
			return fmt.Errorf("the peer calls the package %s, expected %s", result.GetPackageId(), id)
		}
		return err
	})
}

// approve approves a definition for every organisation. Repeating it is harmless, and needed: a busy BFT ordering
// service may answer "request already processed" and so make an error of a transaction that it did order.
func (n *Network) approve(ctx context.Context, definition *chaincode.Definition) error {
	return n.eachPeer(ctx, func(ctx context.Context, a *admin, conn *grpc.ClientConn) error {
		gateway := chaincode.NewGateway(conn, a)
		return retry(ctx, func() error {
			err := gateway.Approve(ctx, definition)
			if err != nil && alreadyApproved(err.Error()) {
				return nil
			}
			return err
		})
	})
}

// alreadyApproved tells whether a peer refused an approval because the organisation gave the same before. Fabric words it
// differently before the definition is committed and afterwards; of other content it says "with different parameters".
func alreadyApproved(refusal string) bool {
	return strings.Contains(refusal, "unchanged content") ||
		strings.Contains(refusal, "attempted to redefine the current committed sequence") && !strings.Contains(refusal, "different parameters")
}

// commit commits once, for all: it needs peers of a majority that already know of the approvals and of one another,
// so that the first attempts on a fresh channel may come too early.
func (n *Network) commit(ctx context.Context, definition *chaincode.Definition) error {
	node := n.ofKind(Peer)[0]
	a, err := n.admin(node.Organisation)
	if err != nil {
		return err
	}
	conn, err := a.dial(node)
	if err != nil {
		return err
	}
	defer conn.Close()
	gateway := chaincode.NewGateway(conn, a)
	return onNode(node.Name, retry(ctx, func() error {
		if _, err := gateway.QueryCommittedWithName(ctx, ChannelName, definition.Name); err == nil {
			return nil
		}
		return gateway.Commit(ctx, definition)
	}))
}

// retry repeats until it succeeds or the time is up, and then tells what went wrong last.
func retry(ctx context.Context, do func() error) error {
	var last error
	for {
		err := do()
		if err == nil {
			return nil
		}
		if !errors.Is(err, context.DeadlineExceeded) || last == nil {
			last = err
		}
		select {
		case <-ctx.Done():
			return last
		case <-time.After(100 * time.Millisecond):
		}
	}
}
