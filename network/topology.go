package network

import (
	"fmt"
	"regexp"
	"strings"
)

// Consensus names how the orderers agree, in the words of configtx.yaml.
type Consensus string

// The two kinds of ordering service Fabric 3 has.
const (
	BFT  Consensus = "BFT"      // SmartBFT: survives one malicious orderer of four
	Raft Consensus = "etcdraft" // survives crashes only; cheaper
)

// Organisation is one member of the channel. Each has a peer, a chaincode server and a gateway.
type Organisation struct {
	MSPID   string `json:"mspid"`   // "PoliceMSP": the name on the ledger
	Name    string `json:"name"`    // "police": the name of its nodes
	Orderer bool   `json:"orderer"` // whether it operates an orderer as well
}

// Topology says who takes part and how blocks are ordered. It is a plain value: write another one for another network.
type Topology struct {
	Name          string         `json:"name"`
	Consensus     Consensus      `json:"consensus"`
	Organisations []Organisation `json:"organisations"`
}

// BFT4 is the default: four operators, because that is what surviving one bad *organisation* takes.
func BFT4() Topology { return topology("bft4", BFT, 4) }

// Raft1 has one orderer. The four organisations keep their peers, so that endorsement, and with it every rule of the
// chaincode, is the same as in BFT4; only ordering differs, which is what a comparison wants to measure.
func Raft1() Topology { return topology("raft1", Raft, 1) }

// Raft3 has three orderers, the fewest that survive one crash.
func Raft3() Topology { return topology("raft3", Raft, 3) }

func topology(name string, consensus Consensus, orderers int) Topology {
	t := Topology{Name: name, Consensus: consensus, Organisations: []Organisation{
		{MSPID: "ServiceMSP", Name: "service"},
		{MSPID: "PoliceMSP", Name: "police"},
		{MSPID: "NotaryMSP", Name: "notary"},
		{MSPID: "AuditMSP", Name: "audit"},
	}}
	for i := range orderers {
		t.Organisations[i].Orderer = true
	}
	return t
}

// Topologies lists the names ParseTopology knows.
func Topologies() []string { return []string{"bft4", "raft1", "raft3"} }

// ParseTopology returns the topology of that name; "" is the default.
func ParseTopology(name string) (Topology, error) {
	switch name {
	case "", "bft4":
		return BFT4(), nil
	case "raft1":
		return Raft1(), nil
	case "raft3":
		return Raft3(), nil
	}
	return Topology{}, fmt.Errorf("no topology %q: choose one of %s", name, strings.Join(Topologies(), ", "))
}

var (
	mspidForm = regexp.MustCompile(`^[A-Z][A-Za-z0-9]{1,62}MSP$`)
	nameForm  = regexp.MustCompile(`^[a-z][a-z0-9]{0,30}$`)
)

// Validate refuses topologies that cannot run; names end up in file names, host names and YAML.
func (t Topology) Validate() error {
	seen := map[string]bool{}
	for _, o := range t.Organisations {
		if !mspidForm.MatchString(o.MSPID) || !nameForm.MatchString(o.Name) {
			return fmt.Errorf("organisation %q (%q): MSPIDs look like PoliceMSP, names like police", o.MSPID, o.Name)
		}
		if seen[o.MSPID] || seen[o.Name] {
			return fmt.Errorf("organisation %s (%s) is named twice", o.MSPID, o.Name)
		}
		seen[o.MSPID], seen[o.Name] = true, true
	}
	orderers := len(t.orderers())
	switch {
	case len(t.Organisations) > maxOrganisations:
		return fmt.Errorf("%d organisations: at most %d have ports", len(t.Organisations), maxOrganisations)
	case t.Consensus == BFT && orderers < 4:
		return fmt.Errorf("BFT needs four orderers to survive one bad one, this topology has %d", orderers)
	case t.Consensus == Raft && orderers < 1:
		return fmt.Errorf("this topology has no orderer")
	case t.Consensus != BFT && t.Consensus != Raft:
		return fmt.Errorf("no consensus %q", t.Consensus)
	}
	return nil
}

func (t Topology) orderers() []Organisation {
	var out []Organisation
	for _, o := range t.Organisations {
		if o.Orderer {
			out = append(out, o)
		}
	}
	return out
}

// Find returns the organisation with that MSPID or short name.
func (t Topology) Find(name string) (Organisation, error) {
	var known []string
	for _, o := range t.Organisations {
		if o.MSPID == name || o.Name == name {
			return o, nil
		}
		known = append(known, o.MSPID)
	}
	return Organisation{}, fmt.Errorf("no organisation %q in this network: it has %s", name, strings.Join(known, ", "))
}
