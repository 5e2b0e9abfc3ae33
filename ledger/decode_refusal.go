package ledger

import (
	"encoding/json"
	"errors"
)

// decodeRefusal says what was wrong without echoing any value: an input may hold personal data by mistake.
func decodeRefusal(err error) *Refusal {
	var refusal *Refusal
	if errors.As(err, &refusal) {
		return refusal
	}
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		return Refuse(Malformed, "", "not JSON at byte %d", syntax.Offset)
	}
	var kind *json.UnmarshalTypeError
	if errors.As(err, &kind) {
		return Refuse(Malformed, kind.Field, "wrong JSON type at byte %d: want %s", kind.Offset, kind.Type)
	}
	return Refuse(Malformed, "", "not the JSON of this request: unknown field, or cut short")
}
