package network

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestLock(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	unlock, err := lockFile(t.Context(), path, time.Minute, nil)
	if err != nil {
		t.Fatal(err)
	}
	isLocked(t, path)
	unlock()
	again, err := lockFile(t.Context(), path, time.Minute, nil)
	if err != nil {
		t.Fatal(err)
	}
	again()
}

func isLocked(t *testing.T, path string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	told := 0
	if _, err := lockFile(ctx, path, time.Minute, func(string) { told++ }); err == nil || told != 1 {
		t.Fatalf("a second lock: %v, told %d times", err, told)
	}
}

// Reset deletes the lock with the folder. Who waited for it must not go on with a lock that nobody else will ever see.
func TestLockThatWasDeleted(t *testing.T) {
	path := filepath.Join(t.TempDir(), "folder", "lock")
	unlock, err := lockFile(t.Context(), path, time.Minute, nil)
	if err != nil {
		t.Fatal(err)
	}
	waits, got := make(chan string, 1), make(chan func(), 1)
	go func() {
		next, err := lockFile(t.Context(), path, time.Minute, func(holder string) { waits <- holder })
		if err != nil {
			t.Error(err)
		}
		got <- next
	}()
	<-waits
	if err := os.RemoveAll(filepath.Dir(path)); err != nil {
		t.Fatal(err)
	}
	unlock()
	next := <-got
	defer next()
	isLocked(t, path)
}

// TestResetWaits: what runs by the time Reset has its turn is ended, not what ran when it was called.
func TestResetWaits(t *testing.T) {
	t.Setenv("IMI_CACHE", t.TempDir())
	n := prepared(t, Native)
	unlock, err := lockFile(t.Context(), n.layout.lock(), time.Minute, nil)
	if err != nil {
		t.Fatal(err)
	}
	waits, done := make(chan bool, 1), make(chan error, 1)
	go func() {
		done <- Reset(t.Context(), n.Dir(), func(s Step) {
			if s.Name == "lock" {
				waits <- true
			}
		})
	}()
	<-waits
	child := sleeper(t)
	n.state.Processes = map[string]*process{"peer.police": child}
	if err := n.state.write(n.layout); err != nil {
		t.Fatal(err)
	}
	unlock()
	if err := <-done; err != nil || child.alive() {
		t.Errorf("reset: %v; the node that was started meanwhile runs: %v", err, child.alive())
	}
}

func TestFolderThatCannotBeWritten(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := Up(t.Context(), Options{Dir: filepath.Join(file, "net")})
	var knows interface{ Remedy() string }
	if !errors.As(err, &knows) || knows.Remedy() != "choose another folder with --dir" {
		t.Errorf("%v", err)
	}
}
