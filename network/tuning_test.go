package network

import (
	"os"
	"path/filepath"
	goruntime "runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// What a node inherits is seen from within it; this program's own threads stay as they were.
func TestNodesInheritTheTimerSlack(t *testing.T) {
	dir := t.TempDir()
	seen := filepath.Join(dir, "seen")
	goruntime.LockOSThread()
	defer goruntime.UnlockOSThread()
	own := ownTimerSlack()
	p, err := spawn("/bin/sh", []string{"-c", "read slack < /proc/self/timerslack_ns; echo $slack > seen.part; mv seen.part seen; exec sleep 60"},
		nil, dir, filepath.Join(dir, "log"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = p.stop(time.Second) })
	text, err := os.ReadFile(seen)
	for deadline := time.Now().Add(10 * time.Second); err != nil && time.Now().Before(deadline); text, err = os.ReadFile(seen) {
		time.Sleep(time.Millisecond)
	}
	if got := strings.TrimSpace(string(text)); got != "500000" {
		t.Errorf("the program's threads have a timer slack of %q ns (%v)", got, err)
	}
	if after := ownTimerSlack(); after != own {
		t.Errorf("this program's own timer slack changed from %d to %d ns", own, after)
	}
}

// ownTimerSlack is that of the calling thread.
func ownTimerSlack() uintptr {
	slack, _, _ := syscall.RawSyscall(syscall.SYS_PRCTL, syscall.PR_GET_TIMERSLACK, 0, 0)
	return slack
}

func TestGatewaysKeepTheirCores(t *testing.T) {
	limitsCores := func(setting string) bool { return strings.HasPrefix(setting, "GOMAXPROCS=") }
	for kind, want := range map[Kind]bool{Orderer: true, Peer: true, Chaincode: true, Gateway: false} {
		if got := slices.ContainsFunc(nodeEnvironment(Node{Kind: kind}), limitsCores); got != want {
			t.Errorf("%s: cores limited %v, want %v", kind, got, want)
		}
	}
}
