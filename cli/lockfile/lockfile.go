// Package lockfile keeps two processes from one file that is replaced at every write. The lock is a file beside it, which
// the kernel frees when its holder dies, however it dies.
package lockfile

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// Lock is held until Release.
type Lock struct {
	path string // what is locked
	file *os.File
}

// Try takes the lock of a file, which need not exist; nil when another process has it. The folder must exist. Its holder
// removes the lock's file at the end, so what was locked must still be what is under the name: otherwise two could hold two files.
func Try(path string) (*Lock, error) {
	name := beside(path, ".lock")
	file, err := os.OpenFile(name, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	err = syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if err == nil {
		mine, errMine := file.Stat()
		named, errNamed := os.Stat(name)
		if errMine == nil && errNamed == nil && os.SameFile(mine, named) {
			return &Lock{path, file}, nil
		}
	}
	file.Close()
	if err != nil && !errors.Is(err, syscall.EWOULDBLOCK) && !errors.Is(err, syscall.EINTR) {
		return nil, err
	}
	return nil, nil
}

// beside names a hidden file in the same folder.
func beside(path, ending string) string {
	return filepath.Join(filepath.Dir(path), "."+filepath.Base(path)+ending)
}

// Replace writes the locked file anew, with mode 0600: whatever happens meanwhile, it holds what it held or all that is saved.
// What a process that was killed here left half written is overwritten by the next.
func (l *Lock) Replace(save func(io.Writer) error) error {
	half := beside(l.path, ".new")
	if err := os.Remove(half); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	file, err := os.OpenFile(half, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	err = save(file)
	if err = errors.Join(err, file.Sync(), file.Close()); err == nil {
		err = os.Rename(half, l.path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(half))
	}
	return syncFolder(filepath.Dir(l.path))
}

// syncFolder makes a rename durable.
func syncFolder(path string) error {
	folder, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}

// Release lets other processes have the file.
func (l *Lock) Release() error { return errors.Join(os.Remove(l.file.Name()), l.file.Close()) }
