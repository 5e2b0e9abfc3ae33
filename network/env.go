package network

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Variable is one environment variable.
type Variable struct{ Name, Value string }

// Variables lists what Fabric's own peer program needs to talk to this channel as an organisation's administrator.
func (n *Network) Variables(organisation string) ([]Variable, error) {
	o, err := n.state.Topology.Find(organisation)
	if err != nil {
		return nil, err
	}
	fabric, err := FabricDir()
	if err != nil {
		return nil, err
	}
	file := func(parts ...string) string { return n.layout.organisation(o.MSPID, parts...) }
	out := []Variable{
		{"PATH", fabric + string(os.PathListSeparator) + os.Getenv("PATH")},
		{"FABRIC_CFG_PATH", file(peerProgramFolder)},
		{"FABRIC_LOGGING_SPEC", "warn:grpc=error"},
		{"CORE_PEER_LOCALMSPID", o.MSPID},
		{"CORE_PEER_MSPCONFIGPATH", file(peerProgramFolder, "msp")},
		{"CORE_PEER_TLS_ENABLED", "true"},
		{"CORE_PEER_TLS_ROOTCERT_FILE", file(tlsRootFile(o))},
		{"CORE_PEER_TLS_CLIENTAUTHREQUIRED", "true"},
		{"CORE_PEER_TLS_CLIENTCERT_FILE", file("admin-tls.crt")},
		{"CORE_PEER_TLS_CLIENTKEY_FILE", file("admin-tls.key")},
	}
	for _, node := range n.ofKind(Peer) {
		if node.Organisation == o.MSPID {
			out = append(out, Variable{"CORE_PEER_ADDRESS", node.Address()})
		}
	}
	return append(out, n.ordererVariables()...), nil
}

// ordererVariables serve `peer channel fetch -o $ORDERER_ADDRESS --tls --cafile $ORDERER_CA --clientauth …`.
func (n *Network) ordererVariables() []Variable {
	first := n.ofKind(Orderer)[0]
	o, err := n.state.Topology.Find(first.Organisation)
	if err != nil {
		return nil
	}
	return []Variable{
		{"ORDERER_ADDRESS", first.Address()},
		{"ORDERER_CA", n.layout.organisation(o.MSPID, tlsRootFile(o))},
	}
}

// Env is Variables as lines for a shell: eval "$(imi network env PoliceMSP)".
func (n *Network) Env(organisation string) (string, error) {
	variables, err := n.Variables(organisation)
	if err != nil {
		return "", err
	}
	var out strings.Builder
	for _, v := range variables {
		value := shellQuote(v.Value)
		if v.Name == "PATH" { // the shell's own PATH when the line is run, not ours now
			value = shellQuote(filepath.SplitList(v.Value)[0]) + `:"$PATH"`
		}
		fmt.Fprintf(&out, "export %s=%s\n", v.Name, value)
	}
	return out.String(), nil
}
