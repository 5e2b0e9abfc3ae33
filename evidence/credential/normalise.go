package credential

import (
	"encoding/json"
	"strconv"
	"unicode/utf8"
)

// normalise copies the Go values of a caller into the forms decodeJSON gives. What JSON would change on the way, such as
// bad UTF-8 or a float, is refused.
func normalise(claims map[string]any) (map[string]any, error) {
	value, err := normal(claims, "", 0)
	if err != nil {
		return nil, err
	}
	return value.(map[string]any), nil
}

func normal(value any, path string, depth int) (any, error) {
	if depth > maxDepth {
		return nil, refuse(CheckForm, TooDeep, "the claims are nested deeper than %d", maxDepth)
	}
	switch value := value.(type) {
	case nil, bool:
		return value, nil
	case string:
		if utf8.ValidString(value) {
			return value, nil
		}
	case int:
		return json.Number(strconv.Itoa(value)), nil
	case int64:
		return json.Number(strconv.FormatInt(value, 10)), nil
	case float64: // what encoding/json makes of a whole number when it is not told to keep the text
		if whole := int64(value); float64(whole) == value && whole < 1<<53 && whole > -1<<53 {
			return json.Number(strconv.FormatInt(whole, 10)), nil
		}
	case json.Number:
		if number, err := decodeJSON([]byte(value), "a number"); err == nil && number == value {
			return value, nil
		}
	case []string:
		array := make([]any, len(value))
		for i, text := range value {
			array[i] = text
		}
		return normal(array, path, depth)
	case []any:
		return normalArray(value, path, depth)
	case map[string]any:
		return normalObject(value, path, depth)
	}
	return nil, refuse(CheckClaims, WrongClaimType, "claim %q is not a value of JSON that can be kept exactly", path)
}

func normalArray(in []any, path string, depth int) (any, error) {
	out := make([]any, len(in))
	for i, value := range in {
		var err error
		if out[i], err = normal(value, element(path, i), depth+1); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func normalObject(in map[string]any, path string, depth int) (any, error) {
	out := make(map[string]any, len(in))
	for name, value := range in {
		if !utf8.ValidString(name) {
			return nil, refuse(CheckClaims, WrongClaimType, "the name of a claim beneath %q is not UTF-8", path)
		}
		var err error
		if out[name], err = normal(value, child(path, name), depth+1); err != nil {
			return nil, err
		}
	}
	return out, nil
}
