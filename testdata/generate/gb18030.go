package main

import (
	_ "embed"
	"encoding/hex"
	"fmt"
	"strings"
)

// gb18030Table has the two-byte codes of the characters that the GB18030 documents use: lines of a character, a space
// and four hexadecimal digits. The whole table of the standard is not in the standard library.
//
//go:embed gb18030.txt
var gb18030Table string

// encodeGB18030 encodes text. Characters beyond the basic plane follow from their number; those of the basic plane must
// be in the table.
func encodeGB18030(text string) ([]byte, error) {
	codes := map[rune][]byte{}
	for line := range strings.Lines(gb18030Table) {
		character, digits, _ := strings.Cut(strings.TrimRight(line, "\n"), " ")
		code, err := hex.DecodeString(digits)
		if err != nil || len(code) != 2 {
			return nil, fmt.Errorf("gb18030.txt: bad line %q", line)
		}
		codes[[]rune(character)[0]] = code
	}
	var out []byte
	var missing []rune
	for _, r := range text {
		code, known := codes[r]
		switch {
		case r < 0x80:
			out = append(out, byte(r))
		case known:
			out = append(out, code...)
		case r > 0xffff:
			n := int(r) - 0x10000
			out = append(out, byte(0x90+n/12600), byte(0x30+n/1260%10), byte(0x81+n/10%126), byte(0x30+n%10))
		default:
			missing = append(missing, r)
		}
	}
	if missing != nil {
		return nil, fmt.Errorf("gb18030.txt lacks the characters %s", string(missing))
	}
	return out, nil
}

// gb18030Invoice is the XML invoice in the encoding that it declares.
func gb18030Invoice(buyer citizen) ([]byte, error) {
	return encodeGB18030(strings.Replace(xmlInvoice(buyer), `encoding="UTF-8"`, `encoding="GB18030"`, 1))
}
