package network

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"
)

// Network is a network in a folder. It holds no connection and no lock between calls. Commands in several processes
// wait for one another; one Network value is for one goroutine.
type Network struct {
	layout   layout
	state    *state
	progress func(Step)
	telling  sync.Mutex  // nodes are stopped at once, progress is told one by one
	starting atomic.Bool // nodes are being started: one that does not run yet has not ended
	keeping  sync.Mutex  // several steps change the state at once
	looking  sync.Mutex  // and ask Docker
	seen     *containers // Docker's last answer
	composer []string    // the compose program, once it was found
}

// Options says what Up shall bring up. The zero value is the default network in ./.imi.
type Options struct {
	Dir      string     // "" is $IMI_DIR, else ./.imi
	Runtime  Runtime    // "" is Native
	Topology Topology   // the zero value is BFT4
	BasePort int        // 0 finds free ports; else organisation i has BasePort+10*i and the next five
	Programs Programs   // empty fields are looked for; see Programs
	Quota    int        // requests per second that the gateways grant one client; 0: as many as they do by themselves
	Progress func(Step) // never called twice at the same time; may be nil

	// Meanwhile is called as soon as transactions can be made, while gateways may still be starting. Up returns when it
	// has, with its error. May be nil.
	Meanwhile func(ctx context.Context) error
}

// DefaultDir is $IMI_DIR, else .imi in the working directory.
func DefaultDir() string {
	if dir := os.Getenv("IMI_DIR"); dir != "" {
		return dir
	}
	return ".imi"
}

func place(dir string) (layout, error) {
	if dir == "" {
		dir = DefaultDir()
	}
	dir, err := filepath.Abs(dir)
	return layout{dir}, err
}

// Open returns the network in a folder, running or not; "" is the default folder. The error is ErrNoNetwork or a
// *VersionError when there is none that this program can use.
func Open(dir string) (*Network, error) {
	l, err := place(dir)
	if err != nil {
		return nil, err
	}
	s, err := readState(l)
	if err != nil {
		return nil, err
	}
	return &Network{layout: l, state: s}, nil
}

// OnProgress sets who hears of steps.
func (n *Network) OnProgress(progress func(Step)) { n.progress = progress }

// Dir is the network's folder.
func (n *Network) Dir() string { return n.layout.dir }

// Topology is what the network was made as.
func (n *Network) Topology() Topology { return n.state.Topology }

// Runtime is how its nodes run.
func (n *Network) Runtime() Runtime { return n.state.Runtime }

// PackageID is the deployed chaincode package's id.
func (n *Network) PackageID() string { return n.state.PackageID }

// Genesis is the encoded genesis block the network was made with. Its header's hash is what an audit of the ledger trusts.
func (n *Network) Genesis() ([]byte, error) { return os.ReadFile(n.layout.genesis()) }

// Nodes lists every node in the order they are started.
func (n *Network) Nodes() []Node {
	return nodes(n.state.Topology, n.state.BasePort, n.state.Programs.gateways())
}

// Node finds one by its name, such as "peer.police".
func (n *Network) Node(name string) (Node, error) {
	for _, node := range n.Nodes() {
		if node.Name == name || node.Host == name {
			return node, nil
		}
	}
	return Node{}, fmt.Errorf("no node %q in this network: imi network status lists them", name)
}

func (n *Network) ofKind(kinds ...Kind) []Node {
	var out []Node
	for _, node := range n.Nodes() {
		for _, kind := range kinds {
			if node.Kind == kind {
				out = append(out, node)
			}
		}
	}
	return out
}

func (n *Network) places() places { return places{n.state.Runtime} }

func (n *Network) runtime() runtime {
	if n.state.Runtime == Docker {
		return docker{n}
	}
	return native{n}
}

func (n *Network) lastLines(node string, count int) []string {
	at, err := n.Node(node)
	if err != nil {
		return nil
	}
	return n.runtime().lines(at, count)
}

// record changes the state and writes it down.
func (n *Network) record(change func(*state)) error {
	n.keeping.Lock()
	defer n.keeping.Unlock()
	change(n.state)
	return n.state.write(n.layout)
}

// process is what is recorded of a node's process.
func (n *Network) process(node Node) *process {
	n.keeping.Lock()
	defer n.keeping.Unlock()
	return n.state.Processes[node.Name]
}

// lock keeps other commands from working on the folder.
func (n *Network) lock(ctx context.Context) (unlock func(), err error) {
	unlock, err = lockFile(ctx, n.layout.lock(), lockLimit, func(holder string) {
		n.report(Step{Name: "lock", Detail: "waiting for the command of process " + holder})
	})
	var path *fs.PathError
	if errors.As(err, &path) {
		err = &remedied{fmt.Errorf("the folder %s cannot be written: %w", n.layout.dir, err), "choose another folder with --dir"}
	}
	return unlock, err
}

// locked runs do while no other command works on the folder, on a state read after the lock was taken.
func (n *Network) locked(ctx context.Context, do func() error) error {
	unlock, err := n.lock(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	s, err := readState(n.layout)
	switch {
	case err == nil:
		n.state = s
	case !errors.Is(err, ErrNoNetwork) || n.state.Prepared:
		return err
	}
	return do()
}

// Time limits of the steps: several times what they took on two slow cores, so that reaching one means trouble.
const (
	limitBuild   = 20 * time.Minute
	limitImages  = 5 * time.Minute
	limitFiles   = 30 * time.Second
	limitStart   = 3 * time.Minute
	limitJoin    = 2 * time.Minute
	limitDeploy  = 3 * time.Minute
	limitGateway = 3 * time.Minute
	limitStop    = 4 * time.Minute
)
