package message_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

var verb = regexp.MustCompile(`%(\[\d+\])?[-+ 0-9.]*[a-zA-Z]`)

// TestEveryTextHasBothLanguages reads every Text literal of the program: both languages, with values of the same kinds.
func TestEveryTextHasBothLanguages(t *testing.T) {
	found := 0
	err := filepath.WalkDir("..", func(path string, entry os.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		files := token.NewFileSet()
		file, err := parser.ParseFile(files, path, nil, 0)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			literal, ok := n.(*ast.CompositeLit)
			if !ok {
				return true
			}
			en, zh, isText := languages(literal)
			if !isText {
				return true
			}
			found++
			if en == "" || zh == "" || !sameVerbs(en, zh) {
				t.Errorf("%v: %q and %q do not say the same", files.Position(literal.Pos()), en, zh)
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if found < 200 {
		t.Errorf("only %d texts found: the test looks for them in the wrong way", found)
	}
}

// languages returns the two texts of a literal that is one; texts put together at run time are passed over.
func languages(literal *ast.CompositeLit) (en, zh string, isText bool) {
	texts := map[string]string{}
	for _, element := range literal.Elts {
		pair, ok := element.(*ast.KeyValueExpr)
		if !ok {
			return "", "", false
		}
		name, ok := pair.Key.(*ast.Ident)
		if !ok || name.Name != "En" && name.Name != "Zh" {
			return "", "", false
		}
		text, ok := constant(pair.Value)
		if !ok {
			return "", "", false
		}
		texts[name.Name] = text
	}
	return texts["En"], texts["Zh"], len(texts) > 0
}

func constant(e ast.Expr) (string, bool) {
	switch e := e.(type) {
	case *ast.BasicLit:
		text, err := strconv.Unquote(e.Value)
		return text, err == nil
	case *ast.BinaryExpr:
		left, okLeft := constant(e.X)
		right, okRight := constant(e.Y)
		return left + right, okLeft && okRight
	}
	return "", false
}

func sameVerbs(en, zh string) bool { return slices.Equal(verbs(en), verbs(zh)) }

// verbs lists the kinds of a text's values in the order of the values.
func verbs(text string) []string {
	found := map[int]string{}
	next := 1
	for _, v := range verb.FindAllStringSubmatch(strings.ReplaceAll(text, "%%", ""), -1) {
		if v[1] != "" {
			next, _ = strconv.Atoi(strings.Trim(v[1], "[]"))
		}
		found[next] = v[0][len(v[0])-1:]
		next++
	}
	out := make([]string, 0, len(found))
	for i := 1; found[i] != ""; i++ {
		out = append(out, found[i])
	}
	return out
}
