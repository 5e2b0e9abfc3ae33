package network

import (
	"strings"
	"testing"
)

func TestTopologies(t *testing.T) {
	for _, name := range Topologies() {
		topology, err := ParseTopology(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := topology.Validate(); err != nil || topology.Name != name {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := ParseTopology("bft7"); err == nil || !strings.Contains(err.Error(), "bft4") {
		t.Errorf("an unknown topology must be refused with the known ones, got %v", err)
	}
}

func TestValidateRefuses(t *testing.T) {
	change := func(f func(*Topology)) Topology { x := BFT4(); f(&x); return x }
	for name, topology := range map[string]Topology{
		"no organisation":   {Name: "x", Consensus: BFT},
		"three BFT":         change(func(x *Topology) { x.Organisations = x.Organisations[:3] }),
		"twice":             change(func(x *Topology) { x.Organisations[1] = x.Organisations[0] }),
		"path in a name":    change(func(x *Topology) { x.Organisations[1].Name = "../x" }),
		"YAML in a name":    change(func(x *Topology) { x.Organisations[1].MSPID = "A: MSP" }),
		"unknown consensus": change(func(x *Topology) { x.Consensus = "solo" }),
	} {
		if topology.Validate() == nil {
			t.Errorf("%s is accepted", name)
		}
	}
}

// No two nodes share a port, whatever the topology, and every port is reserved.
func TestPortsAreDistinct(t *testing.T) {
	for _, name := range Topologies() {
		topology, _ := ParseTopology(name)
		want := 0
		for _, node := range nodes(topology, 7000, true) {
			want += len(node.ports())
		}
		ports := portsOf(topology, 7000, true)
		if len(ports) != want {
			t.Errorf("%s: %d ports for %d uses", name, len(ports), want)
		}
		for port := range ports {
			if port < 7000 || port >= 7000+baseStep {
				t.Errorf("%s: port %d lies outside the block", name, port)
			}
		}
	}
}

func TestRaft1HasOneOrderer(t *testing.T) {
	kinds := map[Kind]int{}
	for _, node := range nodes(Raft1(), 7000, false) {
		kinds[node.Kind]++
	}
	if kinds[Orderer] != 1 || kinds[Peer] != 4 || kinds[Gateway] != 0 {
		t.Errorf("got %v", kinds)
	}
}
