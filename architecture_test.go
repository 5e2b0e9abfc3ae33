package imi_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/imi-ledger/imi/"

// mayImport is the map of the house: what each top-level folder may import besides the standard library and itself. A
// prefix ending in "/" stands for everything below it. Tests may use more; docs/design.md gives the reasons.
var mayImport = map[string][]string{
	"ledger":     {"github.com/gowebpki/jcs"},
	"evidence":   {module + "ledger", "github.com/go-jose/go-jose/", "golang.org/x/mod/sumdb/", "github.com/hyperledger/fabric-protos-go-apiv2/", "google.golang.org/protobuf/"},
	"fabric":     {module + "ledger", "github.com/hyperledger/fabric-gateway/", "github.com/hyperledger/fabric-protos-go-apiv2/", "google.golang.org/"},
	"chaincode":  {module + "ledger", "github.com/hyperledger/fabric-contract-api-go/", "github.com/hyperledger/fabric-chaincode-go/", "github.com/hyperledger/fabric-protos-go-apiv2/", "google.golang.org/protobuf/"},
	"gateway":    {module + "ledger", module + "evidence", module + "fabric", "modernc.org/sqlite", "github.com/prometheus/client_golang/", "golang.org/x/time/", "github.com/hyperledger/fabric-protos-go-apiv2/"},
	"cli":        {module + "ledger", module + "evidence", module + "fabric", module + "network", module + "testdata", module + "bench", "github.com/spf13/", "golang.org/x/"},
	"network":    {module + "fabric", "github.com/hyperledger/fabric-admin-sdk/", "github.com/hyperledger/fabric-protos-go-apiv2/", "google.golang.org/", "golang.org/x/"},
	"testdata":   {module + "ledger"},
	"acceptance": {}, // tests only
	// bench measures the product from outside, as offices and verifiers use it; its comparator is a chaincode of its own.
	"bench": {module + "ledger", module + "evidence", module + "fabric", module + "network", module + "cli/office", module + "cli/keyfile", "github.com/hyperledger/fabric-chaincode-go/", "github.com/hyperledger/fabric-protos-go-apiv2/"},
}

// TestImportsFollowTheMap parses every file; it is not a question to the go command, whose answer could come from a cache.
func TestImportsFollowTheMap(t *testing.T) {
	checked := 0
	err := filepath.WalkDir(".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && path != "." && (strings.HasPrefix(entry.Name(), ".") || hasOwnModule(path)) {
			return filepath.SkipDir
		}
		if entry.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		checked++
		checkImports(t, filepath.ToSlash(path))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if checked < 50 {
		t.Fatalf("only %d files were found to check", checked)
	}
}

func hasOwnModule(path string) bool {
	found, err := filepath.Glob(filepath.Join(path, "go.mod"))
	return err == nil && len(found) > 0
}

func checkImports(t *testing.T, path string) {
	folder, _, _ := strings.Cut(path, "/")
	allowed, known := mayImport[folder]
	if !known {
		t.Errorf("%s: no folder of the map; add it with what it may import", path)
		return
	}
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
	if err != nil {
		t.Fatal(err)
	}
	for _, imported := range file.Imports {
		name := strings.Trim(imported.Path.Value, `"`)
		first, _, _ := strings.Cut(name, "/")
		if !strings.Contains(first, ".") || within(name, module+folder) {
			continue
		}
		if !slices.ContainsFunc(allowed, func(a string) bool { return within(name, strings.TrimSuffix(a, "/")) }) {
			t.Errorf("%s may not import %s", path, name)
		}
	}
}

// TestDesignNamesEveryPackageAndDependency holds docs/design.md against the tree and go.mod.
func TestDesignNamesEveryPackageAndDependency(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("docs", "design.md"))
	if err != nil {
		t.Fatal(err)
	}
	design := string(text)
	err = filepath.WalkDir(".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.IsDir() || path == "." {
			return err
		}
		if strings.HasPrefix(entry.Name(), ".") || entry.Name() == "testdata" || hasOwnModule(path) {
			return filepath.SkipDir
		}
		if files, err := filepath.Glob(filepath.Join(path, "*.go")); err != nil || len(files) == 0 {
			return err
		}
		if name := "`" + filepath.ToSlash(path) + "`"; !strings.Contains(design, name) {
			t.Errorf("docs/design.md does not say what %s is for", name)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	required, err := os.ReadFile("go.mod")
	if err != nil {
		t.Fatal(err)
	}
	_, dependencies, _ := strings.Cut(design, "## Dependencies")
	version := regexp.MustCompile(`^v[0-9]+$`)
	for line := range strings.Lines(string(required)) {
		fields := strings.Fields(line)
		if len(fields) != 2 || !strings.HasPrefix(fields[1], "v") {
			continue // no requirement, or an indirect one
		}
		parts := strings.Split(fields[0], "/")
		if version.MatchString(parts[len(parts)-1]) {
			parts = parts[:len(parts)-1]
		}
		if !strings.Contains(dependencies, parts[len(parts)-1]) {
			t.Errorf("docs/design.md gives no reason for %s", fields[0])
		}
	}
}

func within(name, prefix string) bool {
	return name == prefix || strings.HasPrefix(name, prefix+"/")
}
