package gateway

import (
	"bytes"
	"database/sql"
	"errors"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"

	"github.com/imi-ledger/imi/evidence/evidencetest"
)

// TestCheckNamesWhatDiffers checks an index that lags behind its peer, and one that somebody edited.
func TestCheckNamesWhatDiffers(t *testing.T) {
	l := evidencetest.New(t)
	key := l.Register(l.Digest())
	old := l.Blocks
	l.Revoke(key)
	folder := t.TempDir()
	path := filepath.Join(folder, "index.db")
	store := openIndex(t, path)
	fill(t, store, old)
	c := checking{peer: peerOf(t, l.Blocks), live: store, log: slog.New(slog.DiscardHandler)}
	run := func() (string, error) {
		var out bytes.Buffer
		err := c.run(t.Context(), filepath.Join(folder, "check.db"), evidencetest.Channel, &out)
		return out.String(), err
	}
	if out, err := run(); err != nil || !strings.HasSuffix(out, "differences 0\n") {
		t.Errorf("%v: %s", err, out)
	}
	db, err := sql.Open("sqlite", "file:"+path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), "UPDATE records SET state = 'revoked' WHERE key = ?", string(key)); err != nil {
		t.Fatal(err)
	}
	out, err := run()
	if !errors.Is(err, errDifferent) || !strings.Contains(out, "("+string(key)+"), column state: revoked, recomputed: active\n") || !strings.HasSuffix(out, "differences 1\n") {
		t.Errorf("%v: %s", err, out)
	}
	c.peer = peerOf(t, old[:2])
	if _, err := run(); err == nil || errors.Is(err, errDifferent) {
		t.Errorf("a peer with fewer blocks: %v", err)
	}
	if left, err := filepath.Glob(filepath.Join(folder, "check.db*")); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}
