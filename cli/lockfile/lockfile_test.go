package lockfile

import (
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
