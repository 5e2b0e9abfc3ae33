package gateway

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"github.com/imi-ledger/imi/evidence/head"
	"github.com/imi-ledger/imi/gateway/heads"
)

// forks keeps every fork ever found in a file. Each is two signed notes over different heads of one block, so whoever has
// the organisations' head keys can check it; this file need not be trusted.
type forks struct {
	path string // empty: in memory only
	log  *slog.Logger

	mu    sync.Mutex
	known []head.Fork   // only ever grows
	grown chan struct{} // closed and replaced when it does
}

func openForks(path string, log *slog.Logger) (*forks, error) {
	f := &forks{path: path, log: log, known: []head.Fork{}, grown: make(chan struct{})}
	if path == "" {
		return f, nil
	}
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return f, nil
	}
	if err == nil {
		err = json.Unmarshal(text, &f.known)
	}
	if err != nil {
		return nil, fmt.Errorf("forks: %s: %w; move it away to a safe place: it may be proof", filepath.Base(path), err)
	}
	if len(f.known) > 0 {
		log.Error("FORK: proofs are kept of other organisations' signing different heads, see GET /v1/forks", "kept", len(f.known))
	}
	return f, nil
}

// note keeps those that are new, and raises the alarm.
func (f *forks) note(found []head.Fork) {
	f.mu.Lock()
	defer f.mu.Unlock()
	more := false
	for _, fork := range found {
		var added bool
		if f.known, added = heads.AddFork(f.known, fork); !added {
			continue
		}
		more = true
		f.log.Error("FORK: another organisation signed a different head for the same block; the proof is kept, see GET /v1/forks",
			"block", fork.Block, "other", fork.Other)
	}
	if !more {
		return
	}
	close(f.grown)
	f.grown = make(chan struct{})
	if f.path == "" {
		return
	}
	if err := f.write(); err != nil {
		f.log.Error("the proof of a fork could not be written", "cause", err)
	}
}

// write replaces the file at once.
func (f *forks) write() error {
	text, err := json.MarshalIndent(f.known, "", " ")
	if err != nil {
		return err
	}
	temporary, err := os.CreateTemp(filepath.Dir(f.path), ".forks-*") // mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(temporary.Name())
	_, err = temporary.Write(append(text, '\n'))
	if err = errors.Join(err, temporary.Sync(), temporary.Close()); err != nil {
		return err
	}
	return os.Rename(temporary.Name(), f.path)
}

func (f *forks) list() []head.Fork {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.known)
}

// since lists the forks found behind the first n, and returns a channel that is closed when there are more.
func (f *forks) since(n int) ([]head.Fork, <-chan struct{}) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.known[n:]), f.grown
}
