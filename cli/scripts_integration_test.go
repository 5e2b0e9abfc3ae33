//go:build integration

package cli_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/imi-ledger/imi/cli"
	"github.com/imi-ledger/imi/network"
)

// TestNetworkScripts runs the stories that need a network, all on one, which is made for this run in a temporary folder.
// A story that wants one of its own makes it in ./.imi; it is ended with the story.
func TestNetworkScripts(t *testing.T) {
	programs := buildPrograms(t)
	dir := filepath.Join(t.TempDir(), "共享 network")
	t.Cleanup(func() { reset(t, dir) })
	var said lastWords
	streams := cli.Streams{In: os.Stdin, Out: io.Discard, Err: &said}
	if exit := cli.Run(t.Context(), "imi", []string{"--dir", dir, "network", "up", "--programs", programs}, streams); exit != 0 {
		t.Fatalf("imi network up: exit code %d\n%s", exit, said)
	}
	data, err := filepath.Abs("../testdata")
	if err != nil {
		t.Fatal(err)
	}
	commands := map[string]func(*testscript.TestScript, bool, []string){"copied": runCopied, "readme": runReadme, "edit": runEdit}
	for name, do := range scriptCommands {
		commands[name] = do
	}
	t.Run("stories", func(t *testing.T) {
		testscript.Run(t, testscript.Params{Dir: "../testdata/scripts/network", Cmds: commands, RequireExplicitExec: true,
			Setup: func(env *testscript.Env) error {
				env.Setenv("IMI_DIR", dir)
				env.Setenv("DATA", data)
				env.Setenv("HOME", os.Getenv("HOME")) // Fabric's programs are cached below it
				env.Setenv("XDG_CACHE_HOME", os.Getenv("XDG_CACHE_HOME"))
				env.Setenv("IMI_CACHE", os.Getenv("IMI_CACHE"))
				own := filepath.Join(env.WorkDir, ".imi")
				env.Defer(func() { reset(t, own) })
				return errors.Join(os.Symlink(programs, filepath.Join(env.WorkDir, "bin")), os.Symlink(data, filepath.Join(env.WorkDir, "testdata")))
			}})
	})
}

// lastWords keeps what was said for a failure's report.
type lastWords []byte

// Write implements io.Writer.
func (w *lastWords) Write(text []byte) (int, error) {
	*w = append(*w, text...)
	return len(text), nil
}

func reset(t *testing.T, dir string) {
	if _, err := network.Open(dir); err != nil {
		return
	}
	var said lastWords
	if exit := cli.Run(context.Background(), "imi", []string{"--dir", dir, "network", "reset"}, cli.Streams{Out: io.Discard, Err: &said}); exit != 0 {
		t.Errorf("imi network reset: exit code %d\n%s", exit, said)
	}
}

func buildPrograms(t *testing.T) string {
	folder := t.TempDir()
	build := exec.CommandContext(t.Context(), "go", "build", "-o", folder+"/",
		"./imi", "../chaincode/imi-chaincode", "../gateway/imi-gateway", "../network/imi-builder")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build the programs: %v\n%s", err, out)
	}
	return folder
}

// runCopied takes the JSON of a demo and runs every command it printed as a person would who copies it into a shell. It
// was done once already, so many are refused now; none may be a usage error or a fault.
func runCopied(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: copied FILE")
	}
	var told struct {
		Steps []struct{ Commands []struct{ Command string } }
		Next  []string
	}
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(args[0])), &told))
	var lines []string
	for _, step := range told.Steps {
		for _, c := range step.Commands {
			lines = append(lines, c.Command)
		}
	}
	lines = append(lines, told.Next...)
	if len(lines) < 15 {
		ts.Fatalf("only %d commands were printed", len(lines))
	}
	for _, line := range lines {
		began := time.Now()
		code := exitCode(ts, ts.Exec("sh", "-c", line))
		ts.Logf("exit %d after %v: %s", code, time.Since(began).Round(time.Millisecond), line)
		if !slices.Contains([]int{0, 3, 5, 6, 7}, code) {
			ts.Fatalf("copied into a shell it ends with exit code %d: %s\n%s", code, line, ts.ReadFile("stderr"))
		}
	}
}

// runEdit edits an index behind the back of the gateway whose it is.
func runEdit(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: edit FILE STATEMENT")
	}
	db, err := sql.Open("sqlite", "file:"+(&url.URL{Path: args[0]}).EscapedPath()+"?_pragma=busy_timeout(10000)")
	ts.Check(err)
	defer db.Close()
	_, err = db.ExecContext(context.Background(), args[1])
	ts.Check(err)
}

// runReadme takes the indented block under a heading of a text in Markdown and runs each of its lines as a person would who
// copies it into a shell in the repository: all must succeed.
func runReadme(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: readme FILE HEADING")
	}
	_, part, found := strings.Cut(ts.ReadFile(args[0]), "\n## "+args[1]+"\n")
	if !found {
		ts.Fatalf("%s has no part %q", args[0], args[1])
	}
	part, _, _ = strings.Cut(part, "\n## ")
	count := 0
	for line := range strings.Lines(part) {
		line, indented := strings.CutPrefix(strings.TrimRight(line, "\n"), "    ")
		if !indented {
			continue
		}
		count++
		if !strings.HasPrefix(line, "bin/imi ") {
			ts.Fatalf("not a command of this program: %s", line)
		}
		began := time.Now()
		code := exitCode(ts, ts.Exec("sh", "-c", line))
		ts.Logf("exit %d after %v: %s", code, time.Since(began).Round(time.Millisecond), line)
		if code != 0 {
			ts.Fatalf("copied into a shell it ends with exit code %d: %s\n%s", code, line, ts.ReadFile("stderr"))
		}
	}
	if count < 5 {
		ts.Fatalf("only %d commands in part %q", count, args[1])
	}
}
