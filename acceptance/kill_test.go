//go:build integration

package acceptance

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestAnyKilledNodeComesBack kills one node of each kind as hard as can be. The network must notice, `imi network start`
// must bring it back, everything recorded must be there, and new writes must work.
func TestAnyKilledNodeComesBack(t *testing.T) {
	for _, kind := range []string{"peer", "orderer", "chaincode", "gateway"} {
		t.Run(kind, func(t *testing.T) {
			before := writeDocument(t, kind+" before")
			victim := kill(t, kind)
			must(t, "network", "start")
			for _, n := range nodes(t) {
				if n.State != "running" {
					t.Errorf("%s is %s after start", n.Name, n.State)
				}
				if n.Name == victim.Name && n.PID == victim.PID {
					t.Errorf("%s has the process id of the dead one", n.Name)
				}
			}
			must(t, "verify", "document", before)
			must(t, "verify", "document", writeDocument(t, kind+" after"))
			must(t, "verify", "document", filepath.Join(district.dir, "demo", "1", "degree-certificate.pdf"))
		})
	}
}

// writeDocument registers a new file and returns its name.
func writeDocument(t *testing.T, content string) string {
	t.Helper()
	name := newFile(t, content)
	must(t, "document", "register", name, "--kind", "contract")
	return name
}

func newFile(t *testing.T, content string) string {
	t.Helper()
	name := filepath.Join(filepath.Dir(district.dir), strings.ReplaceAll(content, " ", "-")+".txt")
	if err := os.WriteFile(name, []byte(content+"\n"+time.Now().String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// kill ends one node of a kind and waits until the status says so.
func kill(t *testing.T, kind string) node {
	t.Helper()
	var victim node
	for _, n := range nodes(t) {
		if n.Kind == kind && strings.HasSuffix(n.Name, ".service") {
			victim = n
		}
	}
	if victim.PID == 0 {
		t.Fatalf("no %s to kill", kind)
	}
	if err := syscall.Kill(victim.PID, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(50 * time.Millisecond) {
		for _, n := range nodes(t) {
			if n.Name == victim.Name && n.State != "running" {
				return victim
			}
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s was killed and its status is still running", victim.Name)
		}
	}
}
