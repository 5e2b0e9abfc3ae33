package network

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/imi-ledger/imi/network/builder"
)

// runtime starts and ends nodes. What talks to them does not know which runtime it is.
type runtime interface {
	// prepare makes whatever nodes are started from.
	prepare(ctx context.Context, progress func(string)) error
	start(ctx context.Context, nodes []Node) error
	stop(ctx context.Context, nodes []Node) error
	// running tells the process ids of those of the nodes that run, by the nodes' names.
	running(ctx context.Context, nodes []Node) (map[string]int, error)
	// down removes what stop leaves, except the folder.
	down(ctx context.Context) error
	logs(ctx context.Context, node Node, o LogOptions) error
	lines(node Node, count int) []string
	// purge removes what is shared with other networks, as far as they do not use it.
	purge(ctx context.Context)
}

// native runs nodes as child processes.
type native struct{ *Network }

// Patience with a node that is asked to end, before it is killed. LevelDB and the orderers' logs close in milliseconds.
const stopPatience = 10 * time.Second

// prepare puts the external builder where the peers' configuration says. It is a copy: the program it came from may be
// built anew while a peer runs it.
func (r native) prepare(context.Context, func(string)) error {
	content, err := os.ReadFile(r.state.Programs.Builder)
	if err != nil {
		return err
	}
	for _, name := range []string{"detect", "build", "release"} {
		if err := writeFile(filepath.Join(r.layout.builder(), "bin", name), content, 0o755); err != nil {
			return err
		}
	}
	return nil
}

func (r native) start(_ context.Context, nodes []Node) error {
	if err := os.MkdirAll(filepath.Dir(r.layout.log("x")), 0o700); err != nil {
		return err
	}
	fabric, err := FabricDir()
	if err != nil {
		return err
	}
	for _, node := range nodes {
		if r.process(node).alive() {
			continue
		}
		if err := checkPorts(node.ports()); err != nil {
			return onNode(node.Name, err)
		}
		if err := putAside(r.layout.log(node.Name), logAside); err != nil {
			return onNode(node.Name, err)
		}
		program, args := r.command(node, fabric)
		p, err := spawn(program, args, environment(node), r.layout.node(node.Name), r.layout.log(node.Name))
		if err != nil {
			return onNode(node.Name, err)
		}
		// After each one: a command that dies here must not lose sight of the nodes it has started. What cannot be
		// recorded, because the disk is full, may not run: nobody would ever end it.
		if err := r.record(func(s *state) {
			if s.Processes == nil {
				s.Processes = map[string]*process{}
			}
			s.Processes[node.Name] = p
		}); err != nil {
			_, stopping := p.stop(stopPatience)
			return onNode(node.Name, errors.Join(err, stopping))
		}
	}
	return nil
}

func (r native) command(node Node, fabric string) (program string, args []string) {
	switch node.Kind {
	case Orderer:
		return filepath.Join(fabric, "orderer"), nil
	case Peer:
		return filepath.Join(fabric, "peer"), []string{"node", "start"}
	case Chaincode:
		return r.state.Programs.Chaincode, chaincodeArgs(node.Address(), r.state.PackageID)
	default:
		return r.state.Programs.Gateway, gatewayArgs(r.places(), node.Address(), node, r.Nodes(), r.state.Quota)
	}
}

// chaincodeArgs and gatewayArgs name files relative to the node's folder, its working directory in both runtimes.
func chaincodeArgs(listen, packageID string) []string {
	return []string{"--address", listen, "--id", packageID,
		"--tls-cert", "tls/server.crt", "--tls-key", "tls/server.key", "--client-ca", "tls/ca.crt"}
}

func gatewayArgs(p places, listen string, node Node, all []Node, quota int) []string {
	args := []string{"--profile", profileFile, "--listen", listen, "--data", "data", "--public-url", "http://" + node.Address(),
		"--head-key", headKeyFile}
	if quota > 0 {
		args = append(args, "--quota", strconv.Itoa(quota))
	}
	organisations := 0
	for _, other := range all {
		if other.Kind != Gateway {
			continue
		}
		organisations++
		if other.Organisation != node.Organisation {
			args = append(args, "--neighbour", other.Organisation+"=http://"+p.address(other))
		}
	}
	return append(args, "--cosigners", strconv.Itoa(min(cosigners, organisations)))
}

// cosigners is how many organisations must have signed a head for answers to rest on it, where there are as many.
const cosigners = 3

// loggingSpec: Fabric's loggers that write a line or more per request say only what is wrong.
const loggingSpec = "info:comm.grpc.server,endorser,gossip,vscc,common.deliver=warn:grpc=error"

// nodeEnvironment is what a node needs in either runtime.
func nodeEnvironment(node Node) []string {
	switch node.Kind {
	case Orderer, Peer:
		out := []string{"FABRIC_CFG_PATH=.", "FABRIC_LOGGING_SPEC=" + loggingSpec,
			"FABRIC_LOGGING_FORMAT=%{time:2006-01-02T15:04:05.000Z07:00} %{level:.4s} [%{module}] %{message}"}
		if node.Kind == Peer {
			out = append(out, builder.ConnectionVariable+"=chaincode.json")
		}
		return append(out, runtimeTuning()...)
	case Chaincode:
		return runtimeTuning()
	}
	return nil
}

// environment is small on purpose: CORE_… or ORDERER_… of the user's shell must not reconfigure a node.
func environment(node Node) []string {
	out := nodeEnvironment(node)
	for _, name := range []string{"PATH", "HOME", "TMPDIR", "LANG", "LC_ALL", "TZ"} {
		if value, ok := os.LookupEnv(name); ok {
			out = append(out, name+"="+value)
		}
	}
	return out
}

func (r native) stop(ctx context.Context, nodes []Node) error {
	group, _ := errgroup.WithContext(ctx)
	for _, node := range nodes {
		p := r.process(node)
		group.Go(func() error {
			killed, err := p.stop(stopPatience)
			if killed {
				r.report(Step{Name: "stop", Detail: fmt.Sprintf("%s did not end within %s and was killed", node.Name, stopPatience)})
			}
			return onNode(node.Name, err)
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	for _, node := range nodes {
		delete(r.state.Processes, node.Name)
	}
	return nil
}

func (r native) running(_ context.Context, nodes []Node) (map[string]int, error) {
	pids := map[string]int{}
	for _, node := range nodes {
		if p := r.process(node); p.alive() {
			pids[node.Name] = p.PID
		}
	}
	return pids, nil
}

func (r native) down(context.Context) error { return nil }

func (r native) purge(context.Context) {}

func (r native) lines(node Node, count int) []string { return tail(r.layout.log(node.Name), count) }
