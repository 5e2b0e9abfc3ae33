// Package message holds what a program says to people, in the two languages of the product.
package message

import (
	"fmt"
	"slices"
	"strings"
)

// Language is one of the two languages.
type Language string

// The languages.
const (
	English Language = "en"
	Chinese Language = "zh"
)

// Text is one message in both languages. Messages are written as Text{En: …, Zh: …} where they are used; a test reads
// the source and demands both, with the same verbs.
type Text struct{ En, Zh string }

// In returns the message in a language, with its verbs filled in. A message among what they stand for is in that language too.
func (t Text) In(language Language, args ...any) string {
	text := t.En
	if language == Chinese {
		text = t.Zh
	}
	if len(args) == 0 {
		return text
	}
	said := slices.Clone(args)
	for i, arg := range args {
		if inside, ok := arg.(Text); ok {
			said[i] = inside.In(language)
		}
	}
	return fmt.Sprintf(text, said...)
}

// ParseLanguage reads the value of a --lang flag.
func ParseLanguage(text string) (Language, bool) {
	switch Language(text) {
	case English, Chinese:
		return Language(text), true
	}
	return "", false
}

// FromEnvironment chooses by the locale, as gettext does: the first of LC_ALL, LC_MESSAGES and LANG that is set.
func FromEnvironment(lookup func(string) string) Language {
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		value := lookup(name)
		if value == "" {
			continue
		}
		if value == "zh" || strings.HasPrefix(value, "zh_") || strings.HasPrefix(value, "zh-") || strings.HasPrefix(value, "zh.") {
			return Chinese
		}
		return English
	}
	return English
}
