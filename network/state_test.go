package network

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestOpenRefuses(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "一个 网络")
	if _, err := Open(dir); !errors.Is(err, ErrNoNetwork) {
		t.Errorf("nothing there: %v", err)
	}
	for text, want := range map[string]string{
		`{"version":99}`:                            "state 99",
		`{"version":1,"fabric":"v2.5.0"}`:           "Fabric v2.5.0",
		`{"version":"later","topology":"a string"}`: "damaged",
		`{"version":1,`:                             "damaged",
		``:                                          "damaged",
	} {
		if err := writePublic(layout{dir}.state(), []byte(text)); err != nil {
			t.Fatal(err)
		}
		_, err := Open(dir)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", text, err)
			continue
		}
		var knows interface{ Remedy() string }
		if !errors.As(err, &knows) || !strings.Contains(knows.Remedy(), "imi network reset --dir '"+dir+"'") {
			t.Errorf("%s: no command that resolves it: %v", text, err)
		}
		if _, err := Up(t.Context(), Options{Dir: dir}); err == nil {
			t.Errorf("%s: up goes on", text)
		}
	}
}

// Reset of another version's folder removes it, and leaves what people put beside it.
func TestResetOfAnotherVersion(t *testing.T) {
	n := prepared(t, Native)
	n.state.Version = 99
	if err := n.state.write(n.layout); err != nil {
		t.Fatal(err)
	}
	key := n.layout.organisation("PoliceMSP", "signing.key")
	if err := writeSecret(key, []byte("mine")); err != nil {
		t.Fatal(err)
	}
	t.Setenv("IMI_CACHE", t.TempDir())
	if err := Reset(t.Context(), n.layout.dir, nil); err != nil {
		t.Fatal(err)
	}
	var left []string
	_ = filepath.WalkDir(n.layout.dir, func(path string, entry os.DirEntry, _ error) error {
		if !entry.IsDir() {
			left = append(left, path)
		}
		return nil
	})
	if len(left) != 1 || left[0] != key {
		t.Errorf("left: %v, want only %s", left, key)
	}
	if err := Reset(t.Context(), n.layout.dir, nil); !errors.Is(err, ErrNoNetwork) {
		t.Errorf("a second reset: %v", err)
	}
}

func TestUpRefusesForeignFolder(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "docker"), 0o700); err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(t.TempDir(), "p")
	if err := os.WriteFile(program, nil, 0o700); err != nil {
		t.Fatal(err)
	}
	_, err := Up(t.Context(), Options{Dir: dir, Programs: Programs{Chaincode: program, Builder: program, Gateway: LeaveOut}})
	if err == nil || !strings.Contains(err.Error(), "not part of any network") {
		t.Errorf("got %v", err)
	}
	if _, err := os.Stat(filepath.Join(dir, "docker")); err != nil {
		t.Error("the folder was removed")
	}
}

func TestUpRefusesToBecomeAnother(t *testing.T) {
	n := prepared(t, Native)
	for name, o := range map[string]Options{
		"topology": {Topology: Raft1()}, "runtime": {Runtime: Docker}, "base port": {BasePort: 9000},
	} {
		o.Dir = n.layout.dir
		if _, err := Up(t.Context(), o); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestStatusTellsDeathFromStop(t *testing.T) {
	n := prepared(t, Native)
	n.state.Processes = map[string]*process{"peer.police": {PID: os.Getpid(), Start: 1, Boot: bootID()}}
	if err := n.state.write(n.layout); err != nil {
		t.Fatal(err)
	}
	s, err := n.Status(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, node := range s.Nodes {
		if node.State != Stopped || (node.Problem != "") != (node.Name == "peer.police") {
			t.Errorf("%s: %s %q", node.Name, node.State, node.Problem)
		}
	}
	if s.Healthy() {
		t.Error("a network that does not run is healthy")
	}
}
