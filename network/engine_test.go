package network

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// dockerSays puts a program called docker, and nothing else, on the PATH.
func dockerSays(t *testing.T, script string) {
	t.Helper()
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "docker"), []byte("#!/bin/sh\n"+script+"\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", folder)
	t.Setenv("IMI_CACHE", t.TempDir())
}

const noDaemon = "echo 'Cannot connect to the Docker daemon' >&2; exit 1"

// TestEngineAway: nothing is known of nodes in containers, which is not the same as that they are stopped.
func TestEngineAway(t *testing.T) {
	for name, script := range map[string]string{"refuses": noDaemon, "never answers": "exec /bin/sleep 600"} {
		t.Run(name, func(t *testing.T) {
			dockerSays(t, script)
			usual := engineLimit
			engineLimit = 100 * time.Millisecond
			defer func() { engineLimit = usual }()
			n := prepared(t, Docker)
			var away *EngineAway
			if s, err := n.Status(t.Context()); !errors.As(err, &away) {
				t.Errorf("status: %+v, %v", s, err)
			}
			if err := n.runtime().prepare(t.Context(), func(string) {}); !errors.As(err, &away) {
				t.Errorf("prepare: %v", err)
			}
			if err := writePublic(n.layout.docker("compose.yaml"), []byte("services: {}\n")); err != nil {
				t.Fatal(err)
			}
			var failure *Failure
			if err := n.Stop(t.Context()); !errors.As(err, &away) || !errors.As(err, &failure) || !strings.Contains(failure.Remedy, "start Docker") {
				t.Errorf("stop: %v", err)
			}
			checks, err := Doctor(t.Context(), n.Dir())
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range checks {
				if c.Name == "nodes" || c.Name == "Docker engine" && c.Verdict != Bad {
					t.Errorf("the doctor says %+v", c)
				}
			}
		})
	}
}

// TestDockerThatNeverStarted: an Up on a machine without Docker leaves a folder that can be stopped and deleted all the same.
func TestDockerThatNeverStarted(t *testing.T) {
	dockerSays(t, noDaemon)
	n := prepared(t, Docker)
	if err := n.Stop(t.Context()); err != nil {
		t.Errorf("stop: %v", err)
	}
	if err := n.Down(t.Context()); err != nil {
		t.Errorf("down: %v", err)
	}
	if err := Reset(t.Context(), n.Dir(), nil); err != nil {
		t.Errorf("reset: %v", err)
	}
	if _, err := os.Stat(n.Dir()); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the folder is still there: %v", err)
	}
}

// A native network minds neither.
func TestDoctorOfNativeWithoutDocker(t *testing.T) {
	dockerSays(t, noDaemon)
	checks, err := Doctor(t.Context(), prepared(t, Native).Dir())
	if err != nil {
		t.Fatal(err)
	}
	found := false
	for _, c := range checks {
		found = found || c.Name == "nodes"
		if c.Name == "Docker engine" && c.Verdict != Warning {
			t.Errorf("%+v", c)
		}
	}
	if !found {
		t.Error("the nodes were not looked at")
	}
}

// TestImagesBearTheNetworksName from the first start on: deleting another network must not take them.
func TestImagesBearTheNetworksName(t *testing.T) {
	dockerSays(t, "exit 0")
	n := prepared(t, Docker)
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	fabric, err := FabricDir()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"peer", "orderer"} {
		if err := copyProgram(self, filepath.Join(fabric, name)); err != nil {
			t.Fatal(err)
		}
	}
	n.state.Project, n.state.Images = "", nil
	n.state.Programs = Programs{Chaincode: self, Gateway: self, Builder: self}
	if err := n.runtime().prepare(t.Context(), func(string) {}); err != nil {
		t.Fatal(err)
	}
	kept, err := readState(n.layout)
	if err != nil || len(kept.Images) != 4 {
		t.Fatalf("%v, %v", kept, err)
	}
	for kind, tag := range kept.Images {
		if !strings.HasSuffix(tag, "-"+projectName(n.layout.dir)) {
			t.Errorf("%s: %s", kind, tag)
		}
	}
}
