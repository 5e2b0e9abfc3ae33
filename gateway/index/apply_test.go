package index_test

import (
	"encoding/json"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/imi-ledger/imi/evidence"
	"github.com/imi-ledger/imi/evidence/block"
	"github.com/imi-ledger/imi/evidence/evidencetest"
	"github.com/imi-ledger/imi/gateway/index"
	"github.com/imi-ledger/imi/ledger"
)

// The index says about every key, at every block, what the ledger in memory says.
func TestIndexAgreesWithTheLedger(t *testing.T) {
	l := story(t)
	x := fresh(t)
	apply(t, x, l.Blocks...)
	for _, key := range append(l.Keys(), ledger.DocumentKey(l.Digest())) {
		for n := range uint64(len(l.Blocks)) {
			want, err := l.Record(t.Context(), key, n)
			if err != nil {
				t.Fatal(err)
			}
			got, err := x.Record(t.Context(), key, n)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s after block %d (-ledger +index):\n%s", key, n, diff)
			}
			compareVersion(t, l, x, key, n)
		}
	}
}

// compareVersion compares a record as it is shown by itself, with what wrote it.
func compareVersion(t *testing.T, l *evidencetest.Ledger, x *index.Index, key ledger.Key, block uint64) {
	t.Helper()
	v := l.Version(key, block)
	want := index.Version{Key: string(key), Block: v.Block, Time: v.Time, TransactionID: v.TransactionID, Unsound: v.Unsound}
	if json.Valid(v.Record) {
		want.Record = v.Record
	}
	got, found, err := x.Version(t.Context(), key, block)
	if err != nil || found != v.Found() || found != (got.Event != "") {
		t.Errorf("%s after block %d: found %v, event %q, %v", key, block, found, got.Event, err)
	}
	if got.Event = ""; found {
		if diff := cmp.Diff(want, got, cmp.Comparer(func(a, b ledger.Time) bool { return a == b })); diff != "" {
			t.Errorf("%s shown after block %d (-ledger +index):\n%s", key, block, diff)
		}
	}
}

func TestResolveAgreesWithTheLedger(t *testing.T) {
	l := story(t)
	x := fresh(t)
	if _, err := x.Resolve(t.Context(), evidence.AsOf{}); !errors.Is(err, evidence.ErrAhead) {
		t.Errorf("empty: %v", err)
	}
	apply(t, x, l.Blocks...)
	asked := []evidence.AsOf{{}, {Time: l.Now.Add(-1000 * time.Hour)}, {Time: l.Now.Add(1000 * time.Hour)}}
	for n := range uint64(len(l.Blocks)) {
		asked = append(asked, evidence.AsOf{Block: &n})
		head, err := l.Resolve(t.Context(), evidence.AsOf{Block: &n})
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range []time.Duration{-time.Second, 0, time.Second} {
			asked = append(asked, evidence.AsOf{Time: head.Time.Add(d)})
		}
	}
	for _, asOf := range asked {
		want, err := l.Resolve(t.Context(), asOf)
		if err != nil {
			t.Fatal(err)
		}
		got, err := x.Resolve(t.Context(), asOf)
		if err != nil {
			t.Fatal(err)
		}
		// Block 0 and empty blocks carry no time of their own: the index knows only what stands in blocks.
		if got.Block != want.Block || got.Hash != want.Hash || got.Newest.Hash != want.Newest.Hash {
			t.Errorf("as of %+v: block %d, want %d", asOf, got.Block, want.Block)
		}
	}
	ahead := uint64(len(l.Blocks))
	if _, err := x.Resolve(t.Context(), evidence.AsOf{Block: &ahead}); !errors.Is(err, evidence.ErrAhead) {
		t.Errorf("ahead: %v", err)
	}
}

func TestRebuiltEqualsLive(t *testing.T) {
	l := story(t)
	path := filepath.Join(t.TempDir(), "index.db")
	live := open(t, path)
	apply(t, live, l.Blocks...)
	want := digest(t, live)
	if err := live.Close(); err != nil {
		t.Fatal(err)
	}
	if again := digest(t, open(t, path)); again != want {
		t.Error("the index changed by being closed and opened")
	}
	if err := index.Remove(path); err != nil {
		t.Fatal(err)
	}
	rebuilt := open(t, path)
	if empty := digest(t, rebuilt); empty == want {
		t.Fatal("removed, and still there")
	}
	apply(t, rebuilt, l.Blocks...)
	if digest(t, rebuilt) != want {
		t.Error("rebuilt differs from live")
	}
	if err := index.Remove(filepath.Join(t.TempDir(), "nothing.db")); err != nil {
		t.Errorf("removing nothing: %v", err)
	}
}

// Blocks in any order, any number of times: only the next one is taken, and the result is the same.
func TestReorderedAndDoubledBlocks(t *testing.T) {
	l := story(t)
	want := fresh(t)
	apply(t, want, l.Blocks...)
	for seed := range uint64(5) {
		random := rand.New(rand.NewPCG(seed, 0))
		x := fresh(t)
		for next := 0; next < len(l.Blocks); {
			n := random.IntN(min(next+3, len(l.Blocks)))
			_, err := x.Apply(t.Context(), l.Blocks[n])
			switch {
			case n <= next && err != nil:
				t.Fatalf("block %d when %d is next: %v", n, next, err)
			case n > next && !errors.Is(err, index.ErrGap):
				t.Fatalf("block %d when %d is next: %v", n, next, err)
			case n == next:
				next++
			}
			if got, _, err := x.Position(t.Context()); err != nil || got != uint64(next) {
				t.Fatalf("position %d, want %d; %v", got, next, err)
			}
		}
		if digest(t, x) != digest(t, want) {
			t.Errorf("seed %d: the result differs", seed)
		}
	}
}

func TestRefusedBlocks(t *testing.T) {
	l := story(t)
	x := fresh(t)
	apply(t, x, l.Blocks[:6]...)
	before := digest(t, x)
	other := evidencetest.New(t) // the same story so far, with other keys
	change := func(f func(*block.Block)) block.Block {
		b := l.Blocks[6]
		f(&b)
		return b
	}
	for name, c := range map[string]struct {
		block block.Block
		want  error
	}{
		"a gap":                   {l.Blocks[7], index.ErrGap},
		"of another ledger":       {other.Blocks[3], index.ErrFork},
		"not following":           {change(func(b *block.Block) { b.PreviousHash[3] ^= 1 }), index.ErrFork},
		"with other data":         {change(func(b *block.Block) { b.DataFits = false }), index.ErrDamaged},
		"without the verdicts":    {change(func(b *block.Block) { b.Metadata.Codes = nil }), index.ErrDamaged},
		"an old one, but changed": {func() block.Block { b := l.Blocks[2]; b.Hash[0] ^= 1; return b }(), index.ErrFork},
	} {
		if _, err := x.Apply(t.Context(), c.block); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	if digest(t, x) != before {
		t.Error("a refused block changed the index")
	}
	apply(t, x, l.Blocks[6:]...)
}

// The file is closed to other users, and a file of something else is refused.
func TestOpenFiles(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "index.db")
	x := open(t, path)
	apply(t, x, story(t).Blocks...)
	for _, name := range []string{path, path + "-wal"} {
		if info, err := os.Stat(name); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", name, info.Mode(), err)
		}
	}
	former := filepath.Join(dir, "former")
	if err := open(t, former).Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := raw(t, former).ExecContext(t.Context(), "PRAGMA user_version = 1"); err != nil {
		t.Fatal(err)
	}
	if _, err := index.Open(t.Context(), former, evidencetest.Channel); !errors.Is(err, index.ErrOutdated) || !errors.Is(err, index.ErrFormat) {
		t.Errorf("a file of the version before: %v", err)
	}
	for name, content := range map[string]string{"text": "this is no database, and it is long enough to have a header of a hundred bytes, which SQLite reads first of all."} {
		other := filepath.Join(dir, name)
		if err := os.WriteFile(other, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := index.Open(t.Context(), other, "imi"); !errors.Is(err, index.ErrFormat) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := index.Open(t.Context(), filepath.Join(dir, "no", "such", "folder"), "imi"); err == nil || errors.Is(err, index.ErrFormat) {
		t.Errorf("no folder: %v", err)
	}
}
