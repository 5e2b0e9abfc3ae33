package rule

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestOperationsAreSaid demands that every translation is of something package network says; what has no translation is
// shown in English, framed in Chinese. A translation nobody needs any more is one whose sentence was changed.
func TestOperationsAreSaid(t *testing.T) {
	said := networkSays(t)
	for _, table := range operations.tables {
		for _, en := range slices.Sorted(maps.Keys(table)) {
			if !said[en] && !said[strings.ReplaceAll(en, "%w", "%s")] {
				t.Errorf("package network does not say %q", en)
			}
		}
	}
}

// networkSays lists all texts that package network has or puts together.
func networkSays(t *testing.T) map[string]bool {
	said := map[string]bool{}
	names, err := filepath.Glob("../../network/*.go")
	if err != nil || len(names) == 0 {
		t.Fatalf("%d files, %v", len(names), err)
	}
	for _, name := range names {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if e, ok := n.(ast.Expr); ok {
				if text, ok := formatOf(e); ok {
					said[text] = true
				}
			}
			return true
		})
	}
	return said
}

// TestDoctorIsTranslated reads what the doctor looks at and advises.
func TestDoctorIsTranslated(t *testing.T) {
	doctor := finder{files: "../../network/doctor*.go", fields: []string{"Name", "Found", "Remedy"}, known: []string{
		"c.Name", "engine.Name", "compose.Name", "c.Found", // said before
		"err.Error()", "knows.Remedy()", "p.Chaincode", "open[]", "version", "strings.TrimSpace()", "strings.Join()", "time.Now().UTC().Format()"}}
	same := []string{"Go", "/proc", "Docker Compose", "make build", "%s, %s, %s", "%s, %s", "%s %s"}
	for _, found := range doctor.find(t) {
		if strings.HasPrefix(found.text, "imi network ") || strings.HasPrefix(found.text, "find ") || slices.Contains(same, found.text) {
			continue // commands and names
		}
		if Operation(found.text) == found.text && ofDoctor[found.text] == "" {
			t.Errorf("%s: no translation of %q", found.at, found.text)
		}
	}
}

func TestOperation(t *testing.T) {
	for en, want := range map[string]string{
		"port 7000, wanted by peer.police, is taken by process 4711 (nginx)": "端口 7000（peer.police 需要）已被占用：进程 4711（nginx）",
		"the network in /a b has topology bft4, not raft1":                   "/a b 中的网络的拓扑为 bft4，而非 raft1",
		"70.0 GB free at /tmp":    "70.0 GB 可用，位于 /tmp",
		"something of the system": "something of the system",
	} {
		if got := Operation(en); got != want {
			t.Errorf("%q: got %q, want %q", en, got, want)
		}
	}
}
