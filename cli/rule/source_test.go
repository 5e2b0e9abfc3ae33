package rule

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// finder says where the sources of a package hold the sentences that people get to see.
type finder struct {
	files   string         // pattern of the sources
	calls   map[string]int // functions, and which argument is a sentence
	fields  []string       // fields of that name, in literals and assignments
	returns []string       // functions that return sentences
	known   []string       // expressions that hold a sentence found elsewhere
}

// finding is a sentence or the format of one, and where it stands.
type finding struct{ text, at string }

// find reads the sources.
func (f finder) find(t *testing.T) (out []finding) {
	t.Helper()
	names, err := filepath.Glob(f.files)
	if err != nil || len(names) == 0 {
		t.Fatalf("%s: %d files, %v", f.files, len(names), err)
	}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		files := token.NewFileSet()
		file, err := parser.ParseFile(files, name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			for _, e := range f.sentences(n) {
				at := files.Position(e.Pos()).String()
				if text, ok := formatOf(e); ok {
					out = append(out, finding{text, at})
				} else if !slices.Contains(f.known, sourceOf(e)) {
					t.Errorf("%s: it is not known which sentences %s can hold", at, sourceOf(e))
				}
			}
			return true
		})
	}
	return out
}

// sentences lists the expressions directly in a node that are sentences.
func (f finder) sentences(n ast.Node) (out []ast.Expr) {
	switch n := n.(type) {
	case *ast.CallExpr:
		if place, ok := f.calls[nameOf(n.Fun)]; ok && len(n.Args) > place && !isEmptyText(n.Args[place]) {
			out = append(out, n.Args[place])
		}
	case *ast.KeyValueExpr:
		if slices.Contains(f.fields, nameOf(n.Key)) {
			out = append(out, n.Value)
		}
	case *ast.AssignStmt:
		for i, left := range n.Lhs {
			if field, ok := left.(*ast.SelectorExpr); ok && len(n.Lhs) == len(n.Rhs) && slices.Contains(f.fields, field.Sel.Name) ||
				nameOf(left) == "detail" && len(n.Rhs) == 1 {
				out = append(out, n.Rhs[i])
			}
		}
	case *ast.FuncDecl:
		if slices.Contains(f.returns, n.Name.Name) {
			ast.Inspect(n, func(inside ast.Node) bool {
				if r, ok := inside.(*ast.ReturnStmt); ok && !isEmptyText(r.Results[0]) {
					out = append(out, r.Results[0])
				}
				return true
			})
		}
	}
	return out
}

func isEmptyText(e ast.Expr) bool {
	literal, ok := e.(*ast.BasicLit)
	return ok && literal.Value == `""`
}

// formatOf returns a text as it is written, with a verb for each part that is put together at run time.
func formatOf(e ast.Expr) (string, bool) {
	switch e := e.(type) {
	case *ast.BasicLit:
		text, err := strconv.Unquote(e.Value)
		return text, err == nil
	case *ast.CallExpr:
		switch nameOf(e.Fun) {
		case "Sprintf", "Errorf", "New":
			if len(e.Args) > 0 {
				return formatOf(e.Args[0])
			}
		}
	case *ast.BinaryExpr:
		left, okLeft := formatOf(e.X)
		right, okRight := formatOf(e.Y)
		if !okLeft {
			left = "%s"
		}
		if !okRight {
			right = "%s"
		}
		return left + right, okLeft || okRight
	}
	return "", false
}

// sourceOf is an expression as it is written, as far as the tests need it.
func sourceOf(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.SelectorExpr:
		return sourceOf(e.X) + "." + e.Sel.Name
	case *ast.CallExpr:
		return sourceOf(e.Fun) + "()"
	case *ast.Ident:
		return e.Name
	case *ast.IndexExpr:
		return sourceOf(e.X) + "[]"
	}
	return "this expression"
}
