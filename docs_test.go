package imi_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	testFunction = regexp.MustCompile(`(?m)^func ((?:Test|Fuzz|Benchmark)\w+)\(`)
	namedTest    = regexp.MustCompile("`((?:[\\w-]+/)*[\\w-]+)\\.((?:Test|Fuzz|Benchmark)\\w+)`")
	link         = regexp.MustCompile(`\]\(([^)#:]+)(?:#[^)]*)?\)`) // to a file; those elsewhere have a colon
)

// TestDocumentsNameWhatExists: a document that names a test names one of that package, and one that links a file links one that is
// there. What a promise is shown by must not quietly go away.
func TestDocumentsNameWhatExists(t *testing.T) {
	tests, documents := map[string][]string{}, []string{} // folders by the name of a test
	err := filepath.WalkDir(".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && name != "." && (strings.HasPrefix(entry.Name(), ".") || entry.Name() == "bin" || entry.Name() == "testdata"):
			return filepath.SkipDir
		case strings.HasSuffix(name, ".md"):
			documents = append(documents, name)
		case strings.HasSuffix(name, "_test.go"):
			text, err := os.ReadFile(name)
			if err != nil {
				return err
			}
			for _, m := range testFunction.FindAllStringSubmatch(string(text), -1) {
				tests[m[1]] = append(tests[m[1]], filepath.ToSlash(filepath.Dir(name)))
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	named, linked := 0, 0
	for _, document := range documents {
		text, err := os.ReadFile(document)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range namedTest.FindAllStringSubmatch(string(text), -1) {
			named++
			if !inFolder(tests[m[2]], m[1]) {
				t.Errorf("%s names %s.%s, which is no test; tests of that name are in %v", document, m[1], m[2], tests[m[2]])
			}
		}
		for _, m := range link.FindAllStringSubmatch(string(text), -1) {
			linked++
			if _, err := os.Stat(filepath.Join(filepath.Dir(document), filepath.FromSlash(m[1]))); err != nil {
				t.Errorf("%s links %s: %v", document, m[1], err)
			}
		}
	}
	if named < 50 || linked < 15 {
		t.Errorf("only %d tests and %d links were found in %d documents", named, linked, len(documents))
	}
}

// inFolder reports whether one of the folders is a package, which documents call by the end of its path.
func inFolder(folders []string, name string) bool {
	for _, folder := range folders {
		if folder == name || strings.HasSuffix(folder, "/"+name) {
			return true
		}
	}
	return false
}
