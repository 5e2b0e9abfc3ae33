package network

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestTail(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	var text strings.Builder
	for i := range 5000 {
		fmt.Fprintf(&text, "line %d %s\n", i, strings.Repeat("x", 100)) // half a megabyte: several windows
	}
	if err := os.WriteFile(path, []byte(text.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, count := range []int{1, 12, 600, 4999, 5000, 9000} {
		lines := tail(path, count)
		want := min(count, 5000)
		if len(lines) != want || !strings.HasPrefix(lines[0], fmt.Sprintf("line %d ", 5000-want)) || !strings.HasPrefix(lines[want-1], "line 4999 ") {
			t.Errorf("the last %d: %d lines", count, len(lines))
		}
	}
	if lines := tail(filepath.Join(t.TempDir(), "none"), 5); lines != nil {
		t.Errorf("of no file: %q", lines)
	}
}

func TestTellingLines(t *testing.T) {
	var trace []string
	for i := range 40 {
		trace = append(trace, fmt.Sprintf("main.go:%d +0x328", i))
	}
	shown := tellingLines(slices.Concat([]string{"starting"}, []string{"panic: listen: address already in use"}, trace))
	if !slices.Equal(shown, []string{"starting", "panic: listen: address already in use"}) {
		t.Errorf("of a panic: %q", shown)
	}
	if shown := tellingLines(trace); len(shown) != failureLines || shown[failureLines-1] != trace[39] {
		t.Errorf("without a panic: %q", shown)
	}
	if shown := tellingLines([]string{strings.Repeat("证", lineLength)}); len(shown[0]) > lineLength+len(" …") || !strings.HasSuffix(shown[0], "证 …") {
		t.Errorf("of a long line: %q", shown)
	}
}
