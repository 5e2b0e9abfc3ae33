package main

import (
	_ "embed"
	"encoding/base64"
	"fmt"
	"strings"
)

// A glyph is a character as 40 × 40 pixels, one bit each, the rows from the top, 1 for ink. The PDFs bring their Chinese
// characters along in this form: they look the same in every viewer, whatever fonts it finds, and no font is shipped.
const (
	glyphSide     = 40
	glyphBytes    = glyphSide * glyphSide / 8
	glyphBaseline = 880 // of 1000, from the top
)

// glyphTable has one line for each character: the character, a space, the glyph in base64. glyphs.html makes it.
//
//go:embed glyphs.txt
var glyphTable string

var glyphs = parseGlyphs(glyphTable)

func parseGlyphs(table string) map[rune][]byte {
	all := map[rune][]byte{}
	for line := range strings.Lines(table) {
		character, text, _ := strings.Cut(strings.TrimRight(line, "\n"), " ")
		bits, err := base64.StdEncoding.DecodeString(text)
		runes := []rune(character)
		if err != nil || len(bits) != glyphBytes || len(runes) != 1 {
			panic(fmt.Sprintf("glyphs.txt: bad line %q", line))
		}
		all[runes[0]] = bits
	}
	return all
}

// glyphInk says whether a pixel of a character is ink; characters without a glyph have none.
func glyphInk(character rune, x, y int) bool {
	bits, ok := glyphs[character]
	i := y*glyphSide + x
	return ok && bits[i/8]&(0x80>>(i%8)) != 0
}
