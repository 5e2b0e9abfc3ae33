package network

import (
	"encoding/json"
	"path/filepath"
)

// profile is how a client of this product finds its organisation's peer: the file format of package fabric.
type profile struct {
	Organisation string        `json:"organisation"`
	Channel      string        `json:"channel"`
	Chaincode    string        `json:"chaincode"`
	Certificate  string        `json:"certificate"`
	Key          string        `json:"key"`
	Peers        []profilePeer `json:"peers"`
}

type profilePeer struct {
	Organisation   string `json:"organisation"`
	Address        string `json:"address"`
	ServerName     string `json:"serverName"`
	TLSRoot        string `json:"tlsRoot"`
	TLSCertificate string `json:"tlsCertificate"`
	TLSKey         string `json:"tlsKey"`
}

// profileFor describes the channel as seen by one identity of one organisation, its own peer first.
func (n *Network) profileFor(own Organisation, identity string, address func(Node) string) profile {
	p := profile{Organisation: own.MSPID, Channel: ChannelName, Chaincode: ChaincodeName,
		Certificate: identity + ".crt", Key: identity + ".key"}
	for _, node := range n.ofKind(Peer) {
		o, err := n.state.Topology.Find(node.Organisation)
		if err != nil {
			continue
		}
		peer := profilePeer{Organisation: node.Organisation, Address: address(node), ServerName: node.Host,
			TLSRoot: tlsRootFile(o), TLSCertificate: identity + "-tls.crt", TLSKey: identity + "-tls.key"}
		if node.Organisation == own.MSPID {
			p.Peers = append([]profilePeer{peer}, p.Peers...)
		} else {
			p.Peers = append(p.Peers, peer)
		}
	}
	return p
}

// ConnectionProfilePath is where the standard Fabric connection profile of an organisation was written.
func (n *Network) ConnectionProfilePath(organisation string) (string, error) {
	return n.organisationFile(organisation, connectionFile)
}

// writeProfiles writes, for every organisation, one profile for its people (the administrator's identity), one for
// programs on this machine (the gateway's identity), and one for the gateway itself with the addresses it sees.
func (n *Network) writeProfiles() error {
	for _, o := range n.state.Topology.Organisations {
		files := map[string]profile{
			n.layout.organisation(o.MSPID, profileFile):        n.profileFor(o, "admin", Node.Address),
			n.layout.organisation(o.MSPID, gatewayProfileFile): n.profileFor(o, "gateway", Node.Address),
		}
		if n.state.Programs.gateways() {
			files[n.layout.node(string(Gateway)+"."+o.Name, profileFile)] = n.profileFor(o, "gateway", n.places().address)
		}
		for path, p := range files {
			text, err := json.MarshalIndent(p, "", "  ")
			if err != nil {
				return err
			}
			if err := writePublic(path, append(text, '\n')); err != nil {
				return err
			}
		}
		connection, err := n.ConnectionProfile(o.MSPID)
		if err != nil {
			return err
		}
		if err := writePublic(n.layout.organisation(o.MSPID, connectionFile), append(connection, '\n')); err != nil {
			return err
		}
		core, err := render("client.yaml", nil)
		if err != nil {
			return err
		}
		if err := writePublic(filepath.Join(n.layout.organisation(o.MSPID, peerProgramFolder), "core.yaml"), core); err != nil {
			return err
		}
	}
	return nil
}

// ProfilePath is the profile of an organisation's administrator, for use from this machine.
func (n *Network) ProfilePath(organisation string) (string, error) {
	return n.organisationFile(organisation, profileFile)
}

// GatewayProfilePath is the profile of an organisation's gateway identity, for use from this machine.
func (n *Network) GatewayProfilePath(organisation string) (string, error) {
	return n.organisationFile(organisation, gatewayProfileFile)
}

// OrganisationDir is the folder of an organisation's people: profile, identities, and whatever they keep there.
func (n *Network) OrganisationDir(organisation string) (string, error) {
	return n.organisationFile(organisation, "")
}

func (n *Network) organisationFile(organisation, name string) (string, error) {
	o, err := n.state.Topology.Find(organisation)
	if err != nil {
		return "", err
	}
	return n.layout.organisation(o.MSPID, name), nil
}
