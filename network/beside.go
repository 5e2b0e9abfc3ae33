package network

import (
	"context"
	"errors"

	"github.com/hyperledger/fabric-admin-sdk/pkg/chaincode"
)

// Server is where an organisation serves a chaincode, and what it needs for that.
type Server struct {
	Organisation string   // MSPID
	Folder       string   // to work in: the arguments name files of it
	Args         []string // as imi-chaincode takes them
}

// DeployBeside deploys another chaincode beside the product's, under the same policy, for comparisons with it. Its
// servers are the caller's to start, one per organisation, by the returned arguments, before it is called; addresses has
// where each listens. Only native networks have room for it. Reset removes it with the network, but ends none of its servers.
func (n *Network) DeployBeside(ctx context.Context, name string, addresses map[string]string) ([]Server, error) {
	if n.state.Runtime != Native || name == ChaincodeName {
		return nil, errors.New("only a native network takes another chaincode, under another name")
	}
	content, id, err := chaincodePackage(name)
	if err != nil {
		return nil, err
	}
	err = n.locked(ctx, func() error {
		if err := n.installAt(ctx, content, id, addresses); err != nil {
			return err
		}
		definition := &chaincode.Definition{ChannelName: ChannelName, Name: name, Version: chaincodeVersion, Sequence: 1, PackageID: id}
		if err := n.approve(ctx, definition); err != nil {
			return err
		}
		return n.commit(ctx, definition)
	})
	if err != nil {
		return nil, err
	}
	var servers []Server
	for _, node := range n.ofKind(Chaincode) {
		servers = append(servers, Server{node.Organisation, n.layout.node(node.Name), chaincodeArgs(addresses[node.Organisation], id)})
	}
	return servers, nil
}

// installAt installs a package while the description of each peer's chaincode server is another one: the external builder
// reads it at that moment only.
func (n *Network) installAt(ctx context.Context, content []byte, id string, addresses map[string]string) (err error) {
	all := n.Nodes()
	defer func() {
		for _, peer := range n.ofKind(Peer) {
			err = errors.Join(err, writeConnection(n.layout, n.places(), peer, all))
		}
	}()
	for _, peer := range n.ofKind(Peer) {
		if err := writeConnectionTo(n.layout, peer, all, addresses[peer.Organisation]); err != nil {
			return err
		}
	}
	return n.installPackage(ctx, content, id)
}
