package cli

import (
	"bufio"
	"crypto/sha256"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/imi-ledger/imi/cli/message"
	"github.com/imi-ledger/imi/ledger"
)

// maxInput bounds input that is read whole.
const maxInput = 16 << 20

// standardInput is how a file argument names standard input.
const standardInput = "-"

var (
	textNoFile    = message.Text{En: "there is no file %s", Zh: "没有文件 %s"}
	nextFile      = message.Text{En: "check the name and the folder", Zh: "请核对文件名和目录"}
	textFolder    = message.Text{En: "%s is a folder, not a file", Zh: "%s 是目录，不是文件"}
	textLargeFile = message.Text{En: "%s is larger than %d bytes", Zh: "%s 超过 %d 字节"}
	textExists    = message.Text{En: "%s exists already", Zh: "%s 已存在"}
	nextOther     = message.Text{En: "choose another name", Zh: "请换一个文件名"}
)

// open opens a file or standard input.
func (a *app) open(name string) (io.ReadCloser, error) {
	if name == standardInput {
		return io.NopCloser(a.In), nil
	}
	file, err := os.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, &trouble{code: ledger.NotFound, what: textNoFile, args: []any{name}, next: nextFile}
	}
	if err != nil {
		return nil, err
	}
	if info, err := file.Stat(); err == nil && info.IsDir() {
		file.Close()
		return nil, &trouble{code: ledger.Malformed, what: textFolder, args: []any{name}, next: nextFile}
	}
	return file, nil
}

// readInput reads a small file or standard input whole.
func (a *app) readInput(name string, limit int64) ([]byte, error) {
	file, err := a.open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, limit+1))
	if err != nil {
		return nil, err
	}
	if int64(len(text)) > limit {
		return nil, &trouble{code: ledger.TooLarge, what: textLargeFile, args: []any{name, limit}}
	}
	return text, nil
}

var textHashing = message.Text{En: "reading %s", Zh: "正在读取 %s"}

// digestOf hashes a file of any size.
func (a *app) digestOf(name string) (ledger.Digest, error) {
	file, err := a.open(name)
	if err != nil {
		return ledger.Digest{}, err
	}
	defer file.Close()
	done := a.waiting(textHashing, name)
	defer done()
	hash := sha256.New()
	if _, err := io.Copy(hash, bufio.NewReaderSize(file, 1<<20)); err != nil {
		return ledger.Digest{}, err
	}
	return ledger.Digest(hash.Sum(nil)), nil
}

// writeFile replaces a file at once, so that a reader never sees half of it.
func writeFile(path string, text []byte, mode fs.FileMode) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	temporary, err := os.CreateTemp(filepath.Dir(path), ".new-*")
	if err != nil {
		return err
	}
	defer os.Remove(temporary.Name())
	_, err = temporary.Write(text)
	err = errors.Join(err, temporary.Chmod(mode), temporary.Sync(), temporary.Close())
	if err != nil {
		return err
	}
	return os.Rename(temporary.Name(), path)
}

// refuseExisting keeps a command from writing over a secret.
func refuseExisting(path string) error {
	if _, err := os.Lstat(path); err == nil {
		return &trouble{code: ledger.Conflict, what: textExists, args: []any{path}, next: nextOther}
	}
	return nil
}
