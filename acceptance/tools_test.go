//go:build integration

package acceptance

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// shell runs a script with Fabric's own peer program set up as the README says.
func shell(t *testing.T, script string) string {
	t.Helper()
	program, err := filepath.Abs("../bin/imi")
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "sh", "-ec", `eval "$("$IMI" network env ServiceMSP)"; `+script)
	cmd.Env = append(os.Environ(), "IMI="+program, "IMI_DIR="+district.dir)
	cmd.Dir = t.TempDir()
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", script, err, out)
	}
	return string(out)
}

func TestFabricsOwnPeerProgram(t *testing.T) {
	if out := shell(t, `peer channel getinfo -c imi`); !strings.Contains(out, `"height":`) {
		t.Errorf("getinfo: %s", out)
	}
	out := shell(t, `peer chaincode query -C imi -n imi -c '{"Args":["record:Read","{\"key\":\"organisation/PoliceMSP\"}"]}'`)
	if !strings.Contains(out, `"mspid":"PoliceMSP"`) {
		t.Errorf("query: %s", out)
	}
}

// TestArchivedSDK builds interop/sdkgo, a module of its own, and lets it query, execute and read a block.
func TestArchivedSDK(t *testing.T) {
	program := filepath.Join(t.TempDir(), "sdkgo")
	build := exec.CommandContext(t.Context(), "go", "build", "-o", program, ".")
	build.Dir = "../interop/sdkgo"
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	profile := filepath.Join(t.TempDir(), "connection.yaml")
	if err := os.WriteFile(profile, []byte(must(t, "network", "profile", "ServiceMSP")), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), program, "--profile", profile, "--org", "ServiceMSP").CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	t.Logf("%s", out)
}
