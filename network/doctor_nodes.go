package network

import (
	"context"
	"fmt"
	"strings"
)

// checkDocker is bad news only for a network whose nodes are containers.
func checkDocker(ctx context.Context, needed bool) []Check {
	version, err := engineVersion(ctx)
	engine := Check{Name: "Docker engine", Verdict: Good, Found: version}
	switch {
	case err != nil && needed:
		engine.Verdict, engine.Found, engine.Remedy = Bad, "does not answer", "start Docker: the nodes of this network are containers"
		return []Check{engine}
	case err != nil:
		engine.Verdict, engine.Found, engine.Remedy = Warning, "does not answer", "only --runtime docker needs it: install Docker and start it"
		return []Check{engine}
	}
	compose := Check{Name: "Docker Compose", Verdict: Warning, Found: "not found", Remedy: "only --runtime docker needs it: install the compose plugin or docker-compose 1.29"}
	if program, err := ComposeProgram(ctx); err == nil {
		version, _ := run(ctx, append(program, "version", "--short")...)
		compose = Check{Name: compose.Name, Verdict: Good, Found: strings.Join(program, " ") + " " + strings.TrimSpace(version)}
	}
	return []Check{engine, compose}
}

// checkProcesses compares what is recorded with what runs.
func (n *Network) checkProcesses() Check {
	c := Check{Name: "processes", Verdict: Good, Found: "containers, see nodes"}
	if n.state.Runtime != Native {
		return c
	}
	var gone []string
	for _, node := range n.Nodes() {
		if p := n.state.Processes[node.Name]; p != nil && !p.alive() {
			gone = append(gone, fmt.Sprintf("%s (%d)", node.Name, p.PID))
		}
	}
	c.Found = fmt.Sprintf("%d recorded, all of them ours and alive", len(n.state.Processes))
	if len(gone) > 0 {
		c.Verdict, c.Found = Bad, "recorded but gone: "+strings.Join(gone, ", ")
		c.Remedy = "imi network start --dir " + shellQuote(n.layout.dir)
	}
	return c
}

// checkPortsHeld looks whether something else sits on a port of a node that does not run.
func (n *Network) checkPortsHeld(ctx context.Context) Check {
	c := Check{Name: "ports", Verdict: Good}
	all, count := n.Nodes(), 0
	pids, err := n.runtime().running(ctx, all)
	if err != nil {
		return Check{Name: c.Name, Verdict: Bad, Found: err.Error(), Remedy: "imi network start --dir " + shellQuote(n.layout.dir)}
	}
	for _, node := range all {
		ports := node.ports()
		count += len(ports)
		if pids[node.Name] != 0 {
			continue
		}
		if err := checkPorts(ports); err != nil {
			return Check{Name: c.Name, Verdict: Bad, Found: err.Error(), Remedy: "end that program; a network keeps the ports it was made with"}
		}
	}
	c.Found = fmt.Sprintf("%d from %d on, each ours or free", count, n.state.BasePort)
	return c
}

// checkNodes asks every node.
func (n *Network) checkNodes(ctx context.Context) Check {
	c := Check{Name: "nodes", Verdict: Good}
	status, err := n.Status(ctx)
	if err != nil {
		return Check{Name: c.Name, Verdict: Bad, Found: err.Error(), Remedy: "imi network start --dir " + shellQuote(n.layout.dir)}
	}
	var bad []string
	for _, node := range status.Nodes {
		if node.State != Running {
			bad = append(bad, node.Name+" "+string(node.State))
		}
	}
	c.Found = fmt.Sprintf("all %d run and answer", len(status.Nodes))
	if len(bad) > 0 {
		c.Verdict, c.Found = Bad, strings.Join(bad, ", ")
		c.Remedy = "imi network start --dir " + shellQuote(n.layout.dir)
	}
	return c
}
