package network

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// A shell must get back exactly what went in, whatever it is.
func TestShellQuote(t *testing.T) {
	for _, text := range []string{"", "plain", "with space", "一个 网络", "it's", `a"b`, "$HOME `id` \\", "-n", "a\nb", "!x", "~", "*"} {
		out, err := exec.Command("sh", "-c", "printf %s "+shellQuote(text)).Output()
		if err != nil || string(out) != text {
			t.Errorf("%q came back as %q, %v", text, out, err)
		}
	}
}

func TestEnv(t *testing.T) {
	n := prepared(t, Native)
	env, err := n.Env("NotaryMSP")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{"CORE_PEER_TLS_CLIENTKEY_FILE", "CORE_PEER_TLS_ROOTCERT_FILE", "CORE_PEER_MSPCONFIGPATH", "FABRIC_CFG_PATH", "ORDERER_CA"} {
		out, err := exec.Command("sh", "-c", env+`printf %s "$`+file+`"`).Output()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := os.Stat(string(out)); err != nil {
			t.Errorf("%s: %v", file, err)
		}
	}
	if !strings.Contains(env, "export CORE_PEER_ADDRESS=127.0.0.1:20022\n") {
		t.Errorf("no address of the own peer in\n%s", env)
	}
	if _, err := n.Env("NobodyMSP"); err == nil || !strings.Contains(err.Error(), "ServiceMSP") {
		t.Errorf("an unknown organisation must be refused with the known ones, got %v", err)
	}
}

// The pinned version in go.mod and the one the code asks for are the same.
func TestFabricIsPinned(t *testing.T) {
	text := read(t, filepath.Join("fabricbin", "go.mod"))
	// v3.1.1 as a module version: the commit of that tag.
	if !strings.Contains(text, fabricModule+" v1.4.0-rc1.0.20250510200036-435a7f1a780a") {
		t.Errorf("fabricbin/go.mod does not pin Fabric %s", FabricVersion)
	}
	for _, name := range fabricPrograms {
		if !strings.Contains(text, fabricModule+"/cmd/"+name+"\n") {
			t.Errorf("fabricbin/go.mod has no tool line for %s", name)
		}
	}
}

func TestProgramsAreFound(t *testing.T) {
	root := t.TempDir()
	bin := filepath.Join(root, "bin")
	if err := os.MkdirAll(filepath.Join(root, "a", "b"), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Chdir(filepath.Join(root, "a", "b"))
	if _, err := (Programs{}).resolve(); err == nil || !strings.Contains(err.Error(), "imi-chaincode") {
		t.Errorf("got %v", err)
	}
	for _, name := range []string{"imi-chaincode", "imi-builder"} {
		if err := writeFile(filepath.Join(bin, name), []byte("x"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	p, err := Programs{Gateway: LeaveOut}.resolve()
	if err != nil || filepath.Dir(p.Chaincode) != bin || p.Gateway != LeaveOut {
		t.Errorf("%+v, %v", p, err)
	}
	if _, err := (Programs{Chaincode: filepath.Join(bin, "none")}).resolve(); err == nil {
		t.Error("a program that was named but is not there is accepted")
	}
}

func TestDoctorWithoutNetwork(t *testing.T) {
	checks, err := Doctor(t.Context(), filepath.Join(t.TempDir(), "none"))
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	for _, c := range checks {
		names[c.Name] = true
		if c.Verdict != Good && c.Remedy == "" {
			t.Errorf("%s is %s (%s) without a remedy", c.Name, c.Verdict, c.Found)
		}
	}
	for _, name := range []string{"Go", "Fabric's programs", "disk space", "clock", "Docker engine", "network"} {
		if !names[name] {
			t.Errorf("no check %q", name)
		}
	}
}

func TestDoctorFindsOpenKeysAndDeadProcesses(t *testing.T) {
	n := prepared(t, Native)
	n.state.Processes = map[string]*process{"peer.police": {PID: os.Getpid(), Start: 1, Boot: bootID()}}
	if err := n.state.write(n.layout); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(n.layout.node("peer.police", "msp", "keystore", "key.pem"), 0o644); err != nil {
		t.Fatal(err)
	}
	checks, err := Doctor(t.Context(), n.layout.dir)
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]Verdict{}
	for _, c := range checks {
		found[c.Name] = c.Verdict
	}
	for _, name := range []string{"private keys", "processes", "nodes"} {
		if found[name] != Bad {
			t.Errorf("%s: %s, want %s", name, found[name], Bad)
		}
	}
}
