package index_test

import (
	"bufio"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/hyperledger/fabric-protos-go-apiv2/common"

	"github.com/imi-ledger/imi/evidence"
	"github.com/imi-ledger/imi/evidence/block"
	"github.com/imi-ledger/imi/evidence/evidencetest"
	"github.com/imi-ledger/imi/gateway/index"
)

// Whichever row cannot be written, the block is in the index whole or not at all, and comes in when it is tried again.
func TestStoreFailsAnywhere(t *testing.T) {
	l := story(t)
	path := filepath.Join(t.TempDir(), "index.db")
	x := open(t, path)
	side, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer side.Close()
	exec := func(query string) {
		t.Helper()
		if _, err := side.Exec(query); err != nil {
			t.Fatal(err)
		}
	}
	failures := 0
	for i, b := range l.Blocks {
		before := digest(t, x)
		for _, table := range []string{"records", "versions", "transactions", "blocks", "counters", "batches"} {
			exec("CREATE TRIGGER fail BEFORE INSERT ON " + table + " BEGIN SELECT RAISE(ABORT, 'no space'); END")
			_, err := x.Apply(t.Context(), b)
			exec("DROP TRIGGER fail")
			if err == nil { // it has no row for this table
				before = digest(t, x)
				break
			}
			failures++
			if next, _, err := x.Position(t.Context()); err != nil || next != uint64(i) || digest(t, x) != before {
				t.Fatalf("block %d failed at %s: position %d, %v", i, table, next, err)
			}
		}
		apply(t, x, b)
	}
	whole := fresh(t)
	apply(t, whole, l.Blocks...)
	if digest(t, x) != digest(t, whole) || failures < 50 {
		t.Errorf("after %d failures the result differs", failures)
	}
}

// failing is a context that ends after it was looked at a number of times, wherever in the code that is.
type failing struct {
	context.Context
	left atomic.Int64
	done chan struct{}
}

func (f *failing) spend() {
	if f.left.Add(-1) == 0 {
		close(f.done)
	}
}

func (f *failing) Done() <-chan struct{} { f.spend(); return f.done }

func (f *failing) Err() error {
	f.spend()
	select {
	case <-f.done:
		return context.Canceled
	default:
		return nil
	}
}

func failAfter(t testing.TB, n int64) context.Context {
	f := &failing{Context: t.Context(), done: make(chan struct{})}
	f.left.Store(n)
	return f
}

// A cancelled context leaves nothing behind: neither half a block nor a connection that keeps others from the file.
func TestCancelledAnywhere(t *testing.T) {
	l := story(t)
	x := fresh(t)
	cancelled := 0
	for i, b := range l.Blocks {
		for n := int64(1); ; n++ {
			_, err := x.Apply(failAfter(t, n), b)
			next, _, positionErr := x.Position(t.Context())
			if positionErr != nil || (err == nil) != (next == uint64(i)+1) {
				t.Fatalf("block %d cancelled at %d: %v, position %d, %v", i, n, err, next, positionErr)
			}
			if err == nil {
				break
			}
			if !errors.Is(err, context.Canceled) {
				t.Fatalf("block %d cancelled at %d: %v", i, n, err)
			}
			cancelled++
		}
		for n := int64(1); n < 40; n++ {
			ctx := failAfter(t, n)
			_, _ = x.Statistics(ctx) // whether it was in time does not matter here
			_, _ = x.Search(ctx, index.Filter{Kind: "document"})
			_, _ = x.Resolve(ctx, evidence.AsOf{})
		}
	}
	whole := fresh(t)
	apply(t, whole, l.Blocks...)
	if digest(t, x) != digest(t, whole) || cancelled < 20 {
		t.Errorf("after %d cancellations the result differs", cancelled)
	}
}

// crashEnvironment makes this test binary the victim of TestKilled: "index file|blocks folder".
const crashEnvironment = "IMI_INDEX_TEST_VICTIM"

func TestMain(m *testing.M) {
	if paths := os.Getenv(crashEnvironment); paths != "" {
		if err := victim(strings.Split(paths, "|")); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// victim applies blocks from files and says which it applied.
func victim(paths []string) error {
	ctx := context.Background()
	x, err := index.Open(ctx, paths[0], evidencetest.Channel)
	if err != nil {
		return err
	}
	next, _, err := x.Position(ctx)
	if err != nil {
		return err
	}
	for ; ; next++ {
		raw, err := os.ReadFile(filepath.Join(paths[1], fmt.Sprint(next)))
		if errors.Is(err, os.ErrNotExist) {
			fmt.Println("end")
			return nil
		}
		if err != nil {
			return err
		}
		var b common.Block
		if err := proto.Unmarshal(raw, &b); err != nil {
			return err
		}
		parsed, err := block.Parse(&b)
		if err != nil {
			return err
		}
		if _, err := x.Apply(ctx, parsed); err != nil {
			return err
		}
		fmt.Println(next)
	}
}

// Killed with SIGKILL again and again, at any moment, the index never loses what it said it had, never has half a block,
// and ends up equal to one that nobody killed.
func TestKilled(t *testing.T) {
	l := story(t)
	for range 30 {
		l.IssueMany(20)
	}
	blocks, path := t.TempDir(), filepath.Join(t.TempDir(), "index.db")
	for i, raw := range l.Raw {
		if err := os.WriteFile(filepath.Join(blocks, fmt.Sprint(i)), raw, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	kills, ended := 0, false
	for !ended {
		said, done := runVictim(t, path, blocks, time.Duration(10+10*kills+rand.IntN(120))*time.Millisecond) // longer and longer: a busy machine may need it
		ended = done
		if !done {
			kills++
		}
		x := open(t, path)
		next, _, err := x.Position(t.Context())
		if err != nil || int(next) < said+1 {
			t.Fatalf("it said it had block %d, but %d is next; %v", said, next, err)
		}
		if err := x.Close(); err != nil {
			t.Fatal(err)
		}
	}
	whole := fresh(t)
	apply(t, whole, l.Blocks...)
	if digest(t, open(t, path)) != digest(t, whole) {
		t.Error("the result differs")
	}
	t.Logf("killed %d times", kills)
}

// runVictim runs it for a while and returns the last block it said it had, and whether it came to the end.
func runVictim(t *testing.T, path, blocks string, limit time.Duration) (said int, ended bool) {
	t.Helper()
	command := exec.Command(os.Args[0])
	command.Env = append(os.Environ(), crashEnvironment+"="+path+"|"+blocks)
	command.Stderr = os.Stderr
	output, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	timer := time.AfterFunc(limit, func() { _ = command.Process.Kill() }) // it may have ended
	defer timer.Stop()
	said = -1
	for lines := bufio.NewScanner(output); lines.Scan(); {
		if lines.Text() == "end" {
			ended = true
		} else if _, err := fmt.Sscan(lines.Text(), &said); err != nil {
			t.Fatal(err)
		}
	}
	if err := command.Wait(); err == nil != ended {
		t.Fatalf("ended: %v, error: %v", ended, err)
	}
	return said, ended
}
