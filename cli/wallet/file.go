package wallet

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/imi-ledger/imi/ledger"
)

// File is a wallet file that this process alone works on, until Close.
type File struct {
	path string
	lock *os.File
}

// lockRetry is the pause between two attempts to take a lock.
const lockRetry = 20 * time.Millisecond

// Open takes the lock of a wallet file, which need not exist yet, and waits while another process has it. The lock is a
// file beside the wallet, since the wallet itself is replaced at every write; the kernel drops it with its holder.
func Open(ctx context.Context, path string) (*File, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, err
	}
	for {
		lock, err := tryLock(lockPath(path))
		if err != nil {
			return nil, fmt.Errorf("lock %s: %w", path, err)
		}
		if lock != nil {
			return &File{path, lock}, nil
		}
		select {
		case <-ctx.Done():
			return nil, ledger.Refuse(ledger.Unavailable, "wallet", "another program is working on this wallet")
		case <-time.After(lockRetry):
		}
	}
}

// tryLock returns nothing when somebody else has the lock. Its holder removes the file at the end, so the file that was
// locked must still be the one under the name: otherwise two could hold two files.
func tryLock(path string) (*os.File, error) {
	lock, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	err = syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if err == nil {
		mine, errMine := lock.Stat()
		named, errNamed := os.Stat(path)
		if errMine == nil && errNamed == nil && os.SameFile(mine, named) {
			return lock, nil
		}
	}
	lock.Close()
	if err != nil && !errors.Is(err, syscall.EWOULDBLOCK) && !errors.Is(err, syscall.EINTR) {
		return nil, err
	}
	return nil, nil
}

func lockPath(path string) string {
	return filepath.Join(filepath.Dir(path), "."+filepath.Base(path)+".lock")
}

// Close lets other processes work on the wallet.
func (f *File) Close() error {
	return errors.Join(os.Remove(lockPath(f.path)), f.lock.Close())
}

// Read returns the wallet in the file; the refusal's code is NotFound when there is none.
func (f *File) Read() (*Wallet, error) {
	file, err := os.Open(f.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ledger.Refuse(ledger.NotFound, "wallet", "there is no wallet file %s", f.path)
	}
	if err != nil {
		return nil, err
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, maxFile+1))
	if err != nil {
		return nil, err
	}
	return Parse(data)
}

// Write replaces the file: after a crash it holds the old wallet or the new one, whole.
func (f *File) Write(w *Wallet) error {
	text, err := w.Encode()
	if err != nil {
		return err
	}
	folder := filepath.Dir(f.path)
	temporary, err := os.CreateTemp(folder, ".wallet-*") // mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(temporary.Name())
	_, err = temporary.Write(text)
	if err = errors.Join(err, temporary.Sync(), temporary.Close()); err != nil {
		return err
	}
	if err := os.Rename(temporary.Name(), f.path); err != nil {
		return err
	}
	return syncFolder(folder)
}

// Remove deletes the wallet, as when the enrolment it was made for is refused.
func (f *File) Remove() error { return os.Remove(f.path) }

// syncFolder makes a rename durable.
func syncFolder(path string) error {
	folder, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}

// Load reads a wallet without keeping others from it.
func Load(ctx context.Context, path string) (*Wallet, error) {
	file, err := Open(ctx, path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return file.Read()
}
