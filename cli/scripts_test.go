package cli_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/imi-ledger/imi/cli"
)

// TestMain makes this test's own binary the program imi of the scripts.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"imi": func() {
		ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
		defer stop()
		os.Exit(cli.Run(ctx, "imi", os.Args[1:], cli.Streams{In: os.Stdin, Out: os.Stdout, Err: os.Stderr}))
	}})
}

// TestScripts runs the stories that need no network.
func TestScripts(t *testing.T) {
	data, err := filepath.Abs("../testdata")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{Dir: "../testdata/scripts/offline", Cmds: scriptCommands, RequireExplicitExec: true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("DATA", data)
			return nil
		}})
}

// scriptCommands are what the scripts say besides testscript's own words:
//
//	exits N PROGRAM ARG…     run a program that must end with exit code N
//	take VARIABLE PATH       take a value (a.b.0) out of the JSON printed last
//	flip FROM TO             copy a file with one bit in its middle changed
//	killed N PROGRAM ARG…    run a program N times, killing it each time (SIGKILL) when it tells that its checkpoint is written
var scriptCommands = map[string]func(*testscript.TestScript, bool, []string){
	"exits": func(ts *testscript.TestScript, neg bool, args []string) {
		if neg || len(args) < 2 {
			ts.Fatalf("usage: exits N PROGRAM ARG…")
		}
		want, err := strconv.Atoi(args[0])
		ts.Check(err)
		if got := exitCode(ts, ts.Exec(args[1], args[2:]...)); got != want {
			ts.Fatalf("exit code %d, want %d", got, want)
		}
	},
	"flip": func(ts *testscript.TestScript, neg bool, args []string) {
		if neg || len(args) != 2 {
			ts.Fatalf("usage: flip FROM TO")
		}
		text := []byte(ts.ReadFile(args[0]))
		text[len(text)/2] ^= 1
		ts.Check(os.WriteFile(ts.MkAbs(args[1]), text, 0o600))
	},
	"killed": func(ts *testscript.TestScript, neg bool, args []string) {
		if neg || len(args) < 2 {
			ts.Fatalf("usage: killed N PROGRAM ARG…")
		}
		times, err := strconv.Atoi(args[0])
		ts.Check(err)
		for range times {
			killOnce(ts, args[1:])
		}
	},
	"take": func(ts *testscript.TestScript, neg bool, args []string) {
		if neg || len(args) != 2 {
			ts.Fatalf("usage: take VARIABLE PATH")
		}
		var value any
		ts.Check(json.Unmarshal([]byte(ts.ReadFile("stdout")), &value))
		for name := range strings.SplitSeq(args[1], ".") {
			switch inside := value.(type) {
			case map[string]any:
				value = inside[name]
			case []any:
				i, err := strconv.Atoi(name)
				ts.Check(err)
				value = inside[i]
			}
		}
		text, ok := value.(string)
		if !ok {
			ts.Fatalf("%s is not a text", args[1])
		}
		ts.Setenv(args[0], text)
	},
}

func killOnce(ts *testscript.TestScript, args []string) {
	path, err := exec.LookPath(args[0])
	ts.Check(err)
	program := exec.Command(path, args[1:]...)
	program.Dir, program.Env = ts.MkAbs("."), append(os.Environ(), "IMI_DIR="+ts.Getenv("IMI_DIR"))
	told, err := program.StderrPipe()
	ts.Check(err)
	ts.Check(program.Start())
	killed := false
	var all []string
	for lines := bufio.NewScanner(told); lines.Scan(); {
		all = append(all, lines.Text())
		if !killed && strings.Contains(lines.Text(), "checkpoint written") {
			killed = program.Process.Kill() == nil
		}
	}
	err = program.Wait()
	ts.Logf("%v, after %q", err, all)
	if !killed {
		ts.Fatalf("it wrote no checkpoint to be killed at")
	}
}

func exitCode(ts *testscript.TestScript, err error) int {
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		ts.Fatalf("%v", err)
	}
	if exit == nil {
		return 0
	}
	return exit.ExitCode()
}
