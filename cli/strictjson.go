package cli

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/imi-ledger/imi/cli/office"
	"github.com/imi-ledger/imi/ledger"
)

// byteOrderMark is what some programs put before UTF-8.
const byteOrderMark = "\ufeff"

// checkUTF8 refuses text in other encodings, by name where it can be told, and says in which line that shows.
func checkUTF8(text []byte) error {
	if utf8.Valid(text) {
		return nil
	}
	if bytes.HasPrefix(text, []byte("\xff\xfe")) || bytes.HasPrefix(text, []byte("\xfe\xff")) {
		return ledger.Refuse(ledger.Malformed, "", "must be UTF-8; this is UTF-16: convert it first")
	}
	valid := 0
	for rest := text; ; {
		r, size := utf8.DecodeRune(rest)
		if r == utf8.RuneError && size <= 1 {
			break
		}
		valid, rest = valid+size, rest[size:]
	}
	return &office.RowError{Row: 1 + bytes.Count(text[:valid], []byte("\n")),
		Err: ledger.Refuse(ledger.Malformed, "", "must be UTF-8; GB 18030 and others are converted first")}
}

// decodeStrictly reads one JSON value. Unknown fields are refused, since a misspelt one would be lost, and so is a name
// that stands twice in one object, since only one of its values would count.
func decodeStrictly(text []byte, into any) error {
	if err := checkUTF8(text); err != nil {
		return err
	}
	text = bytes.TrimPrefix(text, []byte(byteOrderMark))
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		return ledger.Refuse(ledger.Malformed, "", "the file is not the JSON of this command, near byte %d", placeOf(err, decoder))
	}
	// More would take a closing bracket after the value for the end.
	if _, err := decoder.Token(); err != io.EOF {
		return ledger.Refuse(ledger.Malformed, "", "nothing may follow the JSON value")
	}
	names := json.NewDecoder(bytes.NewReader(text))
	names.UseNumber()
	if repeated(names) {
		return ledger.Refuse(ledger.Malformed, "", "a name stands twice in one object, near byte %d", names.InputOffset())
	}
	return nil
}

func placeOf(err error, decoder *json.Decoder) int64 {
	if syntax := (*json.SyntaxError)(nil); errors.As(err, &syntax) {
		return syntax.Offset
	}
	if wrong := (*json.UnmarshalTypeError)(nil); errors.As(err, &wrong) {
		return wrong.Offset
	}
	return decoder.InputOffset()
}

// repeated walks over a value that is JSON until an object has a name twice. Capitals make no other name here, as they
// make none for encoding/json.
func repeated(d *json.Decoder) bool {
	token, err := d.Token()
	delimiter, opens := token.(json.Delim)
	if err != nil || !opens {
		return false
	}
	seen := map[string]bool{}
	for d.More() {
		if delimiter == '{' {
			name, _ := d.Token()
			folded := strings.ToLower(name.(string))
			if seen[folded] {
				return true
			}
			seen[folded] = true
		}
		if repeated(d) {
			return true
		}
	}
	_, _ = d.Token() // the end that More saw
	return false
}
