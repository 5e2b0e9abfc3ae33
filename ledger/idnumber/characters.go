package idnumber

import (
	"fmt"
	"strings"
	"unicode"
)

// kinds describes the characters that people and programs really put into ID numbers, from the most to the least
// specific. Of characters that stand for a digit only the kind is named, never the value.
var kinds = []struct {
	is   func(rune) bool
	what string
}{
	{between('０', '９'), "is a full-width digit"},
	{among("ＸｘХхΧχ×✕✗Ⅹⅹ"), "looks like the letter X but is another character"},
	{among("xX"), "is X"},
	{among("OoОоΟοｏＯ"), "is a letter that looks like a digit"},
	{among("IlІіＩｌ|"), "is a letter or sign that looks like a digit"},
	{among("〇零一二三四五六七八九十壹贰叁肆伍陆柒捌玖"), "is a Chinese numeral"},
	{between('\u0660', '\u0669'), "is an Arabic-Indic digit"},
	{between('\u06f0', '\u06f9'), "is an Extended Arabic-Indic digit"},
	{between('\u0966', '\u096f'), "is a Devanagari digit"},
	{between('\u0f20', '\u0f33'), "is a Tibetan digit"},
	{between('\u1810', '\u1819'), "is a Mongolian digit"},
	{unicode.IsNumber, "is a digit or numeral other than an ASCII digit"},
	{among(" "), "is a space"},
	{among("\n\r\u2028\u2029\u0085"), "is a line break"},
	{among("\u3000"), "is a full-width space"},
	{unicode.IsSpace, "is white space"},
	{among("-‐‑‒–—−－"), "is a hyphen or dash"},
}

// invisible names the characters that cannot be seen, by code point since there is nothing else to point at.
var invisible = map[rune]string{
	'\u00ad': "soft hyphen",
	'\u180e': "Mongolian vowel separator",
	'\u200b': "zero-width space",
	'\u200c': "zero-width non-joiner",
	'\u200d': "zero-width joiner",
	'\u200e': "left-to-right mark",
	'\u200f': "right-to-left mark",
	'\u202a': "left-to-right embedding",
	'\u202b': "right-to-left embedding",
	'\u202c': "pop directional formatting",
	'\u202d': "left-to-right override",
	'\u202e': "right-to-left override",
	'\u2060': "word joiner",
	'\ufeff': "byte order mark (zero-width no-break space)",
}

// describe completes the sentence "character 7 …" for a character that is not an ASCII digit.
func describe(r rune) string {
	if name, ok := invisible[r]; ok {
		return fmt.Sprintf("is invisible: %s, U+%04X", name, r)
	}
	for _, kind := range kinds {
		if kind.is(r) {
			return kind.what
		}
	}
	switch {
	case unicode.Is(unicode.Cf, r), unicode.Is(unicode.Mn, r):
		return fmt.Sprintf("is invisible: U+%04X", r)
	case unicode.IsControl(r):
		return fmt.Sprintf("is a control character: U+%04X", r)
	}
	return fmt.Sprintf("is not a digit: U+%04X", r)
}

func between(first, last rune) func(rune) bool {
	return func(r rune) bool { return first <= r && r <= last }
}

func among(characters string) func(rune) bool {
	return func(r rune) bool { return strings.ContainsRune(characters, r) }
}
