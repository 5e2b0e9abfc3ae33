package rule

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// sources are the packages whose refusals a person can get to see through this program.
var sources = []string{"../../ledger", "../../ledger/idnumber", "../../fabric", "..", "../wallet", "../office", "../inquiry", "../proof", "../../evidence/answer", "../../evidence/head", "../../evidence/statetree"}

// TestEveryRuleHasATranslation reads the rules in the source.
func TestEveryRuleHasATranslation(t *testing.T) {
	found := 0
	for _, folder := range sources {
		files, err := filepath.Glob(folder + "/*.go")
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: %d files, %v", folder, len(files), err)
		}
		for _, name := range files {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			for _, rule := range rulesIn(t, name) {
				found++
				if rule != "%s" && !translated(rule) {
					t.Errorf("%s: no translation of %q", name, rule)
				}
			}
		}
	}
	if found < 150 {
		t.Errorf("only %d rules found: the test looks for them in the wrong way", found)
	}
}

func translated(rule string) bool {
	for _, table := range refusals.tables {
		if table[rule] != "" {
			return true
		}
	}
	return false
}

// rulesIn lists the literal rules that a file makes refusals with.
func rulesIn(t *testing.T, name string) []string {
	file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var rules []string
	ast.Inspect(file, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		place := map[string]int{"Refuse": 2, "refuse": 2, "refuseTransaction": 3}[nameOf(call.Fun)]
		if nameOf(call.Fun) == "refuse" && len(call.Args) == 2 { // of evidence/answer
			place = 1
		}
		if place == 0 || len(call.Args) <= place {
			return true
		}
		if text, ok := literal(call.Args[place]); ok {
			rules = append(rules, text)
		}
		return true
	})
	return rules
}

func nameOf(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return e.Sel.Name
	}
	return ""
}

func literal(e ast.Expr) (string, bool) {
	switch e := e.(type) {
	case *ast.BasicLit:
		text, err := strconv.Unquote(e.Value)
		return text, err == nil
	case *ast.BinaryExpr:
		left, okLeft := literal(e.X)
		right, okRight := literal(e.Y)
		return left + right, okLeft && okRight
	}
	return "", false
}

// TestVerbs demands as many values in Chinese as in English.
func TestVerbs(t *testing.T) {
	for _, b := range []*book{refusals, details, parts, operations} {
		for _, table := range b.tables {
			for en, zh := range table {
				if zh == "" || len(verb.FindAllString(en, -1)) != strings.Count(zh, "%") {
					t.Errorf("%q and %q have different verbs", en, zh)
				}
			}
		}
	}
}

func TestChinese(t *testing.T) {
	cases := map[string]string{
		"must not be empty":                                              "不得为空",
		"must be 7, one more than the record's":                          "必须为 7，即记录的序号加一",
		`must be "document" here`:                                        "此处必须为“document”",
		"PoliceMSP must be accredited as notary at 2026-01-01T00:00:00Z": "PoliceMSP 在 2026-01-01T00:00:00Z 须具有资格：公证",
		"something nobody translated":                                    "something nobody translated",
		"the document is revoked":                                        "该文件的状态为：已撤销",
	}
	for en, want := range cases {
		if got := Chinese(en); got != want {
			t.Errorf("%q: got %q, want %q", en, got, want)
		}
	}
}
