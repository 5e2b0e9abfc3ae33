package chaincode_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
	"testing"
)

// TestNothingIndeterminateDecidesWhatIsWritten parses the code that runs in a transaction: the shells here and all of
// package ledger. Endorsers must simulate alike, so there is no clock, randomness, environment, goroutine, float, or
// ranging over a map in it. The server around it is exempt, and so is signing, which only clients do. Of the packages
// below ledger only kept may take part: what it keeps is given to the rules by those who run them, and answers a question
// about bytes by these bytes alone.
func TestNothingIndeterminateDecidesWhatIsWritten(t *testing.T) {
	forbidden := map[string]bool{"math/rand": true, "math/rand/v2": true, "crypto/rand": true, "os": true, "net": true, "sync": true,
		"sync/atomic": true, "unsafe": true, "runtime": true, "path/filepath": true, "io/fs": true}
	exempt := map[string]bool{"server.go": true, "signer.go": true}
	var files []string
	for _, pattern := range []string{"*.go", "../ledger/*.go"} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, found...)
	}
	checked := 0
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") || exempt[filepath.Base(name)] {
			continue
		}
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		checked++
		for _, imported := range file.Imports {
			path := strings.Trim(imported.Path.Value, `"`)
			below, own := strings.CutPrefix(path, "github.com/imi-ledger/imi/")
			if forbidden[path] || own && below != "ledger" && below != "ledger/kept" {
				t.Errorf("%s imports %s", name, path)
			}
			if below == "ledger/kept" && strings.HasPrefix(name, "../ledger/") {
				t.Errorf("%s: the rules themselves keep nothing", name)
			}
		}
		maps := mapsIn(file)
		ast.Inspect(file, func(n ast.Node) bool {
			if what := indeterminate(n, maps); what != "" {
				t.Errorf("%s: %s", set.Position(n.Pos()), what)
			}
			return true
		})
	}
	if checked < 20 {
		t.Fatalf("only %d files were found to check", checked)
	}
}

func indeterminate(n ast.Node, maps map[string]bool) string {
	switch n := n.(type) {
	case *ast.GoStmt:
		return "a goroutine"
	case *ast.SelectStmt:
		return "a select"
	case *ast.Ident:
		if n.Name == "float64" || n.Name == "float32" {
			return "a float"
		}
	case *ast.SelectorExpr:
		if x, ok := n.X.(*ast.Ident); ok && x.Name == "time" && (n.Sel.Name == "Now" || n.Sel.Name == "Since" || n.Sel.Name == "Sleep") {
			return "a clock"
		}
	case *ast.RangeStmt:
		if x, ok := n.X.(*ast.Ident); ok && maps[x.Name] {
			return "ranges over a map"
		}
		if x, ok := n.X.(*ast.SelectorExpr); ok && maps[x.Sel.Name] {
			return "ranges over a map"
		}
	}
	return ""
}

// mapsIn lists the names in a file that are declared as maps: variables, parameters, fields.
func mapsIn(file *ast.File) map[string]bool {
	maps := map[string]bool{}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Field:
			if _, ok := n.Type.(*ast.MapType); ok {
				for _, name := range n.Names {
					maps[name.Name] = true
				}
			}
		case *ast.AssignStmt:
			for i, value := range n.Rhs {
				if i < len(n.Lhs) && isMap(value) {
					if name, ok := n.Lhs[i].(*ast.Ident); ok {
						maps[name.Name] = true
					}
				}
			}
		}
		return true
	})
	return maps
}

func isMap(value ast.Expr) bool {
	switch v := value.(type) {
	case *ast.CompositeLit:
		_, ok := v.Type.(*ast.MapType)
		return ok
	case *ast.CallExpr:
		if name, ok := v.Fun.(*ast.Ident); ok && name.Name == "make" && len(v.Args) > 0 {
			_, ok := v.Args[0].(*ast.MapType)
			return ok
		}
	}
	return false
}
