package audit

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"iter"

	"github.com/imi-ledger/imi/evidence/block"
)

// fileMagic begins a file of blocks.
const fileMagic = "imi blocks v1\n"

// ErrFile is in the chain of an error that says a file of blocks is not in its one form, or was cut off.
var ErrFile = errors.New("file of blocks")

// FileWriter writes a file of blocks:
//
//	"imi blocks v1" LF | for every block: uint32 length (not 0) | block | at the end: uint32 0 | uint64 number of blocks
//
// with integers big-endian and blocks in Fabric's protobuf encoding.
type FileWriter struct {
	to    *bufio.Writer
	count uint64
}

// NewFileWriter begins a file.
func NewFileWriter(to io.Writer) (*FileWriter, error) {
	w := &FileWriter{to: bufio.NewWriter(to)}
	_, err := w.to.WriteString(fileMagic)
	return w, err
}

// Add writes the next block.
func (w *FileWriter) Add(encoded []byte) error {
	if len(encoded) == 0 || len(encoded) > block.MaxBytes {
		return fmt.Errorf("%w: a block has 1 to %d bytes", ErrFile, block.MaxBytes)
	}
	w.count++
	if _, err := w.to.Write(binary.BigEndian.AppendUint32(nil, uint32(len(encoded)))); err != nil {
		return err
	}
	_, err := w.to.Write(encoded)
	return err
}

// Close writes the end; the file behind it is the caller's to close.
func (w *FileWriter) Close() error {
	if _, err := w.to.Write(binary.BigEndian.AppendUint64(make([]byte, 4), w.count)); err != nil {
		return err
	}
	return w.to.Flush()
}

// ReadFile yields the blocks of a file, each in memory of its own. Whatever is not in the one form of such a file, a
// missing end included, ends it with an error.
func ReadFile(from io.Reader) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		if err := readBlocks(bufio.NewReaderSize(from, 1<<16), yield); err != nil {
			yield(nil, err)
		}
	}
}

// FileSource is a file of blocks that begins with block 0. had counts the blocks that were read, those passed over too.
func FileSource(from io.Reader, had *uint64) Source {
	return func(_ context.Context, first uint64) iter.Seq2[[]byte, error] {
		return func(yield func([]byte, error) bool) {
			for encoded, err := range ReadFile(from) {
				if err == nil {
					*had++
				}
				if (err != nil || *had > first) && !yield(encoded, err) {
					return
				}
			}
		}
	}
}

// FileCount is the number of blocks that the end of a file claims. It is for telling how far a reader is; ReadFile checks it.
func FileCount(file io.ReaderAt, size int64) (count uint64, ok bool) {
	var end [12]byte
	if size < int64(len(end)) {
		return 0, false
	}
	if _, err := file.ReadAt(end[:], size-int64(len(end))); err != nil || [4]byte(end[:4]) != [4]byte{} {
		return 0, false
	}
	return binary.BigEndian.Uint64(end[4:]), true
}

func readBlocks(from *bufio.Reader, yield func([]byte, error) bool) error {
	magic := make([]byte, len(fileMagic))
	if _, err := io.ReadFull(from, magic); err != nil || string(magic) != fileMagic {
		return fmt.Errorf("%w: it does not begin with %q", ErrFile, fileMagic[:len(fileMagic)-1])
	}
	for count := uint64(0); ; count++ {
		length, err := readLength(from)
		if err != nil {
			return err
		}
		if length == 0 {
			return readEnd(from, count)
		}
		encoded, err := readExactly(from, length)
		if err != nil {
			return fmt.Errorf("%w: cut off in block %d of the file: %w", ErrFile, count, err)
		}
		if !yield(encoded, nil) {
			return nil
		}
	}
}

// readExactly lets memory grow with what is really there, whatever length was announced.
func readExactly(from io.Reader, length int) ([]byte, error) {
	const step = 1 << 20
	encoded := make([]byte, 0, min(length, step))
	for len(encoded) < length {
		have := len(encoded)
		encoded = append(encoded, make([]byte, min(step, length-have))...)
		if _, err := io.ReadFull(from, encoded[have:]); err != nil {
			return nil, err
		}
	}
	return encoded, nil
}

func readLength(from io.Reader) (int, error) {
	var raw [4]byte
	if _, err := io.ReadFull(from, raw[:]); err != nil {
		return 0, fmt.Errorf("%w: cut off: %w", ErrFile, err)
	}
	length := binary.BigEndian.Uint32(raw[:])
	if length > block.MaxBytes {
		return 0, fmt.Errorf("%w: a block of %d bytes, more than %d", ErrFile, length, block.MaxBytes)
	}
	return int(length), nil
}

func readEnd(from *bufio.Reader, count uint64) error {
	var raw [8]byte
	if _, err := io.ReadFull(from, raw[:]); err != nil {
		return fmt.Errorf("%w: cut off: %w", ErrFile, err)
	}
	if said := binary.BigEndian.Uint64(raw[:]); said != count {
		return fmt.Errorf("%w: it has %d blocks and says %d", ErrFile, count, said)
	}
	if _, err := from.ReadByte(); err != io.EOF {
		return fmt.Errorf("%w: something follows its end", ErrFile)
	}
	return nil
}
