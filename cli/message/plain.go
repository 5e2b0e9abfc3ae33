package message

import (
	"strings"
	"unicode"
)

// Plain is text from elsewhere, made fit for a terminal: whatever could move the cursor, change colours, end the line or turn
// the direction of writing becomes a replacement character. Otherwise whoever wrote it could make a verdict look like another.
func Plain(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.In(r, unicode.Bidi_Control, unicode.Zl, unicode.Zp) {
			return unicode.ReplacementChar
		}
		return r
	}, text)
}
