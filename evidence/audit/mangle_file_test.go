package audit

import (
	"bytes"
	"slices"
	"testing"

	"github.com/imi-ledger/imi/ledger"
)

// TestMangledFiles changes what stands around the blocks in a file, every bit of it, with a byte inserted or deleted at
// every place, and cuts the file: no change may leave a file that is read without an error and audited as sound.
func TestMangledFiles(t *testing.T) {
	blocks, genesis := captured(t, "bft")
	whole := ledgerFile(t, "bft")
	count, missed := 0, 0
	try := func(text []byte, what string, at int) {
		count++
		if !fileNoticed(t, text, genesis) {
			missed++
			t.Errorf("not noticed: %s at byte %d", what, at)
		}
	}
	frame := frameOf(blocks, len(whole))
	for _, at := range frame {
		for bit := range 8 {
			changed := bytes.Clone(whole)
			changed[at] ^= 1 << bit
			try(changed, "a bit flipped", at)
		}
		try(slices.Delete(bytes.Clone(whole), at, at+1), "a byte deleted", at)
		try(slices.Insert(bytes.Clone(whole), at, 0x5a), "a byte inserted", at)
	}
	for length := 0; length < len(whole); length++ {
		if *mangle == "all" || length%997 == 0 || slices.Contains(frame, length) {
			try(whole[:length], "cut", length)
		}
	}
	t.Logf("%d of %d changes of a file noticed", count-missed, count)
}

// frameOf lists the bytes of a file that belong to no block.
func frameOf(blocks [][]byte, size int) []int {
	var frame []int
	at := 0
	take := func(n int) {
		for range n {
			frame = append(frame, at)
			at++
		}
	}
	take(len(fileMagic))
	for _, b := range blocks {
		take(4)
		at += len(b)
	}
	take(size - at)
	return frame
}

// fileNoticed reports whether a file is refused, or else something is found in its blocks.
func fileNoticed(t *testing.T, text []byte, genesis ledger.Digest) bool {
	t.Helper()
	var blocks [][]byte
	for encoded, err := range ReadFile(bytes.NewReader(text)) {
		if err != nil {
			return true
		}
		blocks = append(blocks, encoded)
	}
	return !run(t, blocks, genesis, Options{}).Sound()
}
