package audit

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"testing"
)

func writeFile(t testing.TB, blocks [][]byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w, err := NewFileWriter(&out)
	if err != nil {
		t.Fatal(err)
	}
	for _, encoded := range blocks {
		if err := w.Add(encoded); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestFileRoundTrip(t *testing.T) {
	blocks, genesis := captured(t, "bft")
	whole := writeFile(t, blocks)
	if !bytes.Equal(whole, ledgerFile(t, "bft")) {
		t.Error("written again it differs")
	}
	for _, first := range []uint64{0, 7, 45, 99} {
		n := int(first)
		for encoded, err := range FileSource(bytes.NewReader(whole), new(uint64))(t.Context(), first) {
			if err != nil || !bytes.Equal(encoded, blocks[n]) {
				t.Fatalf("block %d: %v", n, err)
			}
			n++
		}
		if n != max(len(blocks), int(first)) {
			t.Errorf("from %d it came to %d", first, n)
		}
	}
	w, err := NewFileWriter(&bytes.Buffer{})
	if err != nil || w.Add(nil) == nil {
		t.Error("an empty block was written")
	}
	a, err := New(genesis, Options{})
	if err != nil {
		t.Fatal(err)
	}
	report, err := a.Run(t.Context(), FileSource(bytes.NewReader(whole[:len(whole)-1]), new(uint64)))
	if err != nil || len(report.Findings) != 1 || report.Findings[0].Check != Extent {
		t.Errorf("a file cut off: %v, %v", report.Findings, err)
	}
}

// TestTruncatedFile cuts a file anywhere: nothing but the whole is a file.
func TestTruncatedFile(t *testing.T) {
	whole := ledgerFile(t, "forged")
	random := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		length := random.IntN(len(whole))
		if length > len(whole)-300 || random.IntN(10) == 0 {
			length = len(whole) - 1 - random.IntN(300)
		}
		var err error
		for _, err = range ReadFile(bytes.NewReader(whole[:length])) {
			if err != nil {
				break
			}
		}
		if !errors.Is(err, ErrFile) {
			t.Fatalf("cut to %d of %d bytes: %v", length, len(whole), err)
		}
	}
}

func FuzzReadFile(f *testing.F) {
	f.Add(writeFile(f, [][]byte{{1}, {2, 3}}))
	f.Add([]byte(fileMagic + "\xff\xff\xff\xff"))
	f.Fuzz(func(t *testing.T, data []byte) {
		var blocks [][]byte
		for encoded, err := range ReadFile(bytes.NewReader(data)) {
			if err != nil {
				return
			}
			blocks = append(blocks, encoded)
		}
		if !bytes.Equal(writeFile(t, blocks), data) {
			t.Fatal("a file has a second form")
		}
	})
}
