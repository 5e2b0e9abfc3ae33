package lockfile

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
)

func TestOneAtATime(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "file")
	first, err := Try(path)
	if err != nil || first == nil {
		t.Fatalf("%v, %v", first, err)
	}
	if second, err := Try(path); second != nil || err != nil {
		t.Errorf("two have it: %v, %v", second, err)
	}
	if other, err := Try(path + "2"); other == nil || err != nil {
		t.Errorf("another file is locked too: %v, %v", other, err)
	} else if err := other.Release(); err != nil {
		t.Error(err)
	}
	if err := first.Release(); err != nil {
		t.Fatal(err)
	}
	if left, err := os.ReadDir(folder); err != nil || len(left) != 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
	again, err := Try(path)
	if err != nil || again == nil {
		t.Fatalf("not free again: %v, %v", again, err)
	}
	if err := again.Release(); err != nil {
		t.Error(err)
	}
	if _, err := Try(filepath.Join(folder, "none", "file")); err == nil {
		t.Error("no error without a folder")
	}
}

// TestReplacedWhole writes a file anew over what a killed process left half written, and then fails to.
func TestReplacedWhole(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "file")
	lock, err := Try(path)
	if err == nil {
		err = os.WriteFile(filepath.Join(folder, ".file.new"), []byte("ha"), 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]error{"whole": nil, "part": errors.New("no more")} {
		err := lock.Replace(func(w io.Writer) error {
			_, err := io.WriteString(w, text)
			return errors.Join(err, want)
		})
		if !errors.Is(err, want) {
			t.Errorf("%s: %v", text, err)
		}
	}
	text, err := os.ReadFile(path)
	info, errMode := os.Stat(path)
	if err != nil || errMode != nil || string(text) != "whole" || info.Mode().Perm() != 0o600 {
		t.Errorf("%q, %v, %v", text, err, errMode)
	}
	if err := lock.Release(); err != nil {
		t.Error(err)
	}
	if left, err := os.ReadDir(folder); err != nil || len(left) != 1 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}
