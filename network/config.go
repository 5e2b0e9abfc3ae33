package network

import (
	"bytes"
	"embed"
	"encoding/json"
	"strconv"
	"text/template"

	"github.com/imi-ledger/imi/network/builder"
)

//go:embed templates/*
var templateFiles embed.FS

var templates = template.Must(template.New("").Option("missingkey=error").ParseFS(templateFiles, "templates/*"))

func render(name string, data any) ([]byte, error) {
	var out bytes.Buffer
	err := templates.ExecuteTemplate(&out, name, data)
	return out.Bytes(), err
}

// places says how nodes name one another, which is all that differs between the runtimes.
type places struct {
	runtime Runtime
}

// host is the name other nodes reach n by.
func (p places) host(n Node) string {
	if p.runtime == Docker {
		return n.Host
	}
	return "127.0.0.1"
}

func (p places) address(n Node) string { return p.host(n) + ":" + strconv.Itoa(n.Port) }

// listen is where a node listens: in a container on all of its interfaces, of which only 127.0.0.1 is published.
func (p places) listen() string {
	if p.runtime == Docker {
		return "0.0.0.0"
	}
	return "127.0.0.1"
}

// builder is the external builder's folder as seen from a peer's working directory.
func (p places) builder() string {
	if p.runtime == Docker {
		return "/builder"
	}
	return "../../builder"
}

// writeNodeConfig writes what a node reads when it starts.
func writeNodeConfig(l layout, p places, n Node, all []Node) error {
	data := map[string]any{
		"Node": n, "Listen": p.listen(), "Address": p.address(n), "Builder": p.builder(),
		"ChaincodePort": n.chaincodePort(),
	}
	switch n.Kind {
	case Orderer:
		text, err := render("orderer.yaml", data)
		if err != nil {
			return err
		}
		return writePublic(l.node(n.Name, "orderer.yaml"), text)
	case Peer:
		text, err := render("core.yaml", data)
		if err != nil {
			return err
		}
		if err := writePublic(l.node(n.Name, "core.yaml"), text); err != nil {
			return err
		}
		return writeConnection(l, p, n, all)
	}
	return nil
}

// writeConnection tells the external builder where this organisation's chaincode server is and how to prove to it
// that it is this peer which calls. The package is the same for everybody; this file is not part of it.
func writeConnection(l layout, p places, peer Node, all []Node) error {
	for _, n := range all {
		if n.Kind == Chaincode && n.Organisation == peer.Organisation {
			return writeConnectionTo(l, peer, all, p.address(n))
		}
	}
	return nil
}

// writeConnectionTo is writeConnection for a server that has the same certificate and listens somewhere else.
func writeConnectionTo(l layout, peer Node, all []Node, address string) error {
	for _, n := range all {
		if n.Kind != Chaincode || n.Organisation != peer.Organisation {
			continue
		}
		text, err := json.MarshalIndent(builder.Connection{
			Address: address, Domain: n.Host,
			RootCertificate: "tls/ca.crt", ClientCertificate: "tls/server.crt", ClientKey: "tls/server.key",
		}, "", "  ")
		if err != nil {
			return err
		}
		return writePublic(l.node(peer.Name, "chaincode.json"), append(text, '\n'))
	}
	return nil
}

// configtx renders what configtxgen makes the genesis block from.
func configtx(p places, t Topology, all []Node) ([]byte, error) {
	type place struct {
		ID                int
		Host, MSPID, Node string
		Port              int
	}
	type member struct {
		MSPID         string
		Orderer, Peer *place
	}
	var members []*member
	var orderers []*place
	for _, o := range t.Organisations {
		m := &member{MSPID: o.MSPID}
		members = append(members, m)
		for _, n := range all {
			if n.Organisation != o.MSPID {
				continue
			}
			at := &place{Host: p.host(n), Port: n.Port, MSPID: o.MSPID, Node: n.Name}
			switch n.Kind {
			case Orderer:
				m.Orderer = at
				orderers = append(orderers, at)
				at.ID = len(orderers)
			case Peer:
				m.Peer = at
			}
		}
	}
	return render("configtx.yaml", map[string]any{"Organisations": members, "Orderers": orderers, "Consensus": string(t.Consensus)})
}
