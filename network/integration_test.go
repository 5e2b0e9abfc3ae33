//go:build integration

package network

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// These tests run real networks of the real programs. They need Go; TestDocker needs Docker as well, and fails without.

func TestNative(t *testing.T) { story(t, Native, BFT4()) }
func TestDocker(t *testing.T) { story(t, Docker, BFT4()) }

func TestRaft(t *testing.T) {
	for _, topology := range []Topology{Raft1(), Raft3()} {
		t.Run(topology.Name, func(t *testing.T) {
			n := bringUp(t, Options{Dir: filepath.Join(t.TempDir(), "r"), Topology: topology, Programs: withoutGateways(t)})
			transact(t, n, "raft")
		})
	}
}

// TestTwoNetworks brings up two at the same time: their ports must not meet.
func TestTwoNetworks(t *testing.T) {
	programs := withoutGateways(t)
	type result struct {
		n   *Network
		err error
	}
	results := make(chan result)
	for _, name := range []string{"一", "二"} {
		dir := filepath.Join(t.TempDir(), name)
		t.Cleanup(func() { reset(t, dir) })
		go func() {
			n, err := Up(t.Context(), Options{Dir: dir, Programs: programs})
			results <- result{n, err}
		}()
	}
	for range 2 {
		if r := <-results; r.err != nil {
			t.Error(told(r.err))
		} else {
			transact(t, r.n, "two")
		}
	}
}

// TestTakenPort asks for a port that somebody else has: the error names who, and nothing is left running.
func TestTakenPort(t *testing.T) {
	programs, dir := withoutGateways(t), t.TempDir()
	base := 32200 // above the automatic ports, below those of outgoing connections
	_, listener := listenOn(t, base+portPeer)
	defer listener.Close()
	t.Cleanup(func() { reset(t, dir) })
	_, err := Up(t.Context(), Options{Dir: dir, BasePort: base, Programs: programs})
	var taken *PortTaken
	if !errors.As(err, &taken) || taken.Port != base+portPeer || !strings.Contains(taken.Owner, strconv.Itoa(os.Getpid())) {
		t.Fatalf("got %v, want the port with this process as its owner", err)
	}
	listener.Close()
	n, err := Up(t.Context(), Options{Dir: dir, BasePort: base, Programs: programs})
	if err != nil {
		t.Fatal(told(err))
	}
	if n.Nodes()[0].Port != base {
		t.Errorf("first port %d, want %d", n.Nodes()[0].Port, base)
	}
}

// TestInterrupted ends an Up in the middle, again and again a little later: the next one completes the network.
func TestInterrupted(t *testing.T) {
	programs, dir := withoutGateways(t), filepath.Join(t.TempDir(), "i")
	t.Cleanup(func() { reset(t, dir) })
	for after := 50 * time.Millisecond; after < 2*time.Second; after += after {
		ctx, cancel := context.WithTimeout(t.Context(), after)
		_, err := Up(ctx, Options{Dir: dir, Programs: programs})
		cancel()
		if err == nil {
			break
		}
	}
	n, err := Up(t.Context(), Options{Dir: dir, Programs: programs})
	if err != nil {
		t.Fatal(told(err))
	}
	transact(t, n, "interrupted")
}

func story(t *testing.T, runtime Runtime, topology Topology) {
	dir := filepath.Join(t.TempDir(), "一个 网络")
	o := Options{Dir: dir, Runtime: runtime, Topology: topology, Programs: allPrograms(t)}
	n := bringUp(t, o)
	healthy(t, n)
	strangersAreTurnedAway(t, n)
	peerProgram(t, n)
	transact(t, n, "first")

	again, err := Up(t.Context(), o)
	if err != nil {
		t.Fatal("second up:", told(err))
	}
	soon, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if err := again.approve(soon, again.definition()); err != nil {
		t.Error("approved again, as an interrupted up may have to:", told(err))
	}
	if a, b := pids(t, n), pids(t, again); a != b {
		t.Errorf("a second up changed processes:\n%s\n%s", a, b)
	}
	for _, victim := range []string{"peer.police", "orderer.audit", "chaincode.notary", "gateway.service"} {
		killAndRevive(t, n, victim)
	}
	height := heightOf(t, n, "peer.service")
	if err := n.Stop(t.Context()); err != nil {
		t.Fatal("stop:", told(err))
	}
	allStopped(t, n)
	if err := n.Start(t.Context()); err != nil {
		t.Fatal("start:", told(err))
	}
	if now := heightOf(t, n, "peer.service"); now < height {
		t.Errorf("%d blocks after stop and start, %d before", now, height)
	}
	transact(t, n, "restarted")
	resetKeepsOthers(t, n)
}

func killAndRevive(t *testing.T, n *Network, name string) {
	t.Helper()
	before := look(t, n)[name]
	if n.Runtime() == Docker {
		seen, err := docker{n}.look(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := run(t.Context(), "docker", "kill", "-s", "KILL", seen.ids[before.Host]); err != nil {
			t.Fatal(err)
		}
	} else if err := syscall.Kill(before.PID, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	noticed := false
	for deadline := time.Now().Add(time.Minute); !noticed && time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		noticed = look(t, n)[name].State == Stopped
	}
	if !noticed {
		t.Errorf("status does not notice that %s was killed", name)
	}
	if before.Kind == Orderer {
		transact(t, n, "without-"+name) // it misses blocks, and must fetch them from the others later
	}
	if err := n.Start(t.Context()); err != nil {
		t.Fatalf("start after killing %s: %s", name, told(err))
	}
	after := look(t, n)[name]
	if after.State != Running || after.PID == before.PID {
		t.Errorf("%s was not revived: %+v", name, after)
	}
	transact(t, n, "after-"+name)
	if before.Kind == Orderer || before.Kind == Peer {
		catchesUp(t, n, name)
	}
}

// catchUpLimit: an orderer that is a single block behind asks for it only after some ten seconds of quiet.
const catchUpLimit = 2 * time.Minute

// stirEvery is how long a node is waited for before another block is made.
const stirEvery = 20 * time.Second

// catchesUp waits until a node has every block that another of its kind has. An orderer that missed the last block of a quiet channel
// may learn of it only with the next one, so there is another one after a while.
func catchesUp(t *testing.T, n *Network, name string) {
	t.Helper()
	began, stirred := time.Now(), time.Now()
	target := heightOf(t, n, strings.Split(name, ".")[0]+".notary")
	for heightOf(t, n, name) < target {
		if time.Since(began) > catchUpLimit {
			t.Fatalf("%s has %d blocks, others %d\n%s", name, heightOf(t, n, name), target, strings.Join(n.lastLines(name, 30), "\n"))
		}
		if time.Since(stirred) > stirEvery {
			stirred = time.Now()
			transact(t, n, "stirred-"+stirred.Format("150405"))
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Logf("%s caught up to block %d in %v", name, target, time.Since(began).Round(time.Millisecond))
}

// transact orders one transaction for every organisation: an approval of a definition nobody commits, which every
// chaincode network can do, and which is endorsed, ordered, validated and reported like any other.
func transact(t *testing.T, n *Network, version string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	definition := n.definition()
	definition.Sequence, definition.Version = 2, version
	err := n.approve(ctx, definition)
	if err != nil {
		t.Errorf("a transaction %q: %v", version, err)
	}
	metadata(t, n)
}

// metadata asks the chaincode itself, through every organisation's own peer and chaincode server.
func metadata(t *testing.T, n *Network) {
	t.Helper()
	for _, o := range n.Topology().Organisations {
		out := shell(t, n, o.MSPID, `peer chaincode query -C imi -n imi -c '{"Args":["org.hyperledger.fabric:GetMetadata"]}'`)
		if !strings.Contains(out, `"contracts"`) {
			t.Errorf("%s: %.200s", o.MSPID, out)
		}
	}
}

func peerProgram(t *testing.T, n *Network) {
	t.Helper()
	for _, o := range n.Topology().Organisations {
		if out := shell(t, n, o.MSPID, "peer channel getinfo -c imi"); !strings.Contains(out, `"height":`) {
			t.Errorf("%s: %s", o.MSPID, out)
		}
	}
}

// resetKeepsOthers: what people put into the folder stays, everything else goes, and nothing runs on.
func resetKeepsOthers(t *testing.T, n *Network) {
	t.Helper()
	mine := []string{n.layout.organisation("PoliceMSP", "signing.key"), n.layout.at("笔记.txt")}
	for _, path := range mine {
		if err := os.WriteFile(path, []byte("mine"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	processes := n.state.Processes
	if err := Reset(t.Context(), n.Dir(), nil); err != nil {
		t.Fatal("reset:", told(err))
	}
	var left []string
	_ = filepath.WalkDir(n.Dir(), func(path string, entry os.DirEntry, _ error) error {
		if !entry.IsDir() {
			left = append(left, path)
		}
		return nil
	})
	if len(left) != len(mine) {
		t.Errorf("after reset there are %v, want only %v", left, mine)
	}
	for name, p := range processes {
		if p.alive() {
			t.Errorf("%s still runs after reset", name)
		}
	}
	if n.Runtime() == Docker {
		if left, err := run(t.Context(), "docker", "ps", "-aq", "--filter", "label=com.docker.compose.project="+n.state.Project); err != nil || left != "" {
			t.Errorf("containers after reset: %q, %v", left, err)
		}
	}
}
