// Package lockfile keeps two processes from one file that is replaced at every write. The lock is a file beside it, which
// the kernel frees when its holder dies, however it dies.
package lockfile

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
)

// Lock is held until Release.
type Lock struct{ file *os.File }

// Try takes the lock of a file, which need not exist; nil when another process has it. The folder must exist. Its holder
// removes the lock's file at the end, so what was locked must still be what is under the name: otherwise two could hold two files.
func Try(path string) (*Lock, error) {
	name := filepath.Join(filepath.Dir(path), "."+filepath.Base(path)+".lock")
	file, err := os.OpenFile(name, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	err = syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if err == nil {
		mine, errMine := file.Stat()
		named, errNamed := os.Stat(name)
		if errMine == nil && errNamed == nil && os.SameFile(mine, named) {
			return &Lock{file}, nil
		}
	}
	file.Close()
	if err != nil && !errors.Is(err, syscall.EWOULDBLOCK) && !errors.Is(err, syscall.EINTR) {
		return nil, err
	}
	return nil, nil
}

// Release lets other processes have the file.
func (l *Lock) Release() error { return errors.Join(os.Remove(l.file.Name()), l.file.Close()) }
