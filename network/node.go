package network

import (
	"maps"
	"net"
	"strconv"
)

// Kind is what a node does.
type Kind string

// The four programs every organisation runs.
const (
	Orderer   Kind = "orderer"
	Peer      Kind = "peer"
	Chaincode Kind = "chaincode"
	Gateway   Kind = "gateway"
)

// domain ends every host name. RFC 2606 keeps .test free of real hosts.
const domain = "imi.test"

// Ports of one organisation, counted from its own first port.
const (
	portOrderer = iota
	portOrdererAdmin
	portPeer
	portPeerChaincode
	portChaincode
	portGateway
	portsPerOrganisation = 10
	maxOrganisations     = 10
)

// Node is one running program of one organisation.
type Node struct {
	Name         string `json:"name"` // "peer.police": also the names of its folder and log
	Kind         Kind   `json:"kind"`
	Organisation string `json:"organisation"` // MSPID
	Host         string `json:"host"`         // "peer.police.imi.test": in its certificate, and its name inside Docker
	Port         int    `json:"port"`
	AdminPort    int    `json:"adminPort,omitempty"` // channel participation, orderers only
}

// Address is where this machine reaches the node, whatever the runtime.
func (n Node) Address() string { return loopback(n.Port) }

func (n Node) adminAddress() string { return loopback(n.AdminPort) }

// published lists the ports that programs outside a container reach the node at.
func (n Node) published() []int {
	if n.Kind == Orderer {
		return []int{n.Port, n.AdminPort}
	}
	return []int{n.Port}
}

// ports lists every port the node listens on, with what it is for.
func (n Node) ports() map[int]string {
	out := map[int]string{n.Port: n.Name}
	switch n.Kind {
	case Orderer:
		out[n.AdminPort] = n.Name + " (admin)"
	case Peer:
		out[n.chaincodePort()] = n.Name + " (chaincode)"
	}
	return out
}

// chaincodePort is where a peer would listen for chaincode that dials in; ours never does, but the peer insists.
func (n Node) chaincodePort() int { return n.Port + portPeerChaincode - portPeer }

func loopback(port int) string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(port)) }

func hostOf(kind Kind, o Organisation) string { return string(kind) + "." + o.Name + "." + domain }

// nodes lists every node of a topology in the order they are started; gateways come last, they need the others.
func nodes(t Topology, base int, withGateways bool) []Node {
	kinds := []Kind{Orderer, Peer, Chaincode, Gateway}
	offset := map[Kind]int{Orderer: portOrderer, Peer: portPeer, Chaincode: portChaincode, Gateway: portGateway}
	var out []Node
	for _, kind := range kinds {
		for i, o := range t.Organisations {
			if kind == Orderer && !o.Orderer || kind == Gateway && !withGateways {
				continue
			}
			first := base + i*portsPerOrganisation
			n := Node{Name: string(kind) + "." + o.Name, Kind: kind, Organisation: o.MSPID, Host: hostOf(kind, o), Port: first + offset[kind]}
			if kind == Orderer {
				n.AdminPort = first + portOrdererAdmin
			}
			out = append(out, n)
		}
	}
	return out
}

// portsOf lists every port a topology occupies, with what it is for.
func portsOf(t Topology, base int, withGateways bool) map[int]string {
	out := map[int]string{}
	for _, n := range nodes(t, base, withGateways) {
		maps.Copy(out, n.ports())
	}
	return out
}
