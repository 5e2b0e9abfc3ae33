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

	"golang.org/x/sync/errgroup"
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
		if err := n.begin(o.BasePort); err != nil {
			return n.explain("check the folder", err)
		}
	}
	n.starting.Store(true)
	return n.together(ctx, n.tasks(o))
}

// begin empties the folder of an attempt that was interrupted and settles what everything else is made from. Until the
// certificates are complete the state says so, and all is done again from here: half a set of them is worth nothing.
func (n *Network) begin(port int) error {
	if err := n.clear(); err != nil {
		return err
	}
	if err := n.settlePorts(port); err != nil {
		return err
	}
	return n.state.write(n.layout)
}

// makeMaterial writes what the nodes are started from.
func (n *Network) makeMaterial(context.Context) error {
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
	text, err := configtx(n.places(), n.state.Topology, all)
	if err != nil {
		return err
	}
	if err := writePublic(n.layout.channel("configtx.yaml"), text); err != nil {
		return err
	}
	content, id, err := chaincodePackage(ChaincodeName)
	if err != nil {
		return err
	}
	if err := writePublic(n.layout.packageFile(), content); err != nil {
		return err
	}
	return n.record(func(s *state) { s.PackageID, s.Prepared = id, true })
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

// makeGenesis makes the genesis block, unless there is one. It appears whole or not at all: nodes may have joined by it.
func (n *Network) makeGenesis(ctx context.Context) error {
	if _, err := os.Stat(n.layout.genesis()); err == nil {
		return nil
	}
	fabric, err := FabricDir()
	if err != nil {
		return err
	}
	unfinished := n.layout.genesis() + ".new"
	cmd := exec.CommandContext(ctx, filepath.Join(fabric, "configtxgen"),
		"-profile", "imi", "-channelID", ChannelName, "-configPath", ".", "-outputBlock", filepath.Base(unfinished))
	cmd.Dir = n.layout.channel()
	cmd.Env = []string{"FABRIC_LOGGING_SPEC=warn"}
	if out, err := cmd.CombinedOutput(); err != nil {
		if ctx.Err() != nil {
			return ctx.Err() // rather than "signal: killed"
		}
		return fmt.Errorf("configtxgen: %w\n%s", err, strings.Join(lastLines(strings.NewReader(string(out)), failureLines), "\n"))
	}
	return os.Rename(unfinished, n.layout.genesis())
}

// Steps that others wait for.
const (
	stepMaterial   = "make certificates and configuration"
	stepPrograms   = "prepare the programs"
	stepGenesis    = "make the genesis block"
	stepStart      = "start orderers, peers and chaincode"
	stepAwait      = "wait for orderers, peers and chaincode"
	stepOrderers   = "join the orderers"
	stepPeers      = "join the peers"
	stepInstall    = "install the chaincode"
	stepApprove    = "approve the chaincode"
	stepCommit     = "commit the chaincode"
	stepEndorsable = "wait until every peer finds endorsers"
	stepGateways   = "start the gateways"
)

// tasks make what is not made, start what does not run and deploy what is not deployed. Most of a start is waiting: for
// programs to listen, for the next block. So whatever does not need another step's result goes on at once with it.
func (n *Network) tasks(o Options) []task {
	made, deployed, few := n.state.Prepared, n.state.Deployed, n.ofKind(Orderer, Peer, Chaincode)
	first, gateways := few, n.ofKind(Gateway)
	if n.state.Runtime == Docker {
		first = n.Nodes() // asking compose a second time costs more than gateways that wait for their peers; they come last
	}
	return []task{
		{stepMaterial, limitFiles, nil, made, n.makeMaterial},
		{stepPrograms, limitImages, nil, false, func(ctx context.Context) error {
			return n.runtime().prepare(ctx, func(d string) { n.report(Step{Name: stepPrograms, Detail: d}) })
		}},
		{stepGenesis, limitFiles, []string{stepMaterial}, deployed, n.makeGenesis},
		{stepStart, limitStart, []string{stepMaterial, stepPrograms}, false, func(ctx context.Context) error {
			defer n.starting.Store(false)
			return n.runtime().start(ctx, first)
		}},
		// These wait for the nodes they need, some of which serve long before the last one is started.
		{stepAwait, limitStart, []string{stepMaterial, stepPrograms}, false, func(ctx context.Context) error { return n.awaitServing(ctx, few) }},
		{stepOrderers, limitStart, []string{stepPrograms, stepGenesis}, deployed, n.joinOrderers},
		{stepPeers, limitStart, []string{stepPrograms, stepGenesis}, deployed, n.joinPeers},
		{stepInstall, limitStart, []string{stepMaterial, stepPrograms}, deployed, n.install},
		{stepApprove, limitDeploy, []string{stepAwait, stepOrderers, stepPeers, stepInstall}, deployed, func(ctx context.Context) error {
			return n.approve(ctx, n.definition())
		}},
		{stepCommit, limitDeploy, []string{stepApprove}, deployed, func(ctx context.Context) error {
			if err := n.commit(ctx, n.definition()); err != nil {
				return err
			}
			return n.record(func(s *state) { s.Deployed = true })
		}},
		{stepEndorsable, limitJoin, []string{stepAwait, stepCommit}, false, n.awaitEndorsable},
		{stepGateways, limitGateway, []string{stepPeers}, !n.state.Programs.gateways(), func(ctx context.Context) error {
			if n.state.Runtime == Native {
				if err := n.runtime().start(ctx, gateways); err != nil {
					return err
				}
			}
			return n.awaitServing(ctx, gateways)
		}},
		{"meanwhile", 0, []string{stepEndorsable}, o.Meanwhile == nil, o.Meanwhile},
	}
}

// awaitServing waits until all of the nodes give a sign of life.
func (n *Network) awaitServing(ctx context.Context, nodes []Node) error {
	group, ctx := errgroup.WithContext(ctx)
	for _, node := range nodes {
		group.Go(func() error { return n.awaitNode(ctx, node) })
	}
	return group.Wait()
}

func (n *Network) awaitNode(ctx context.Context, node Node) error {
	return n.await(ctx, node, func(ctx context.Context) error {
		if err := listening(ctx, node.Address()); err != nil {
			return err // the usual answer at first, and cheap
		}
		_, err := n.probe(ctx, node)
		return err
	})
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
