package cli

import (
	"github.com/imi-ledger/imi/cli/message"
	"github.com/imi-ledger/imi/cli/rule"
)

// What other packages say comes in one English sentence; these return it in the language of this run.

// rule is for the sentence of a refusal.
func (a *app) rule(text string) string { return inLanguage(a.language, rule.Chinese, text) }

// operation is for what package network tells an operator.
func (a *app) operation(text string) string { return inLanguage(a.language, rule.Operation, text) }

// operation is for what package network tells an operator.
func (p *page) operation(text string) string { return inLanguage(p.language, rule.Operation, text) }

// detail is for what a check looked at.
func (p *page) detail(text string) string { return inLanguage(p.language, rule.Detail, text) }

// code is for the reason of a verdict or of a change of status.
func (p *page) code(text string) string { return inLanguage(p.language, rule.Code, text) }

// finding is for what an audit found.
func (p *page) finding(text string) string { return inLanguage(p.language, rule.Finding, text) }

func inLanguage(language message.Language, chinese func(string) string, text string) string {
	if language == message.Chinese {
		return chinese(text)
	}
	return text
}
