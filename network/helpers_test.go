package network

import (
	"net"
	"testing"
)

// listenOn takes a port; 0 takes any.
func listenOn(t *testing.T, port int) (int, net.Listener) {
	t.Helper()
	l, err := net.Listen("tcp4", loopback(port))
	if err != nil {
		t.Fatal(err)
	}
	return l.Addr().(*net.TCPAddr).Port, l
}

// prepared writes everything of a network that needs none of Fabric's programs.
func prepared(t *testing.T, runtime Runtime) *Network {
	t.Helper()
	n := &Network{layout: layout{t.TempDir()}, state: &state{Version: StateVersion, Fabric: FabricVersion, Topology: BFT4(),
		Runtime: runtime, BasePort: 20000, Prepared: true, Programs: Programs{Chaincode: "/c", Gateway: "/g", Builder: "/b"}}}
	all := n.Nodes()
	if err := writeMaterial(n.layout, n.state.Topology, all); err != nil {
		t.Fatal(err)
	}
	for _, node := range all {
		if err := writeNodeConfig(n.layout, n.places(), node, all); err != nil {
			t.Fatal(err)
		}
	}
	if err := n.writeProfiles(); err != nil {
		t.Fatal(err)
	}
	if err := n.state.write(n.layout); err != nil {
		t.Fatal(err)
	}
	return n
}
