package wallet

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/imi-ledger/imi/cli/lockfile"
	"github.com/imi-ledger/imi/ledger"
)

// File is a wallet file that this process alone works on, until Close.
type File struct {
	path string
	lock *lockfile.Lock
}

// lockRetry is the pause between two attempts to take a lock.
const lockRetry = 20 * time.Millisecond

// Open takes the lock of a wallet file, which need not exist yet, and waits while another process has it.
func Open(ctx context.Context, path string) (*File, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, err
	}
	for {
		lock, err := lockfile.Try(path)
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

// Close lets other processes work on the wallet.
func (f *File) Close() error { return f.lock.Release() }

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
	return f.lock.Replace(func(file io.Writer) error {
		_, err := file.Write(text)
		return err
	})
}

// Remove deletes the wallet, as when the enrolment it was made for is refused.
func (f *File) Remove() error { return os.Remove(f.path) }

// Load reads a wallet without keeping others from it.
func Load(ctx context.Context, path string) (*Wallet, error) {
	file, err := Open(ctx, path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return file.Read()
}
