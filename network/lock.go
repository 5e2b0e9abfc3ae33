package network

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// lockLimit is how long a command waits for another one on the same folder: longer than any healthy one takes.
const lockLimit = 3 * time.Minute

// lockFile takes an exclusive lock, waiting no longer than limit. The kernel drops it when its holder dies, so that no lock is ever left over.
func lockFile(ctx context.Context, path string, limit time.Duration, waiting func(holder string)) (unlock func(), err error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	for told := false; ; told = true {
		f, holder, err := tryLock(path)
		if err != nil {
			return nil, err
		}
		if f != nil {
			// The pid is only for people; the lock itself is what counts.
			_ = f.Truncate(0)
			_, _ = f.WriteAt([]byte(strconv.Itoa(os.Getpid())), 0)
			return func() { f.Close() }, nil
		}
		if !told && waiting != nil {
			waiting(holder)
		}
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("another command (process %s) is at work on %s: %w", holder, filepath.Dir(path), ctx.Err())
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// tryLock opens the file and locks it; no file means that somebody else holds the lock. Reset deletes the file while it
// holds the lock, so that what was locked must be what the name still stands for.
func tryLock(path string) (locked *os.File, holder string, err error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, "", err
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, "", err
	}
	switch err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); {
	case errors.Is(err, syscall.EWOULDBLOCK), errors.Is(err, syscall.EINTR):
		defer f.Close()
		return nil, lockHolder(f), nil
	case err != nil:
		f.Close()
		return nil, "", fmt.Errorf("lock %s: %w", path, err)
	}
	ours, err := f.Stat()
	if named, gone := os.Stat(path); err != nil || gone != nil || !os.SameFile(ours, named) {
		f.Close()
		return nil, "that deleted it", nil
	}
	return f, "", nil
}

func lockHolder(f *os.File) string {
	text := make([]byte, 16)
	n, _ := f.ReadAt(text, 0)
	if n == 0 {
		return "unknown"
	}
	return strings.TrimSpace(string(text[:n]))
}
