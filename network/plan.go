package network

import (
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
)

// Plan is a network of which only the parts exist that need no program of Fabric's: the configuration of every node, what
// the genesis block is made from, and the chaincode package. It is for those who do the rest by themselves, to compare.
type Plan struct {
	Dir       string
	BasePort  int
	PackageID string
	Builder   string // the external builder, for builder/bin
	Project   string // of Docker Compose
}

// WritePlan writes a plan into a folder, with the same settings that Up uses. Of the options it takes the folder, the
// runtime and the programs; images name those of the Docker runtime. Nodes look for their keys below nodes/NAME, in msp
// and tls, and configtxgen, in channel, for members in msp/MSPID.
func WritePlan(o Options, images map[Kind]string) (Plan, error) {
	l, err := place(o.Dir)
	if err != nil {
		return Plan{}, err
	}
	programs, err := o.Programs.resolve()
	if err != nil {
		return Plan{}, err
	}
	n := &Network{layout: l, state: &state{Version: StateVersion, Topology: BFT4(), Runtime: o.Runtime, Programs: programs, Images: images, Project: projectName(l.dir)}}
	if err := n.settlePorts(o.BasePort); err != nil {
		return Plan{}, err
	}
	content, id, err := chaincodePackage(ChaincodeName)
	if err != nil {
		return Plan{}, err
	}
	n.state.PackageID = id
	text, err := configtx(n.places(), n.state.Topology, n.Nodes())
	if err != nil {
		return Plan{}, err
	}
	client, err := render("client.yaml", nil)
	if err != nil {
		return Plan{}, err
	}
	for path, content := range map[string][]byte{l.packageFile(): content, l.channel("configtx.yaml"): text, l.at("client", "core.yaml"): client} {
		if err := writePublic(path, content); err != nil {
			return Plan{}, err
		}
	}
	for _, node := range n.Nodes() {
		if err := os.MkdirAll(l.node(node.Name, "data"), 0o700); err != nil {
			return Plan{}, err
		}
		if err := writeNodeConfig(l, n.places(), node, n.Nodes()); err != nil {
			return Plan{}, err
		}
	}
	if o.Runtime == Docker {
		err = errors.Join(checkStatic(programs.Builder), checkStatic(programs.Chaincode), docker{n}.writeCompose())
	}
	return Plan{l.dir, n.state.BasePort, id, programs.Builder, n.state.Project}, err
}

// FabricSource is the folder whose go.mod pins Fabric: whoever builds more of its programs builds them there.
func FabricSource() (string, error) {
	source, err := fabricSource()
	if err != nil {
		return "", err
	}
	return filepath.Abs(source)
}

// Images are those that the network's containers are made from; none where it runs without.
func (n *Network) Images() []string {
	return slices.Compact(slices.Sorted(maps.Values(n.state.Images)))
}
