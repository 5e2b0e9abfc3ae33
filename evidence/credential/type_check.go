package credential

import (
	"encoding/hex"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

func (t Type) check() error {
	switch {
	case !isWord(t.Name, "-"):
		return refuse(CheckForm, Malformed, "the name of a credential type is [a-z][a-z0-9-]{0,63}")
	case t.Version < 1 || t.Version > 9999:
		return refuse(CheckForm, Malformed, "the version of a credential type is 1 to 9999")
	case t.Title.Zh == "" || t.Title.En == "":
		return refuse(CheckForm, Malformed, "a credential type has a title in zh and en")
	case len(t.Issuers) == 0 || slices.Contains(t.Issuers, ""):
		return refuse(CheckForm, Malformed, "a credential type has issuers")
	case t.MaximumValidityDays < 1 || t.MaximumValidityDays > maxValidityDays:
		return refuse(CheckForm, Malformed, "maximumValidityDays is 1 to %d", maxValidityDays)
	case t.Pad < 0 || t.Pad > maxPad:
		return refuse(CheckForm, Malformed, "pad is 0 to %d", maxPad)
	}
	return checkClaimTypes(t.Claims, "", 1)
}

func checkClaimTypes(claims []ClaimType, parent string, depth int) error {
	if len(claims) == 0 || len(claims) > maxTypeClaims || depth > maxTypeDepth {
		return refuse(CheckForm, Malformed, "%q has no claims, or more than %d, or nested deeper than %d", parent, maxTypeClaims, maxTypeDepth)
	}
	seen := map[string]bool{}
	for _, c := range claims {
		at := child(parent, c.Name)
		switch {
		case !isWord(c.Name, "_") || parent == "" && registered[c.Name]:
			return refuse(CheckForm, ReservedName, "%q is no name for a claim", at)
		case seen[c.Name]:
			return refuse(CheckForm, NameCollision, "claim %q is there twice", at)
		}
		seen[c.Name] = true
		if err := c.check(at, depth); err != nil {
			return err
		}
	}
	return nil
}

func (c ClaimType) check(at string, depth int) error {
	switch {
	case c.Title.Zh == "" || c.Title.En == "":
		return refuse(CheckForm, Malformed, "claim %q has no title in zh and en", at)
	case c.Disclosure != Always && c.Disclosure != Selectively:
		return refuse(CheckForm, Malformed, "claim %q is disclosed neither always nor selectively", at)
	case len(c.Values) > 0 && c.Type != KindString && c.Type != KindStrings:
		return refuse(CheckForm, Malformed, "claim %q has values, but is no string", at)
	case len(c.Claims) > 0 && c.Type != KindObject:
		return refuse(CheckForm, Malformed, "claim %q has members, but is no object", at)
	}
	switch c.Type {
	case KindString, KindBoolean, KindInteger, KindDate, KindDigest, KindStrings:
		return nil
	case KindObject:
		return checkClaimTypes(c.Claims, at, depth+1)
	}
	return refuse(CheckForm, Malformed, "claim %q has an unknown type", at)
}

// isWord reports whether a text is a lower-case letter followed by at most 63 of a-z, 0-9 and one more character.
func isWord(text, more string) bool {
	const letters = "abcdefghijklmnopqrstuvwxyz"
	return text != "" && len(text) <= 64 && strings.Contains(letters, text[:1]) && strings.Trim(text, letters+"0123456789"+more) == ""
}

// CheckIssued checks a whole claim set, before it is issued: every required claim is there, none is unknown, each has the
// form of its type. The error names the claim.
func (t Type) CheckIssued(claims map[string]any) error {
	claims, err := normalise(claims)
	if err != nil {
		return err
	}
	return checkMembers(t.Claims, claims, "")
}

func checkMembers(types []ClaimType, members map[string]any, parent string) error {
	known := 0
	for _, c := range types {
		at := child(parent, c.Name)
		value, present := members[c.Name]
		if !present {
			if c.Required {
				return refuse(CheckClaims, MissingClaim, "claim %q is missing", at)
			}
			continue
		}
		known++
		if err := c.checkValue(value, at); err != nil {
			return err
		}
	}
	if known == len(members) {
		return nil
	}
	for _, name := range slices.Sorted(maps.Keys(members)) {
		if !slices.ContainsFunc(types, func(c ClaimType) bool { return c.Name == name }) {
			return refuse(CheckClaims, UnknownClaim, "claim %q is not of this type", child(parent, name))
		}
	}
	return nil
}

func (c ClaimType) checkValue(value any, at string) error {
	if object, ok := value.(map[string]any); ok && c.Type == KindObject {
		return checkMembers(c.Claims, object, at)
	}
	if !c.accepts(value) {
		return refuse(CheckClaims, WrongClaimType, "claim %q is not a %s as its type wants", at, c.Type)
	}
	return nil
}

func (c ClaimType) accepts(value any) bool {
	switch value := value.(type) {
	case bool:
		return c.Type == KindBoolean
	case json.Number:
		_, err := strconv.ParseInt(value.String(), 10, 64)
		return c.Type == KindInteger && err == nil
	case string:
		return c.acceptsText(value)
	case []any:
		text := ClaimType{Type: KindString, Values: c.Values}
		return c.Type == KindStrings && len(value) > 0 &&
			!slices.ContainsFunc(value, func(v any) bool { return !text.accepts(v) })
	}
	return false
}

func (c ClaimType) acceptsText(text string) bool {
	switch c.Type {
	case KindString:
		return text != "" && (len(c.Values) == 0 || slices.Contains(c.Values, text))
	case KindDate:
		_, err := time.Parse(time.DateOnly, text)
		return err == nil
	case KindDigest:
		data, err := hex.DecodeString(text)
		return err == nil && len(data) == 32 && hex.EncodeToString(data) == text
	}
	return false
}
