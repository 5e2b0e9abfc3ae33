package rule

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"testing"

	"github.com/imi-ledger/imi/ledger"
)

// TestEveryReasonHasATranslation reads the reasons of verdicts in the source of package evidence.
func TestEveryReasonHasATranslation(t *testing.T) {
	for _, reason := range ledger.Reasons() {
		if ofStatusReasons[string(reason)] == "" {
			t.Errorf("no translation of %q", reason)
		}
	}
	if len(ofStatusReasons) != len(ledger.Reasons()) {
		t.Error("a translation of a reason for a change of status that there is not")
	}
	file, err := parser.ParseFile(token.NewFileSet(), "../../evidence/verdict.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]bool{"no_evidence": true} // of package cli itself
	ast.Inspect(file, func(n ast.Node) bool {
		if spec, ok := n.(*ast.ValueSpec); ok {
			if of, ok := spec.Type.(*ast.Ident); ok && of.Name == "Reason" {
				text, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
				if found[text] = true; err != nil || ofVerdictReasons[text] == "" {
					t.Errorf("no translation of %q, %v", text, err)
				}
			}
		}
		return true
	})
	if len(found) != len(ofVerdictReasons) {
		t.Errorf("%d reasons of verdicts, %d translations", len(found), len(ofVerdictReasons))
	}
}
