package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"github.com/imi-ledger/imi/cli/message"
	"github.com/imi-ledger/imi/cli/office"
)

// TestEveryCommandExplainsItself walks over all commands in both languages.
func TestEveryCommandExplainsItself(t *testing.T) {
	inBoth(t, func(t *testing.T, language message.Language) {
		a := newBench(t).app(Streams{})
		a.language = language
		seen := 0
		var walk func(*cobra.Command)
		walk = func(c *cobra.Command) {
			if c.Hidden {
				return
			}
			seen++
			if c.Short == "" || c.Long == "" || !strings.Contains(c.Example, "imi") {
				t.Errorf("%s: short %q, long %q, example %q", c.CommandPath(), c.Short, c.Long, c.Example)
			}
			if language == message.Chinese && !strings.ContainsFunc(c.Short, func(r rune) bool { return r >= 0x4e00 && r <= 0x9fff }) {
				t.Errorf("%s is not explained in Chinese: %q", c.CommandPath(), c.Short)
			}
			if help := c.UsageString(); language == message.Chinese && (strings.Contains(help, "(default") || !strings.Contains(help, "（默认 2m）")) {
				t.Errorf("%s tells its defaults in English:\n%s", c.CommandPath(), help)
			}
			for _, below := range c.Commands() {
				walk(below)
			}
		}
		walk(a.root())
		if seen < 50 {
			t.Errorf("only %d commands", seen)
		}
	})
}

// TestExamplesParse demands that every example names a command and flags that exist.
func TestExamplesParse(t *testing.T) {
	a := newBench(t).app(Streams{})
	var walk func(*cobra.Command)
	walk = func(c *cobra.Command) {
		for _, line := range strings.Split(c.Example, "\n") {
			_, line, found := strings.Cut(line, "imi ")
			if !found || strings.HasPrefix(strings.TrimSpace(line), "#") {
				continue
			}
			line, _, _ = strings.Cut(line, ")")
			line, _, _ = strings.Cut(line, " <")
			line, _, _ = strings.Cut(line, " >")
			root := newBench(t).app(Streams{}).root()
			below, rest, err := root.Find(strings.Fields(line))
			if err == nil {
				err = below.ParseFlags(rest)
			}
			if err != nil || below == root {
				t.Errorf("example %q of %s: %v", line, c.CommandPath(), err)
			}
		}
		for _, below := range c.Commands() {
			walk(below)
		}
	}
	walk(a.root())
}

func TestUsage(t *testing.T) {
	b := newBench(t)
	for _, args := range [][]string{
		{"nonsense"}, {"org", "nonsense"}, {"--nonsense"}, {"-o", "xml", "version"}, {"--lang", "fr", "version"}, {"--timeout", "0s", "version"},
		{"--timeout", "soon", "version"}, {"type", "show"}, {"type", "show", "identity"}, {"verify", "document"}, {"verify", "document", "a", "b"},
		{"document", "register", "x"}, {"document", "register-many"}, {"org", "approve", "0f3a"}, {"present", "--wallet"}, {"completion", "tcsh"},
		{"network", "up", "--runtime", "vm"}, {"network", "up", "--topology", "star"}, {"wallet", "rebind"},
		{"credential", "issue"}, {"credential", "issue", "--type", "degree/1"}, {"credential", "issue", "--type", "degree/1", "--citizen", "x"},
	} {
		inBoth(t, func(t *testing.T, language message.Language) {
			if o := b.run(append([]string{"--lang", string(language)}, args...)...); o.exit != exitUsage || o.err == "" {
				t.Errorf("imi %s: exit %d, %q", strings.Join(args, " "), o.exit, o.err)
			}
		})
	}
}

// TestNoPersonalDataInMessages gives an ID number in every place where it does not belong.
func TestNoPersonalDataInMessages(t *testing.T) {
	const number = "519801199903076233"
	b := founded(t)
	for _, args := range [][]string{{number}, {"enrol", number}, {"--number=" + number}, {"wallet", "list", number}, {"--timeout", number},
		{"verify", "credential", number}, {"type", "show", number}, {"org", "show", number}, {"org", "list", "--org", number}} {
		if o := b.run(args...); o.exit == exitDone || strings.Contains(o.out+o.err, number) {
			t.Errorf("imi %s: exit %d, %q", strings.Join(args[:len(args)-1], " "), o.exit, o.err)
		}
	}
}

func TestHelpEndsWell(t *testing.T) {
	b := newBench(t)
	for _, args := range [][]string{{}, {"--help"}, {"enrol", "-h"}, {"org", "--help"}, {"version"}, {"completion", "bash"}, {"completion", "zsh"},
		{"completion", "fish"}, {"completion", "powershell"}} {
		if out := b.mustRun(args...); out == "" {
			t.Errorf("imi %v prints nothing", args)
		}
	}
}

func TestNoNetwork(t *testing.T) {
	b := newBench(t)
	b.dir = t.TempDir()
	for _, args := range [][]string{{"org", "list"}, {"network", "status"}, {"network", "stop"}, {"network", "logs", "peer.police"}, {"nonce"},
		{"network", "env", "PoliceMSP"}, {"network", "profile", "PoliceMSP"}, {"network", "reset"}} {
		if said := b.mustFail(exitNotFound, args...); !strings.Contains(said, "imi network up") {
			t.Errorf("imi %v: %q does not say how to get one", args, said)
		}
	}
}

func TestInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	b := founded(t)
	b.gateway = "http://127.0.0.1:1"
	if o := b.runWith(ctx, "nonce"); o.exit != exitInterrupted || !strings.Contains(o.err, "imi: interrupted\n     repeat the command to go on") {
		t.Errorf("exit %d, %q", o.exit, o.err)
	}
}

// TestInterruptedAfterwards: who interrupts is told what was done already, and nothing else.
func TestInterruptedAfterwards(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	for name, c := range map[string]struct {
		err  error
		want string
	}{
		"nothing done":   {advise(ctx.Err(), nextPeer), "repeat the command to go on"},
		"something done": {adviseDone(ctx.Err(), nextUnconfirmed, "3f0c"), "imi verify credential 3f0c"},
		"in an import":   {&office.RowError{Row: 3, Err: ctx.Err()}, "repeat the command to go on"},
	} {
		a := newBench(t).app(Streams{Out: io.Discard})
		if e := a.explain(exitOf(ctx, c.err), c.err); e.line != "interrupted" || !strings.Contains(e.Next, c.want) {
			t.Errorf("%s: %q, next %q", name, e.line, e.Next)
		}
	}
}

// TestMistypedCommands: what may have been meant is offered; what was typed is not repeated.
func TestMistypedCommands(t *testing.T) {
	b := newBench(t)
	for line, want := range map[string]string{
		"netwrok up": "perhaps: imi network", "network stauts": "imi network status", "up": "perhaps: imi network up",
		"verify docment": "perhaps: imi verify document", "doctor": "perhaps: imi network doctor", "rotate-key": "perhaps: imi org rotate-key, imi wallet rotate-key",
		"nonsense": "see --help", "519801199903076233": "see --help", "completion": "takes bash",
		"show":           "see --help", // of too many kinds
		"--lang zh stop": "是否要用：imi network stop", "--lang zh stp": "请查看 --help",
	} {
		o := b.run(strings.Fields(line)...)
		if o.exit != exitUsage || !strings.Contains(o.err, want) {
			t.Errorf("imi %s: exit %d, %q, want %q", line, o.exit, o.err, want)
		}
	}
}

func TestJSONErrors(t *testing.T) {
	b := founded(t)
	o := b.run("-o", "json", "type", "show", "driving/7")
	want := `{"error":{"code":"not_found","field":"key","rule":"no such type","next":"check the name or identifier","exit":5}}`
	if got := compact(t, o.out); o.exit != exitNotFound || got != want {
		t.Errorf("exit %d, %s", o.exit, got)
	}
	if !strings.HasPrefix(o.err, "imi: not found: key: no such type") {
		t.Errorf("people are told %q", o.err)
	}
	if o := b.run("--lang", "zh", "type", "show", "driving/7"); !strings.Contains(o.err, "未找到：key：没有这样的记录（type）") {
		t.Errorf("%q", o.err)
	}
}

// TestJSONWhateverHappens runs every command with arguments that do not fit, and without a network: what a program reads
// on standard output is one JSON value all the same.
func TestJSONWhateverHappens(t *testing.T) {
	b := newBench(t)
	b.dir = t.TempDir()
	startsNetworks := []string{"imi network up", "imi demo", "imi bench"}
	var walk func(*cobra.Command)
	walk = func(c *cobra.Command) {
		for _, below := range c.Commands() {
			walk(below)
		}
		path := strings.Fields(c.CommandPath())[1:]
		if c.Hidden || len(path) == 0 || slices.Contains(startsNetworks, c.CommandPath()) {
			return
		}
		for _, more := range [][]string{{"-o", "json"}, {"--output=json", "x"}, {"--nonsense", "-ojson"}} {
			o := b.run(append(slices.Clone(path), more...)...)
			if compact(t, o.out) == "" || o.exit != exitDone && !strings.HasPrefix(o.err, "imi: ") {
				t.Errorf("imi %v %v: exit %d, %q, %q", path, more, o.exit, o.out, o.err)
			}
		}
	}
	walk(b.app(Streams{}).root())
}

// compact demands one JSON value and returns it without white space.
func compact(t *testing.T, text string) string {
	t.Helper()
	var short bytes.Buffer
	if err := json.Compact(&short, []byte(text)); err != nil {
		t.Errorf("not JSON: %q", text)
	}
	return short.String()
}
