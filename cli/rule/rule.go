// Package rule tells in Chinese what other packages of the product say in one English sentence: the rules that refusals
// name, the details of checks, what an operator is told about a network. Each sentence has its translation, found by the
// sentence itself or by the form it was made with.
package rule

var refusals = newBook(ofForms, ofRights, ofIDNumbers, ofNetwork, ofCommands, ofHeads, ofAnswers)

// Chinese returns the translation of a rule that a refusal names, or the rule as it is when it has none.
func Chinese(rule string) string {
	if zh, known := refusals.chinese(rule, part); known {
		return zh
	}
	return rule
}
