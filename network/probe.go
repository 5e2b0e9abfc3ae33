package network

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/hyperledger/fabric-admin-sdk/pkg/channel"
	"github.com/hyperledger/fabric-admin-sdk/pkg/identity"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
)

// admin acts for one organisation's administrator: it signs as that identity and opens mutual TLS as its client.
type admin struct {
	identity.SigningIdentity
	certificate tls.Certificate
	roots       *x509.CertPool
}

func (n *Network) admin(mspid string) (*admin, error) {
	o, err := n.state.Topology.Find(mspid)
	if err != nil {
		return nil, err
	}
	cert, err := identity.ReadCertificate(n.layout.organisation(mspid, "admin.crt"))
	if err != nil {
		return nil, err
	}
	key, err := identity.ReadPrivateKey(n.layout.organisation(mspid, "admin.key"))
	if err != nil {
		return nil, err
	}
	signer, err := identity.NewPrivateKeySigningIdentity(mspid, cert, key)
	if err != nil {
		return nil, err
	}
	client, err := tls.LoadX509KeyPair(n.layout.organisation(mspid, "admin-tls.crt"), n.layout.organisation(mspid, "admin-tls.key"))
	if err != nil {
		return nil, err
	}
	root, err := os.ReadFile(n.layout.organisation(mspid, tlsRootFile(o)))
	if err != nil {
		return nil, err
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(root)
	return &admin{SigningIdentity: signer, certificate: client, roots: roots}, nil
}

// config is for TLS to a node of the admin's own organisation.
func (a *admin) config(node Node) *tls.Config {
	return &tls.Config{MinVersion: tls.VersionTLS12, ServerName: node.Host, RootCAs: a.roots, Certificates: []tls.Certificate{a.certificate}}
}

const largestMessage = 100 << 20

func (a *admin) dial(node Node) (*grpc.ClientConn, error) {
	return grpc.NewClient("passthrough:///"+node.Address(),
		grpc.WithTransportCredentials(credentials.NewTLS(a.config(node))),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(largestMessage), grpc.MaxCallSendMsgSize(largestMessage)))
}

// probe is how a node answered.
type probe struct {
	Height uint64 // of the ledger: peers and orderers that joined
	Joined bool
	Forks  []Fork // gateways
}

// probe asks a node for a sign of life of its own kind; an error means it does not serve.
func (n *Network) probe(ctx context.Context, node Node) (probe, error) {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	if node.Kind == Gateway {
		ready := gatewayReady(ctx, node)
		forks, err := gatewayForks(ctx, node)
		return probe{Forks: forks}, cmp.Or(ready, err)
	}
	a, err := n.admin(node.Organisation)
	if err != nil {
		return probe{}, err
	}
	switch node.Kind {
	case Orderer:
		return a.ordererStatus(ctx, node)
	case Peer:
		return a.peerStatus(ctx, node)
	}
	return probe{}, a.handshake(ctx, node)
}

// handshake completes mutual TLS: for a chaincode server, which answers nobody but its peer, that is all there is.
func (a *admin) handshake(ctx context.Context, node Node) error {
	conn, err := (&tls.Dialer{Config: a.config(node)}).DialContext(ctx, "tcp", node.Address())
	if err != nil {
		return err
	}
	return conn.Close()
}

func (a *admin) peerStatus(ctx context.Context, node Node) (probe, error) {
	conn, err := a.dial(node)
	if err != nil {
		return probe{}, err
	}
	defer conn.Close()
	channels, err := channel.ListChannelOnPeer(ctx, conn, a)
	if err != nil {
		return probe{}, err
	}
	for _, c := range channels {
		if c.GetChannelId() == ChannelName {
			info, err := channel.GetBlockChainInfo(ctx, conn, a, ChannelName)
			if err != nil {
				return probe{}, err
			}
			return probe{Height: info.GetHeight(), Joined: true}, nil
		}
	}
	return probe{}, nil
}

// ordererClient speaks to an orderer's admin port.
func (a *admin) ordererClient(node Node) *http.Client {
	return &http.Client{Transport: &http.Transport{TLSClientConfig: a.config(node), DisableKeepAlives: true}}
}

func (a *admin) ordererStatus(ctx context.Context, node Node) (probe, error) {
	if err := listening(ctx, node.Address()); err != nil {
		return probe{}, err
	}
	url := "https://" + node.adminAddress() + "/participation/v1/channels/" + ChannelName
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return probe{}, err
	}
	response, err := a.ordererClient(node).Do(request)
	if err != nil {
		return probe{}, err
	}
	defer response.Body.Close()
	if response.StatusCode == http.StatusNotFound {
		return probe{}, nil
	}
	var info struct {
		Status string `json:"status"`
		Height uint64 `json:"height"`
	}
	if err := json.NewDecoder(io.LimitReader(response.Body, 1<<20)).Decode(&info); err != nil {
		return probe{}, err
	}
	if info.Status != "active" {
		return probe{Height: info.Height, Joined: true}, fmt.Errorf("the orderer is %q on the channel", info.Status)
	}
	return probe{Height: info.Height, Joined: true}, nil
}

// askGateway asks a gateway, whose answer the caller closes.
func askGateway(ctx context.Context, node Node, path string) (*http.Response, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+node.Address()+path, nil)
	if err != nil {
		return nil, err
	}
	return http.DefaultClient.Do(request)
}

func gatewayReady(ctx context.Context, node Node) error {
	response, err := askGateway(ctx, node, "/readyz")
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		text, _ := io.ReadAll(io.LimitReader(response.Body, 256))
		return fmt.Errorf("not ready (%s): %s", response.Status, text)
	}
	return nil
}

// mostForks bounds the answer that lists forks, in bytes; a gateway keeps a thousand of them at most.
const mostForks = 64 << 20

// gatewayForks asks which forks a gateway keeps the proof of. One that is not ready has them all the same.
func gatewayForks(ctx context.Context, node Node) ([]Fork, error) {
	response, err := askGateway(ctx, node, "/v1/forks")
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	var kept struct {
		Forks []Fork `json:"forks"`
	}
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("it does not say whether it found forks (%s)", response.Status)
	}
	if err := json.NewDecoder(io.LimitReader(response.Body, mostForks)).Decode(&kept); err != nil {
		return nil, fmt.Errorf("it does not say whether it found forks: %w", err)
	}
	return kept.Forks, nil
}

func listening(ctx context.Context, address string) error {
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", address)
	if err != nil {
		return err
	}
	return conn.Close()
}

// errEnded says that a node ended while something was waiting for it.
var errEnded = errors.New("the program ended")

// await repeats a check until it passes, the node dies or the time is up; then it returns the last answer.
func (n *Network) await(ctx context.Context, node Node, check func(context.Context) error) error {
	for {
		err := check(ctx)
		if err == nil {
			return nil
		}
		pause := 20 * time.Millisecond
		if n.starting.Load() {
			pause = 50 * time.Millisecond
		} else if pids, unknown := n.runtime().running(ctx, []Node{node}); unknown == nil && pids[node.Name] == 0 {
			return onNode(node.Name, errEnded)
		}
		select {
		case <-ctx.Done():
			return onNode(node.Name, fmt.Errorf("%w (last answer: %w)", ctx.Err(), err))
		case <-time.After(pause):
		}
	}
}
