package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/imi-ledger/imi/cli/message"
	"github.com/imi-ledger/imi/ledger"
)

// bench runs commands against a channel in memory.
type bench struct {
	t       *testing.T
	dir     string
	channel *fakeChannel
	gateway string
	stdin   string
	now     time.Time
	env     map[string]string
}

// outcome is how a command ended.
type outcome struct {
	exit     int
	out, err string
}

func newBench(t *testing.T) *bench {
	b := &bench{t: t, dir: t.TempDir(), now: time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC), env: map[string]string{}}
	b.channel = newFakeChannel(t, func() time.Time { return b.now })
	for _, id := range []string{"ServiceMSP", "PoliceMSP", "NotaryMSP", "AuditMSP"} {
		path := filepath.Join(b.dir, "organisations", id, "profile.json")
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte("{}"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return b
}

// founded is a bench whose trust registry is founded.
func founded(t *testing.T) *bench {
	b := newBench(t)
	b.mustRun("org", "found")
	return b
}

func (b *bench) app(s Streams) *app {
	a := newApp("imi", s)
	a.getenv = func(name string) string { return b.env[name] }
	a.now = func() time.Time { return b.now }
	a.connect = func(_ context.Context, profile string) (connection, error) {
		return b.channel.as(filepath.Base(filepath.Dir(profile))), nil
	}
	return a
}

func (b *bench) run(args ...string) outcome { return b.runWith(context.Background(), args...) }

func (b *bench) runWith(ctx context.Context, args ...string) outcome {
	var out, errs bytes.Buffer
	a := b.app(Streams{In: strings.NewReader(b.stdin), Out: &out, Err: &errs})
	global := []string{"--dir", b.dir}
	if b.gateway != "" {
		global = append(global, "--gateway", b.gateway)
	}
	exit := a.run(ctx, append(global, args...))
	return outcome{exit, out.String(), errs.String()}
}

// mustRun demands success and returns what was printed.
func (b *bench) mustRun(args ...string) string {
	b.t.Helper()
	o := b.run(args...)
	if o.exit != exitDone {
		b.t.Fatalf("imi %s: exit %d\n%s%s", strings.Join(args, " "), o.exit, o.out, o.err)
	}
	return o.out
}

// mustFail demands an exit code and two lines on standard error.
func (b *bench) mustFail(exit int, args ...string) string {
	b.t.Helper()
	o := b.run(args...)
	if o.exit != exit {
		b.t.Fatalf("imi %s: exit %d, want %d\n%s%s", strings.Join(args, " "), o.exit, exit, o.out, o.err)
	}
	if lines := strings.Split(strings.TrimRight(o.err, "\n"), "\n"); len(lines) != 2 || !strings.HasPrefix(lines[0], "imi: ") || strings.TrimSpace(lines[1]) == "" {
		b.t.Errorf("imi %s: want what and what next on standard error, got %q", strings.Join(args, " "), o.err)
	}
	return o.err
}

// asJSON runs a command with -o json and decodes what it prints.
func asJSON[T any](b *bench, args ...string) T {
	b.t.Helper()
	var v T
	text := b.mustRun(append([]string{"-o", "json"}, args...)...)
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		b.t.Fatalf("imi %s: %v in %q", strings.Join(args, " "), err, text)
	}
	return v
}

func (b *bench) path(name string) string { return filepath.Join(b.dir, name) }

func (b *bench) write(name, text string) string {
	b.t.Helper()
	if err := os.WriteFile(b.path(name), []byte(text), 0o600); err != nil {
		b.t.Fatal(err)
	}
	return b.path(name)
}

func (b *bench) later(d time.Duration) { b.now = b.now.Add(d) }

const samples = "../testdata/citizens.json"

// enrol enrols a sample citizen and returns the digest of the identity credential.
func (b *bench) enrol(citizen, wallet string) ledger.Digest {
	b.t.Helper()
	r := asJSON[enrolled](b, "enrol", "--citizen", samples+"#"+citizen, "--wallet", b.path(wallet))
	if r.Credential == nil {
		b.t.Fatal("no credential was issued")
	}
	return r.Credential.Credential
}

func inBoth(t *testing.T, do func(*testing.T, message.Language)) {
	for _, language := range []message.Language{message.English, message.Chinese} {
		t.Run(string(language), func(t *testing.T) { do(t, language) })
	}
}
