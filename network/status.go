package network

import (
	"context"
	"sync"
	"time"
)

// State is how a node is.
type State string

// What Status finds. Unhealthy is a process that runs but does not serve.
const (
	Running   State = "running"
	Stopped   State = "stopped"
	Unhealthy State = "unhealthy"
)

// NodeStatus is a node and how it was found.
type NodeStatus struct {
	Node
	State   State  `json:"state"`
	PID     int    `json:"pid,omitempty"`
	Height  uint64 `json:"height,omitempty"`  // number of blocks it has: peers and orderers
	Problem string `json:"problem,omitempty"` // why it is not running well
	Forks   []Fork `json:"forks,omitempty"`   // that a gateway keeps the proof of
}

// Fork is a block of which another organisation's gateway signed a different head than the one that was asked.
type Fork struct {
	Block uint64 `json:"block"`
	Other string `json:"other"` // MSPID
}

// Status is a network as it was found.
type Status struct {
	Dir      string       `json:"dir"`
	Runtime  Runtime      `json:"runtime"`
	Topology string       `json:"topology"`
	Fabric   string       `json:"fabric"`
	Created  time.Time    `json:"created"`
	Deployed bool         `json:"deployed"`
	Nodes    []NodeStatus `json:"nodes"`
}

// Healthy says whether every node runs and serves.
func (s *Status) Healthy() bool {
	for _, node := range s.Nodes {
		if node.State != Running {
			return false
		}
	}
	return s.Deployed
}

// Forked says whether any gateway keeps the proof of a fork.
func (s *Status) Forked() bool {
	for _, node := range s.Nodes {
		if len(node.Forks) > 0 {
			return true
		}
	}
	return false
}

// Status asks every node, all at once; a node that does not answer costs three seconds, not more. It takes no lock, so
// that it works beside a command that hangs or takes long. The error is *EngineAway when only Docker
// could tell.
func (n *Network) Status(ctx context.Context) (*Status, error) {
	s, err := readState(n.layout)
	if err != nil {
		return nil, err
	}
	n.state, n.seen = s, nil
	out := &Status{Dir: n.layout.dir, Runtime: s.Runtime, Topology: s.Topology.Name, Fabric: s.Fabric, Created: s.Created, Deployed: s.Deployed}
	if !s.Prepared {
		return out, nil
	}
	all := n.Nodes()
	pids, err := n.runtime().running(ctx, all)
	if err != nil {
		return nil, err
	}
	out.Nodes = make([]NodeStatus, len(all))
	var wait sync.WaitGroup
	for i, node := range all {
		out.Nodes[i] = NodeStatus{Node: node, State: Stopped, PID: pids[node.Name]}
		if out.Nodes[i].PID == 0 {
			out.Nodes[i].Problem = n.whyStopped(node)
			continue
		}
		wait.Go(func() { n.ask(ctx, &out.Nodes[i]) })
	}
	wait.Wait()
	return out, nil
}

func (n *Network) ask(ctx context.Context, at *NodeStatus) {
	at.State = Running
	answer, err := n.probe(ctx, at.Node)
	at.Height, at.Forks = answer.Height, answer.Forks
	if err != nil {
		at.State, at.Problem = Unhealthy, err.Error()
	}
}

// whyStopped tells a node that was stopped from one that died: Stop forgets the process, death does not.
func (n *Network) whyStopped(node Node) string {
	if n.state.Runtime == Native && n.state.Processes[node.Name] != nil {
		return "the process ended without being asked to; imi network start brings it back, imi network logs " + node.Name + " may say why"
	}
	return ""
}
