//go:build integration

package fabric_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/imi-ledger/imi/ledger"
)

// testOtherSDK runs interop/sdkgo, a program of another module, with the exported connection profile: what it writes is
// a transaction like any other.
func (n *realNetwork) testOtherSDK(t *testing.T) {
	folder := t.TempDir()
	program := filepath.Join(folder, "sdkgo")
	build := exec.CommandContext(t.Context(), "go", "build", "-C", "../interop/sdkgo", "-o", program, ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if text, err := build.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, text)
	}
	profile, err := n.ConnectionProfile(string(police))
	if err != nil {
		t.Fatal(err)
	}
	request, err := ledger.Encode(n.district.Issue(60))
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string][]byte{"profile.yaml": profile, "request.json": request} {
		if err := os.WriteFile(filepath.Join(folder, name), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	command := exec.CommandContext(t.Context(), program, "--profile", filepath.Join(folder, "profile.yaml"), "--org", string(police),
		"--execute", ledger.AttestationIssue, "--execute-argument", "@"+filepath.Join(folder, "request.json"))
	text, err := command.CombinedOutput()
	if err != nil || !strings.Contains(string(text), "VALID") || !strings.Contains(string(text), "QueryBlock") {
		t.Errorf("sdkgo: %v\n%s", err, text)
	}
	t.Logf("%s", text)
	if repeat := n.must(t, police, ledger.AttestationIssue, n.district.Issue(60)); len(repeat.Payload) == 0 {
		t.Error("what fabric-sdk-go wrote is not there")
	}
}
