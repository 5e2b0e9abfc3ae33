package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"unicode/utf16"
)

// encodeJSON returns readable JSON with a final newline. The values are this program's own, so that they always encode.
func encodeJSON(value any) []byte {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(value); err != nil {
		panic(err)
	}
	return out.Bytes()
}

// escapeNonASCII writes every character outside ASCII as \u…, so that invisible ones can be seen and reviewed.
func escapeNonASCII(text []byte) []byte {
	var out bytes.Buffer
	for _, r := range string(text) {
		if r < 0x80 {
			out.WriteRune(r)
			continue
		}
		for _, unit := range utf16.Encode([]rune{r}) {
			fmt.Fprintf(&out, `\u%04x`, unit)
		}
	}
	return out.Bytes()
}
