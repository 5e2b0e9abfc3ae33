//go:build integration

package fabric_test

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/imi-ledger/imi/fabric"
	"github.com/imi-ledger/imi/ledger"
	"github.com/imi-ledger/imi/ledger/ledgertest"
	"github.com/imi-ledger/imi/network"
)

// realNetwork is a Fabric network of four organisations with the product's chaincode, and a district whose keys sign.
type realNetwork struct {
	*network.Network
	district *ledgertest.District
	clients  map[ledger.MSPID]*fabric.Client
}

func startNetwork(t *testing.T) *realNetwork {
	programs := t.TempDir()
	build := exec.CommandContext(t.Context(), "go", "build", "-o", programs+"/",
		"github.com/imi-ledger/imi/chaincode/imi-chaincode", "github.com/imi-ledger/imi/network/imi-builder")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if text, err := build.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, text)
	}
	dir := filepath.Join(t.TempDir(), "network 网络")
	up, err := network.Up(t.Context(), network.Options{
		Dir:      dir,
		Programs: network.Programs{Chaincode: filepath.Join(programs, "imi-chaincode"), Builder: filepath.Join(programs, "imi-builder"), Gateway: network.LeaveOut},
		Progress: func(step network.Step) { t.Logf("%-40s %s", step.Name, step.Duration.Round(time.Millisecond)) },
	})
	if err != nil {
		t.Fatal(err)
	}
	n := &realNetwork{Network: up, district: ledgertest.Unfounded(), clients: map[ledger.MSPID]*fabric.Client{}}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		if err := network.Reset(ctx, dir, nil); err != nil {
			t.Error(err)
		}
	})
	n.district.Now = ledger.At(time.Now())
	for _, id := range ledgertest.Organisations() {
		n.clients[id] = n.dial(t, id)
	}
	return n
}

func (n *realNetwork) dial(t *testing.T, organisation ledger.MSPID) *fabric.Client {
	path, err := n.ProfilePath(string(organisation))
	if err != nil {
		t.Fatal(err)
	}
	profile, err := fabric.LoadProfile(path)
	if err != nil {
		t.Fatal(err)
	}
	client, err := fabric.Dial(t.Context(), profile, fabric.Options{Settle: 2 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { client.Close() })
	return client
}

func (n *realNetwork) submit(t *testing.T, by ledger.MSPID, function string, request any) (fabric.Result, error) {
	t.Helper()
	text, err := ledger.Encode(request)
	if err != nil {
		t.Fatal(err)
	}
	return n.clients[by].Submit(t.Context(), function, text)
}

func (n *realNetwork) must(t *testing.T, by ledger.MSPID, function string, request any) fabric.Result {
	t.Helper()
	result, err := n.submit(t, by, function, request)
	if err != nil {
		t.Fatalf("%s by %s: %v", function, by, err)
	}
	return result
}

// signal sends a signal to one node of the network.
func (n *realNetwork) signal(t *testing.T, node string, signal syscall.Signal) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(n.Dir(), "network.json"))
	if err != nil {
		t.Fatal(err)
	}
	var state struct {
		Processes map[string]struct {
			PID int `json:"pid"`
		} `json:"processes"`
	}
	if err := json.Unmarshal(text, &state); err != nil || state.Processes[node].PID == 0 {
		t.Fatalf("no process of %s: %v", node, err)
	}
	if err := syscall.Kill(state.Processes[node].PID, signal); err != nil {
		t.Fatal(err)
	}
}
