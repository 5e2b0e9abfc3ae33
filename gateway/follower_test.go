package gateway

import (
	"context"
	"encoding/binary"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/imi-ledger/imi/evidence/block"
	"github.com/imi-ledger/imi/evidence/evidencetest"
	"github.com/imi-ledger/imi/gateway/index"
	"github.com/imi-ledger/imi/ledger"
)

// openIndex opens an index in a folder of its own, or one that is given.
func openIndex(t testing.TB, path string) *index.Index {
	t.Helper()
	if path == "" {
		path = filepath.Join(t.TempDir(), "index.db")
	}
	store, err := index.Open(t.Context(), path, evidencetest.Channel)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() }) // some tests close it themselves
	return store
}

func fill(t testing.TB, store *index.Index, blocks []block.Block) {
	t.Helper()
	for _, b := range blocks {
		if _, err := store.Apply(t.Context(), b); err != nil {
			t.Fatal(err)
		}
	}
}

func peerOf(t testing.TB, blocks []block.Block) *fakePeer {
	t.Helper()
	p := newFakePeer()
	for _, b := range blocks {
		p.blocks = append(p.blocks, delivered(t, b))
	}
	return p
}

// followUntil runs a follower until it is as the test waits for it to be.
func followUntil(t *testing.T, peer Peer, store Applier, reached func(Lag) bool) *follower {
	t.Helper()
	f, err := newFollower(t.Context(), peer, store, slog.New(slog.DiscardHandler), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	ended := make(chan struct{})
	go func() { defer close(ended); f.run(ctx) }()
	for !reached(f.lag()) {
		if ctx.Err() != nil {
			t.Fatalf("never reached; lag %+v", f.lag())
		}
		time.Sleep(time.Millisecond)
	}
	cancel()
	<-ended
	return f
}

func TestFollowerCatchesUpFromWhereTheIndexIs(t *testing.T) {
	l := evidencetest.New(t)
	l.Register(l.Digest())
	store := openIndex(t, "")
	fill(t, store, l.Blocks[:3])
	f := followUntil(t, peerOf(t, l.Blocks), &stubborn{Index: store}, func(lag Lag) bool { return !lag.CaughtUp.IsZero() })
	if lag := f.lag(); lag.Next != uint64(len(l.Blocks)) || lag.Height != lag.Next || lag.Trouble != "" {
		t.Errorf("lag %+v", lag)
	}
}

func TestFollowerNoticesAnotherLedger(t *testing.T) {
	ours, other := evidencetest.New(t), evidencetest.New(t) // other keys: other blocks
	store := openIndex(t, "")
	fill(t, store, ours.Blocks)
	other.Register(other.Digest())
	for name, blocks := range map[string][]block.Block{"of the same height": other.Blocks[:len(ours.Blocks)], "that is higher": other.Blocks} {
		f := followUntil(t, peerOf(t, blocks), &stubborn{Index: store}, func(lag Lag) bool { return lag.Trouble == troubleFork })
		if !f.lag().CaughtUp.IsZero() {
			t.Errorf("a peer %s: caught up at %v", name, f.lag().CaughtUp)
		}
	}
	f := followUntil(t, peerOf(t, ours.Blocks[:2]), &stubborn{Index: store}, func(lag Lag) bool { return lag.Trouble == troubleSetBack })
	if !f.lag().CaughtUp.IsZero() {
		t.Error("a peer that was set back counts as caught up with")
	}
}

func TestFollowerSaysWhyItWaits(t *testing.T) {
	l := evidencetest.New(t)
	away := peerOf(t, l.Blocks)
	away.away = true
	store := openIndex(t, "")
	f := followUntil(t, away, &stubborn{Index: store}, func(lag Lag) bool { return lag.Trouble == troubleSilent })
	f.sawHeight(0, 0, time.Now(), ledger.Refuse(ledger.NotAllowed, "", "no"))
	if got := f.lag().Trouble; got != troubleCertificate {
		t.Errorf("certificate refused: %s", got)
	}
}

// stubborn refuses a block a few times, like a full disk that is cleared.
type stubborn struct {
	*index.Index
	refusals int
}

func (s *stubborn) Apply(ctx context.Context, b block.Block) error {
	if b.Number == 2 && s.refusals > 0 {
		s.refusals--
		return errors.New("disk full")
	}
	_, err := s.Index.Apply(ctx, b)
	return err
}

func TestFollowerRetriesWhatFailed(t *testing.T) {
	l := evidencetest.New(t)
	peer := peerOf(t, l.Blocks)
	store := &stubborn{openIndex(t, ""), 1 << 30}
	followUntil(t, peer, store, func(lag Lag) bool { return lag.Trouble == troubleStuck && lag.Next == 2 && lag.CaughtUp.IsZero() })
	store.refusals = 2
	f := followUntil(t, peer, store, func(lag Lag) bool { return !lag.CaughtUp.IsZero() })
	if lag := f.lag(); lag.Next != uint64(len(l.Blocks)) || lag.Trouble != "" {
		t.Errorf("lag %+v", lag)
	}
}

func TestRebuildIsEqual(t *testing.T) {
	l := evidencetest.New(t)
	l.IssueMany(3)
	old := l.Blocks
	l.Revoke(l.Register(l.Digest()))
	path := filepath.Join(t.TempDir(), "index.db")
	store := openIndex(t, path)
	fill(t, store, old)
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	again := func(before former) replay {
		r := replay{peer: peerOf(t, l.Blocks), log: slog.New(slog.DiscardHandler), height: uint64(len(l.Blocks)), former: before}
		if _, err := r.into(t.Context(), path+".new", evidencetest.Channel); err != nil {
			t.Fatal(err)
		}
		return r
	}
	before := lookAt(t.Context(), path, evidencetest.Channel)
	if r := again(before); r.verdict != "equal" || before.next != uint64(len(old)) {
		t.Errorf("verdict %s on an index of %d blocks", r.verdict, before.next)
	}
	before.digest[0] ^= 1
	if r := again(before); r.verdict != "different" {
		t.Errorf("verdict %s on a changed index", r.verdict)
	}
	if r := again(lookAt(t.Context(), path+".none", evidencetest.Channel)); r.verdict != "absent" {
		t.Errorf("verdict %s without a former index", r.verdict)
	}
	if err := replace(path+".new", path); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path+".other", ofVersion(t, path, 1), 0o600); err != nil {
		t.Fatal(err)
	}
	if r := again(lookAt(t.Context(), path+".other", evidencetest.Channel)); r.verdict != "unreadable" {
		t.Errorf("verdict %s on an index of another version", r.verdict)
	}
	if after := lookAt(t.Context(), path, evidencetest.Channel); after.next != uint64(len(l.Blocks)) || after.state != "" {
		t.Errorf("after: %+v", after)
	}
}

// ofVersion is the file of an index with another version of its schema in its header.
func ofVersion(t *testing.T, path string, version uint32) []byte {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	binary.BigEndian.PutUint32(text[60:], version) // user_version
	return text
}

// TestOutdatedIndexIsMadeAnew opens indexes of the schema before, of one to come, and of something else.
func TestOutdatedIndexIsMadeAnew(t *testing.T) {
	l := evidencetest.New(t)
	path := indexFile(t.TempDir())
	begin := func(version uint32) {
		t.Helper()
		if err := index.Remove(path); err != nil {
			t.Fatal(err)
		}
		store, err := index.Open(t.Context(), path, evidencetest.Channel)
		if err != nil {
			t.Fatal(err)
		}
		for _, b := range l.Blocks {
			if _, err := store.Apply(t.Context(), b); err != nil {
				t.Fatal(err)
			}
		}
		if err := store.Close(); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, ofVersion(t, path, version), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	log := slog.New(slog.DiscardHandler)
	begin(1)
	store, err := openCurrent(t.Context(), path, evidencetest.Channel, log)
	if err != nil {
		t.Fatal(err)
	}
	if next, _, err := store.Position(t.Context()); err != nil || next != 0 {
		t.Errorf("an outdated index goes on at block %d, %v", next, err)
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	begin(99)
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := openCurrent(t.Context(), path, evidencetest.Channel, log); !errors.Is(err, index.ErrFormat) {
		t.Errorf("an index of a version to come: %v", err)
	}
	if after, err := os.ReadFile(path); err != nil || string(after) != string(before) {
		t.Error("an index of a version to come was touched")
	}
}

func TestDataIsLocked(t *testing.T) {
	folder := t.TempDir()
	unlock, err := lockData(t.Context(), folder)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if _, err := lockData(ctx, folder); err == nil || !strings.Contains(err.Error(), "another imi-gateway") {
		t.Errorf("second lock: %v", err)
	}
	unlock()
	if unlock, err = lockData(t.Context(), folder); err != nil {
		t.Fatal(err)
	}
	unlock()
}
