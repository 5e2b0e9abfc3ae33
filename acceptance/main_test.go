//go:build integration

package acceptance

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/imi-ledger/imi/fabric"
)

// district is the network all tests here share: made by the demo, so its story has been told on it.
var district struct {
	dir   string // holds a space and Chinese characters
	story string // what the demo printed
}

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	root, err := os.MkdirTemp("", "imi 验收 ")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer func() { _ = os.RemoveAll(root) }() // a leftover in the temporary folder harms nobody
	district.dir = filepath.Join(root, "network")
	// Registered before the demo runs, so that a demo that fails half-way leaves no processes behind.
	defer func() {
		if _, stderr, code := imi("network", "reset"); code != 0 {
			fmt.Fprintln(os.Stderr, "reset:", stderr)
		}
	}()
	stdout, stderr, code := imi("demo", "--lang", "en")
	district.story = stdout
	if code != 0 {
		fmt.Fprintf(os.Stderr, "imi demo ended %d\n%s\n%s\n", code, stdout, stderr)
		return 1
	}
	return m.Run()
}

// imi runs the program on the shared network.
func imi(args ...string) (stdout, stderr string, code int) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	program, err := filepath.Abs("../bin/imi")
	if err != nil {
		return "", err.Error(), -1
	}
	var out, errs bytes.Buffer
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Env = append(os.Environ(), "IMI_DIR="+district.dir)
	cmd.Dir = filepath.Dir(district.dir)
	cmd.Stdout, cmd.Stderr = &out, &errs
	err = cmd.Run()
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit):
		code = exit.ExitCode()
	case err != nil:
		return "", fmt.Sprintf("%v (is bin/imi built? make build)", err), -1
	}
	return out.String(), errs.String(), code
}

// must runs the program and demands success.
func must(t *testing.T, args ...string) string {
	t.Helper()
	stdout, stderr, code := imi(args...)
	if code != 0 {
		t.Fatalf("imi %s ended %d\n%s\n%s", strings.Join(args, " "), code, stdout, stderr)
	}
	return stdout
}

// node is what `imi network status -o json` says of one.
type node struct {
	Name         string `json:"name"`
	Kind         string `json:"kind"`
	Organisation string `json:"organisation"`
	Port         int    `json:"port"`
	State        string `json:"state"`
	PID          int    `json:"pid"`
}

func nodes(t *testing.T) []node {
	t.Helper()
	stdout, stderr, _ := imi("network", "status", "-o", "json")
	var status struct {
		Nodes []node `json:"nodes"`
	}
	if err := json.Unmarshal([]byte(stdout), &status); err != nil || len(status.Nodes) == 0 {
		t.Fatalf("status: %v\n%s\n%s", err, stdout, stderr)
	}
	return status.Nodes
}

// dial connects as an organisation.
func dial(t *testing.T, organisation string) *fabric.Client {
	t.Helper()
	profile, err := fabric.LoadProfile(filepath.Join(district.dir, "organisations", organisation, "profile.json"))
	if err != nil {
		t.Fatal(err)
	}
	client, err := fabric.Dial(t.Context(), profile, fabric.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() }) // the test is over
	return client
}
