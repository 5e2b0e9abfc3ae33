package bench

import (
	"bytes"
	"context"
	_ "embed"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/imi-ledger/imi/network"
)

// bareScript brings a network up by Fabric's own programs alone.
//
//go:embed bare/network.sh
var bareScript []byte

// Images of the script's containers, by its names for them.
var bareImages = map[network.Kind]string{network.Orderer: "imi-bare-fabric", network.Peer: "imi-bare-fabric", network.Chaincode: "imi-bare-chaincode"}

// bare is a network that the script makes in a folder.
type bare struct {
	plan        network.Plan
	environment []string
}

// newBare writes what the script starts from. programs is where Fabric's are, or will be built.
func newBare(ctx context.Context, folder, programs string, runtime network.Runtime) (*bare, error) {
	chaincode, err := comparator()
	if err != nil {
		return nil, err
	}
	source, err := network.FabricSource()
	if err != nil {
		return nil, err
	}
	plan, err := network.WritePlan(network.Options{Dir: folder, Runtime: runtime,
		Programs: network.Programs{Chaincode: chaincode, Gateway: network.LeaveOut}}, bareImages)
	if err != nil {
		return nil, err
	}
	b := &bare{plan, append(os.Environ(), "DIR="+plan.Dir, "BIN="+programs, "SOURCE="+source, "BASE="+strconv.Itoa(plan.BasePort),
		"PACKAGE="+plan.PackageID, "BUILDER="+plan.Builder, "CHAINCODE="+chaincode, "RUNTIME="+string(runtime),
		"PROJECT="+plan.Project)}
	if runtime == network.Docker {
		compose, err := network.ComposeProgram(ctx)
		if err != nil {
			return nil, err
		}
		b.environment = append(b.environment, "COMPOSE="+strings.Join(compose, " "))
	}
	return b, os.WriteFile(filepath.Join(plan.Dir, "network.sh"), bareScript, 0o755)
}

// run runs the script. What it said is in the error.
func (b *bare) run(ctx context.Context, what string) error {
	command := exec.CommandContext(ctx, "bash", filepath.Join(b.plan.Dir, "network.sh"), what)
	command.Env, command.WaitDelay = b.environment, time.Second
	// A group of its own, so that what it has started ends with it when the run is interrupted.
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	command.Cancel = func() error { return syscall.Kill(-command.Process.Pid, syscall.SIGKILL) }
	said, err := os.Create(filepath.Join(b.plan.Dir, "said-"+what)) // a file, not a pipe: the nodes outlive the script
	if err != nil {
		return err
	}
	defer said.Close()
	command.Stdout, command.Stderr = said, said
	if err := command.Run(); err != nil {
		text, _ := os.ReadFile(said.Name()) // what it said only adds to the error
		return fmt.Errorf("network.sh %s: %w\n%s", what, err, text[max(0, len(text)-2000):])
	}
	return nil
}

// pids are the processes of its nodes.
func (b *bare) pids(ctx context.Context) (pids []int) {
	text, err := os.ReadFile(filepath.Join(b.plan.Dir, "pids"))
	if err != nil {
		text = containerPids(ctx, b.plan.Project)
	}
	for field := range bytes.FieldsSeq(text) {
		if pid, err := strconv.Atoi(string(field)); err == nil {
			pids = append(pids, pid)
		}
	}
	return pids
}

// containerPids lists the processes of a project's containers; none where the engine does not tell.
func containerPids(ctx context.Context, project string) []byte {
	ids, err := exec.CommandContext(ctx, "docker", "ps", "-q", "--filter", "label=com.docker.compose.project="+project).Output()
	if err != nil || len(ids) == 0 {
		return nil
	}
	text, _ := exec.CommandContext(ctx, "docker", append([]string{"inspect", "--format", "{{.State.Pid}}"}, strings.Fields(string(ids))...)...).Output()
	return text
}

// end stops the nodes and deletes the folder.
func (b *bare) end(ctx context.Context) error {
	err := b.run(ctx, "down")
	for _, pid := range b.pids(ctx) {
		awaitEnd(pid)
	}
	if err != nil {
		return err
	}
	return os.RemoveAll(b.plan.Dir)
}

// awaitEnd waits some seconds for a process that was killed.
func awaitEnd(pid int) {
	for deadline := time.Now().Add(5 * time.Second); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		if _, err := os.Stat(fmt.Sprintf("/proc/%d", pid)); err != nil {
			return
		}
	}
}
