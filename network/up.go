package network

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// Up makes sure that the network runs, makes it first when the folder holds none, and carries on where an earlier Up
// was interrupted. It returns when every node is ready for the first transaction.
func Up(ctx context.Context, o Options) (*Network, error) {
	l, err := place(o.Dir)
	if err != nil {
		return nil, err
	}
	n := &Network{layout: l, state: &state{}, progress: o.Progress}
	return n, n.locked(ctx, func() error {
		if err := n.adopt(o); err != nil {
			return n.explain("check the folder", err)
		}
		return n.up(ctx, o)
	})
}

// adopt checks that the options fit what is there, or makes a fresh state from them.
func (n *Network) adopt(o Options) error {
	if o.Topology.Name == "" && len(o.Topology.Organisations) == 0 {
		o.Topology = BFT4()
		if n.state.Prepared {
			o.Topology = n.state.Topology
		}
	}
	if o.Runtime == "" {
		o.Runtime = Native
		if n.state.Prepared {
			o.Runtime = n.state.Runtime
		}
	}
	if err := o.Topology.Validate(); err != nil {
		return err
	}
	if n.state.Prepared {
		return n.sameAs(o)
	}
	programs, err := o.Programs.resolve()
	if err != nil {
		return err
	}
	if err := refuseForeign(n.layout); err != nil {
		return err
	}
	n.state = &state{Version: StateVersion, Fabric: FabricVersion, Created: time.Now().UTC().Truncate(time.Second),
		Topology: o.Topology, Runtime: o.Runtime, BasePort: o.BasePort, Programs: programs, Quota: o.Quota}
	return nil
}

// sameAs refuses to turn one network into another.
func (n *Network) sameAs(o Options) error {
	switch {
	case o.Topology.Name != n.state.Topology.Name:
		return n.different("topology", n.state.Topology.Name, o.Topology.Name)
	case o.Runtime != n.state.Runtime:
		return n.different("runtime", string(n.state.Runtime), string(o.Runtime))
	case o.BasePort != 0 && o.BasePort != n.state.BasePort:
		return n.different("base port", fmt.Sprint(n.state.BasePort), fmt.Sprint(o.BasePort))
	}
	return n.renewPrograms(o.Programs)
}

func (n *Network) different(what, has, wanted string) error {
	return &remedied{fmt.Errorf("the network in %s has %s %s, not %s", n.layout.dir, what, has, wanted),
		"choose another folder with --dir, or imi network reset --dir " + shellQuote(n.layout.dir)}
}

// renewPrograms takes programs that were named anew, and finds again what has moved since.
func (n *Network) renewPrograms(given Programs) error {
	current := n.state.Programs
	for _, part := range []struct{ current, given *string }{
		{&current.Chaincode, &given.Chaincode}, {&current.Gateway, &given.Gateway}, {&current.Builder, &given.Builder},
	} {
		if *part.given != "" && (*part.given == LeaveOut) == (*part.current == LeaveOut) {
			*part.current = *part.given
		} else if *part.current != LeaveOut && executable(*part.current) != nil {
			*part.current = ""
		}
	}
	programs, err := current.resolve()
	if err == nil {
		n.state.Programs = programs
	}
	return err
}

// refuseForeign stops before writing into a folder that holds somebody else's files of our names.
func refuseForeign(l layout) error {
	for _, name := range ours {
		_, err := os.Stat(l.at(name))
		if err == nil {
			if _, made := os.Stat(l.at("network.json")); made == nil {
				return nil // an Up of ours that was interrupted: it is made anew
			}
			return &remedied{fmt.Errorf("%s already holds %q, which is not part of any network", l.dir, name), "choose another folder with --dir"}
		}
	}
	return nil
}

func (n *Network) up(ctx context.Context, o Options) error {
	if err := n.step(ctx, "build Fabric's programs", limitBuild, func(ctx context.Context) error {
		_, err := BuildFabric(ctx, func(detail string) { n.report(Step{Name: "build Fabric's programs", Detail: detail}) })
		return err
	}); err != nil {
		return err
	}
	if !n.state.Prepared {
		if err := n.step(ctx, "make certificates and genesis block", limitFiles, func(ctx context.Context) error {
			return n.prepare(ctx, o)
		}); err != nil {
			return err
		}
	}
	return n.bringUp(ctx)
}

// prepare writes everything the nodes are started from. Until it is complete the state says so, and it is done again
// from the beginning: half a set of certificates is worth nothing.
func (n *Network) prepare(ctx context.Context, o Options) error {
	if err := n.clear(); err != nil {
		return err
	}
	if err := n.settlePorts(o.BasePort); err != nil {
		return err
	}
	if err := n.state.write(n.layout); err != nil {
		return err
	}
	all := n.Nodes()
	if err := writeMaterial(n.layout, n.state.Topology, all); err != nil {
		return err
	}
	for _, node := range all {
		if err := writeNodeConfig(n.layout, n.places(), node, all); err != nil {
			return err
		}
	}
	if err := n.writeProfiles(); err != nil {
		return err
	}
	if err := n.makeGenesis(ctx); err != nil {
		return err
	}
	content, id, err := chaincodePackage(ChaincodeName)
	if err != nil {
		return err
	}
	if err := writePublic(n.layout.packageFile(), content); err != nil {
		return err
	}
	n.state.PackageID, n.state.Prepared = id, true
	return n.state.write(n.layout)
}

// settlePorts takes the base port asked for, or finds free ones and keeps them.
func (n *Network) settlePorts(wanted int) error {
	if wanted != 0 {
		if wanted < LowestPort || wanted > HighestPort {
			return &remedied{fmt.Errorf("base port %d: needs to lie between %d and %d", wanted, LowestPort, HighestPort),
				"choose another --port, or leave it out to have free ones found"}
		}
		n.state.BasePort = wanted
		return checkPorts(portsOf(n.state.Topology, wanted, n.state.Programs.gateways()))
	}
	cache, err := CacheDir()
	if err != nil {
		return err
	}
	n.state.BasePort, err = choosePorts(cache, n.layout.dir, n.state.Topology)
	return err
}

func (n *Network) makeGenesis(ctx context.Context) error {
	text, err := configtx(n.places(), n.state.Topology, n.Nodes())
	if err != nil {
		return err
	}
	if err := writePublic(n.layout.channel("configtx.yaml"), text); err != nil {
		return err
	}
	fabric, err := FabricDir()
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, filepath.Join(fabric, "configtxgen"),
		"-profile", "imi", "-channelID", ChannelName, "-configPath", ".", "-outputBlock", filepath.Base(n.layout.genesis()))
	cmd.Dir = n.layout.channel()
	cmd.Env = []string{"FABRIC_LOGGING_SPEC=warn"}
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("configtxgen: %w\n%s", err, strings.Join(lastLines(strings.NewReader(string(out)), failureLines), "\n"))
	}
	return nil
}

// bringUp starts what does not run and deploys what is not deployed.
func (n *Network) bringUp(ctx context.Context) error {
	steps := []struct {
		name  string
		limit time.Duration
		skip  bool
		do    func(context.Context) error
	}{
		{"prepare the programs", limitImages, false, func(ctx context.Context) error {
			return n.runtime().prepare(ctx, func(d string) { n.report(Step{Name: "prepare the programs", Detail: d}) })
		}},
		{"start orderers, peers and chaincode", limitStart, false, func(ctx context.Context) error {
			return n.startAndAwait(ctx, n.ofKind(Orderer, Peer, Chaincode))
		}},
		{"join the orderers", limitJoin, n.state.Deployed, n.joinOrderers},
		{"join the peers", limitJoin, n.state.Deployed, n.joinPeers},
		{"install the chaincode", limitDeploy, n.state.Deployed, n.install},
		{"approve the chaincode", limitDeploy, n.state.Deployed, func(ctx context.Context) error { return n.approve(ctx, n.definition()) }},
		{"commit the chaincode", limitDeploy, n.state.Deployed, func(ctx context.Context) error { return n.commit(ctx, n.definition()) }},
		{"wait until every peer finds endorsers", limitJoin, false, n.awaitEndorsable},
		{"start the gateways", limitGateway, !n.state.Programs.gateways(), func(ctx context.Context) error {
			return n.startAndAwait(ctx, n.ofKind(Gateway))
		}},
	}
	for _, s := range steps {
		if s.skip {
			continue
		}
		if err := n.step(ctx, s.name, s.limit, s.do); err != nil {
			return err
		}
		if s.name == "commit the chaincode" {
			n.state.Deployed = true
			if err := n.state.write(n.layout); err != nil {
				return err
			}
		}
	}
	return nil
}

// startAndAwait starts those nodes that do not run and waits until all of them serve.
func (n *Network) startAndAwait(ctx context.Context, nodes []Node) error {
	if err := n.runtime().start(ctx, nodes); err != nil {
		return err
	}
	for _, node := range nodes {
		if err := n.await(ctx, node, func(ctx context.Context) error {
			_, err := n.probe(ctx, node)
			return err
		}); err != nil {
			return err
		}
	}
	return nil
}

// Start revives what does not run and waits until everything is ready. It needs an earlier Up.
func (n *Network) Start(ctx context.Context) error {
	return n.locked(ctx, func() error {
		if !n.state.Prepared {
			return &remedied{errors.New("the network was never brought up completely"), "imi network up --dir " + shellQuote(n.layout.dir)}
		}
		if err := n.renewPrograms(Programs{}); err != nil {
			return n.explain("find the programs", err)
		}
		return n.up(ctx, Options{})
	})
}
