package answer

import "unicode/utf8"

const hexDigits = "0123456789abcdef"

// short are the escapes of one letter.
var short = [256]byte{'"': '"', '\\': '\\', '\b': 'b', '\f': 'f', '\n': 'n', '\r': 'r', '\t': 't'}

// asItIs are the characters that a string holds as they are.
var asItIs = func() (plain [256]bool) {
	for c := byte(' '); c < utf8.RuneSelf; c++ {
		plain[c] = c != '"' && c != '\\'
	}
	return plain
}()

// appendString appends a JSON string as encoding/json writes it with SetEscapeHTML(false): control characters and the two
// line separators of JavaScript are escaped, and what is not UTF-8 is replaced.
func appendString[S ~string | ~[]byte](text []byte, s S) []byte {
	text = append(text, '"')
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if asItIs[c] {
			i++
			continue
		}
		size, escape := 1, ""
		if c >= utf8.RuneSelf {
			if size, escape = unusual(string(s[i:min(len(s), i+utf8.UTFMax)])); escape == "" {
				i += size
				continue
			}
		}
		text = append(text, s[start:i]...)
		switch letter := short[c]; {
		case escape != "":
			text = append(text, escape...)
		case letter != 0:
			text = append(text, '\\', letter)
		default:
			text = append(text, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
		}
		i += size
		start = i
	}
	text = append(text, s[start:]...)
	return append(text, '"')
}

// unusual returns the size of a character that is not ASCII, and how it must be written if not as it is.
func unusual(s string) (size int, escape string) {
	switch r, size := utf8.DecodeRuneInString(s); {
	case r == utf8.RuneError && size == 1:
		return size, `\ufffd`
	case r == '\u2028':
		return size, `\u2028`
	case r == '\u2029':
		return size, `\u2029`
	default:
		return size, ""
	}
}
