package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const testdata = ".."

// TestCommittedFiles shows that the files in the repository are what this program writes, byte by byte and none more.
func TestCommittedFiles(t *testing.T) {
	dir := t.TempDir()
	if err := run([]string{"-dir", dir}, io.Discard); err != nil {
		t.Fatal(err)
	}
	made, committed := tree(t, dir), tree(t, testdata)
	for name, content := range made {
		other, ok := committed[name]
		switch {
		case !ok:
			t.Errorf("%s is not in the repository", name)
		case !bytes.Equal(content, other):
			t.Errorf("%s differs from what the generator makes; run: go run ./testdata/generate", name)
		}
	}
	total := 0
	for name, content := range committed {
		total += len(content)
		if _, ok := made[name]; !ok {
			t.Errorf("%s is in the repository, but nothing makes it", name)
		}
	}
	if total >= 3<<20 {
		t.Errorf("the files have %d bytes, want less than 3 MiB", total)
	}
}

// tree reads citizens*.json and documents/ below dir.
func tree(t *testing.T, dir string) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		name = filepath.ToSlash(name)
		if entry.IsDir() || !strings.HasPrefix(name, "citizens") && !strings.HasPrefix(name, "documents/") {
			return nil
		}
		files[name], err = os.ReadFile(path)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func readManifest(t *testing.T) []document {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(testdata, "documents", "manifest.json"))
	if err != nil {
		t.Fatal(err)
	}
	var m manifest
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&m); err != nil {
		t.Fatal(err)
	}
	return m.Documents
}

// TestManifest checks every entry against its file, the large one included.
func TestManifest(t *testing.T) {
	large := t.TempDir()
	if err := run([]string{"-large", large}, io.Discard); err != nil {
		t.Fatal(err)
	}
	documents := readManifest(t)
	if len(documents) < 34 {
		t.Errorf("%d documents", len(documents))
	}
	for _, d := range documents {
		dir := filepath.Join(testdata, "documents")
		if d.Generated {
			dir = large
		}
		content, err := os.ReadFile(filepath.Join(dir, d.File))
		if err != nil {
			t.Error(err)
			continue
		}
		digest := sha256.Sum256(content)
		if len(content) != d.Size || hex.EncodeToString(digest[:]) != d.SHA256 {
			t.Errorf("%s: size or digest is not the manifest's", d.File)
		}
		if d.Generated && d.Size < 8<<20 {
			t.Errorf("%s has only %d bytes", d.File, d.Size)
		}
		if d.Kind == "" || d.MediaType == "" || d.Title.Chinese == "" || d.Title.English == "" {
			t.Errorf("%s: incomplete entry", d.File)
		}
	}
}

// TestPairs checks the two pairs that other tests rely on: one byte apart, and the same bytes under two names.
func TestPairs(t *testing.T) {
	read := func(name string) []byte {
		content, err := os.ReadFile(filepath.Join(testdata, "documents", name))
		if err != nil {
			t.Fatal(err)
		}
		return content
	}
	original, altered, twin := read("degree-certificate.pdf"), read("degree-certificate-altered.pdf"), read("学位证书 副本.pdf")
	if !bytes.Equal(original, twin) {
		t.Error("the copy has other content")
	}
	if len(original) != len(altered) {
		t.Fatal("the altered certificate has another size")
	}
	different := 0
	for i := range original {
		if original[i] != altered[i] {
			different++
		}
	}
	if different != 1 {
		t.Errorf("the altered certificate differs in %d bytes", different)
	}
}

func TestRunRefuses(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"extra"}, {"-dir", file}, {"-large", file}} {
		if err := run(args, io.Discard); err == nil {
			t.Errorf("%q: no error", args)
		}
	}
}

// TestMissingCharacters shows that a text with a character nobody drew is an error that names it.
func TestMissingCharacters(t *testing.T) {
	d := &pdf{title: "t"}
	d.page(a4Short, a4Long).text(0, 0, 10, "学龘")
	if _, err := d.bytes(); err == nil || !strings.Contains(err.Error(), "龘") || strings.Contains(err.Error(), "学") {
		t.Errorf("PDF: %v", err)
	}
	if _, err := encodeGB18030("无龘"); err == nil || !strings.Contains(err.Error(), "龘") {
		t.Errorf("GB18030: %v", err)
	}
	got, err := encodeGB18030("a无𠮷")
	if want := []byte("a\xce\xde\x95\x34\xb2\x35"); err != nil || !slices.Equal(got, want) {
		t.Errorf("GB18030: %x, %v, want %x", got, err, want)
	}
}
