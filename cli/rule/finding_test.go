package rule

import (
	"maps"
	"slices"
	"strings"
	"testing"
)

// ofAudit finds what the audit can say: findings and what was expected, and the errors they quote.
var ofAudit = []finder{
	{files: "../../evidence/audit/*.go", calls: map[string]int{"note": 2, "stop": 2, "about": 3, "Errorf": 0, "New": 0, "Missing": 2, "notCanonical": 9},
		fields: []string{"Found", "unsound", "wrong"}, returns: []string{"apply", "compare", "compareReads"},
		known: []string{"f", "err.Error()", "r.unsound", "different", "this expression", "r.compareReads()", "r.compare()", "found", "key", "n", "strings.Compare()",
			"e.Unsound", "fmt.Sprintf()", "r.apply()", "t.Problems[]"}},
	{files: "../../evidence/audit/*.go", calls: map[string]int{"note": 1, "stop": 1, "about": 2}, fields: []string{"Expected"},
		known: []string{"expected", "a.genesis.String()", "p.hash.String()", "hash.String()", "h.BlockHash.String()", "h.StateRoot.String()", "fmt.Sprint()", "CodeName()", "channel", "known"}},
	{files: "../../evidence/head/*.go", calls: map[string]int{"Refuse": 2, "malformed": 0, "refuse": 0}, known: []string{"rule"}},
	{files: "../../evidence/wire/canonical.go", calls: map[string]int{"Errorf": 0, "New": 0}},
	{files: "../../evidence/audit/endorsement.go", calls: map[string]int{"Sprintf": 0}},
	{files: "../audit*.go", calls: map[string]int{"New": 0, "Missing": 2, "Refuse": 2}, known: []string{"address", "r.anchor.Genesis", "trusted.Genesis"}},
}

// notSaid are errors that no finding quotes.
var notSaid = []string{"audit: ", "http://", "audit checkpoint", "%w: there is nothing", "%w: damaged", "%w: %w", "of another ledger", "%w: a block has 1 to"}

// TestEveryFindingHasATranslation reads the sentences in the source, and demands that every translation is of one of them.
func TestEveryFindingHasATranslation(t *testing.T) {
	sentences := map[string]bool{}
	for _, f := range ofAudit {
		for _, s := range f.find(t) {
			if sentences[s.text] = true; !translatedFinding(s.text) && !slices.ContainsFunc(notSaid, func(p string) bool { return strings.HasPrefix(s.text, p) }) {
				t.Errorf("%s: no translation of %q", s.at, s.text)
			}
		}
	}
	if len(sentences) < 120 {
		t.Errorf("only %d sentences found: the test looks for them in the wrong way", len(sentences))
	}
	for _, table := range findings.tables {
		for _, en := range slices.Sorted(maps.Keys(table)) {
			if !sentences[en] {
				t.Errorf("nobody says %q", en)
			}
		}
	}
}

func translatedFinding(text string) bool {
	for _, table := range slices.Concat(findings.tables, details.tables, refusals.tables) {
		if table[text] != "" {
			return true
		}
	}
	return slices.Contains([]string{"%s: %w", "%s/%s: %w", "%v", "%s", "%x", "block %d: %w"}, text)
}
