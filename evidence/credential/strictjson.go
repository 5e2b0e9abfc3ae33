package credential

import (
	"bytes"
	"encoding/json"
	"unicode/utf16"
	"unicode/utf8"
)

// maxDepth bounds the nesting of every JSON text, and of a payload after its disclosures are put in.
const maxDepth = 32

// decodeJSON reads one JSON value the strict way: valid UTF-8, no lone surrogates, no name twice in one object at any
// depth, no trailing bytes, bounded nesting. Numbers stay text (json.Number), so nothing is rounded.
func decodeJSON(data []byte, part string) (any, error) {
	if value, ok := quickJSON(data); ok {
		return value, nil
	}
	return decodeStrictly(data, part)
}

func decodeStrictly(data []byte, part string) (any, error) {
	if !utf8.Valid(data) || !json.Valid(data) || loneSurrogate(data) {
		return nil, refuse(CheckForm, Malformed, "%s is not one JSON value in UTF-8", part)
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	return readValue(d, part, 0)
}

// decodeObject is decodeJSON for what must be an object.
func decodeObject(data []byte, part string) (map[string]any, error) {
	value, err := decodeJSON(data, part)
	if err != nil {
		return nil, err
	}
	object, ok := value.(map[string]any)
	if !ok {
		return nil, refuse(CheckForm, Malformed, "%s is not a JSON object", part)
	}
	return object, nil
}

func readValue(d *json.Decoder, part string, depth int) (any, error) {
	token, err := d.Token()
	if err != nil {
		return nil, refuse(CheckForm, Malformed, "%s is not JSON", part)
	}
	delim, ok := token.(json.Delim)
	if !ok {
		return token, nil
	}
	if depth == maxDepth {
		return nil, refuse(CheckForm, TooDeep, "%s is nested deeper than %d", part, maxDepth)
	}
	if delim == '{' {
		return readObject(d, part, depth)
	}
	array := []any{}
	for d.More() {
		value, err := readValue(d, part, depth+1)
		if err != nil {
			return nil, err
		}
		array = append(array, value)
	}
	return array, endOf(d, part)
}

func readObject(d *json.Decoder, part string, depth int) (any, error) {
	object := map[string]any{}
	for d.More() {
		token, err := d.Token()
		name, ok := token.(string)
		if err != nil || !ok {
			return nil, refuse(CheckForm, Malformed, "%s is not JSON", part)
		}
		if _, twice := object[name]; twice {
			return nil, refuse(CheckForm, Malformed, "%s has a name twice in one object", part)
		}
		if object[name], err = readValue(d, part, depth+1); err != nil {
			return nil, err
		}
	}
	return object, endOf(d, part)
}

func endOf(d *json.Decoder, part string) error {
	if _, err := d.Token(); err != nil {
		return refuse(CheckForm, Malformed, "%s is not JSON", part)
	}
	return nil
}

// loneSurrogate reports an escape such as \ud800 without its other half. encoding/json turns each into U+FFFD, so two
// different names would become one.
func loneSurrogate(valid []byte) bool {
	for i := 0; i < len(valid); i++ {
		if valid[i] != '\\' {
			continue
		}
		i++ // valid JSON: something follows a backslash
		if valid[i] != 'u' {
			continue
		}
		unit := hex4(valid[i+1:])
		i += 4
		if !utf16.IsSurrogate(unit) {
			continue
		}
		rest := valid[i+1:]
		if len(rest) < 6 || rest[0] != '\\' || rest[1] != 'u' || utf16.DecodeRune(unit, hex4(rest[2:])) == utf8.RuneError {
			return true
		}
		i += 6
	}
	return false
}

func hex4(digits []byte) rune {
	var unit rune
	for _, c := range digits[:4] {
		switch {
		case c <= '9':
			c -= '0'
		case c <= 'F':
			c -= 'A' - 10
		default:
			c -= 'a' - 10
		}
		unit = unit<<4 | rune(c)
	}
	return unit
}

// encodeJSON writes a value with sorted names and without HTML escapes: the same value always gives the same bytes.
func encodeJSON(value any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(value); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}
