package credential

import (
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Type is the definition of one version of a credential type: what its issuers may claim and the holder may hide. It is
// read from a file; the ledger's record of the type holds the part verifiers need.
type Type struct {
	Name                string      `json:"name"`    // "identity"
	Version             int         `json:"version"` // from 1
	Title               Title       `json:"title"`
	Issuers             []string    `json:"issuers"` // MSPIDs expected to be accredited
	MaximumValidityDays int         `json:"maximumValidityDays"`
	Pad                 int         `json:"pad"` // see Policy
	Claims              []ClaimType `json:"claims"`
}

// Title is a name for people, in Chinese and English.
type Title struct {
	Zh string `json:"zh"`
	En string `json:"en"`
}

// ClaimType describes one claim.
type ClaimType struct {
	Name       string      `json:"name"` // [a-z][a-z0-9_]{0,63}
	Title      Title       `json:"title"`
	Type       Kind        `json:"type"`
	Required   bool        `json:"required"`
	Disclosure Disclosure  `json:"disclosure"`
	Values     []string    `json:"values,omitempty"` // of a string, or of an array's elements: the only ones allowed
	Claims     []ClaimType `json:"claims,omitempty"` // of an object: its members
}

// Kind is the form of a claim's value.
type Kind string

// The kinds.
const (
	KindString  Kind = "string"
	KindBoolean Kind = "boolean"
	KindInteger Kind = "integer"
	KindDate    Kind = "date"   // "2026-11-23"
	KindDigest  Kind = "digest" // SHA-256, 64 lower-case hexadecimal digits
	KindObject  Kind = "object"
	KindStrings Kind = "strings" // an array of strings
)

// Disclosure says whether the holder can hide a claim.
type Disclosure string

// The disclosures. The members of an object and the elements of an array that is disclosed selectively are hidden
// inside it, each by itself.
const (
	Always      Disclosure = "always"
	Selectively Disclosure = "selectively"
)

const (
	maxTypeSize     = 64 << 10
	maxTypeClaims   = 100
	maxTypeDepth    = 4
	maxValidityDays = 36525
	vctPrefix       = "urn:imi:credential:"
)

// ParseType reads a definition. Unknown, missing, doubled and differently cased members are refused, and so is whatever
// does not say the same when written again.
func ParseType(data []byte) (Type, error) {
	if len(data) > maxTypeSize {
		return Type{}, refuse(CheckForm, TooLarge, "a credential type has at most %d bytes", maxTypeSize)
	}
	object, err := decodeObject(data, "the credential type")
	if err != nil {
		return Type{}, err
	}
	var t Type
	if err := json.Unmarshal(data, &t); err != nil {
		return Type{}, refuse(CheckForm, Malformed, "the credential type has a member of the wrong form")
	}
	text, err := encodeJSON(t)
	if err != nil {
		return Type{}, refuse(CheckForm, Malformed, "the credential type cannot be written")
	}
	if again, err := decodeObject(text, "the credential type"); err != nil || !reflect.DeepEqual(again, object) {
		return Type{}, refuse(CheckForm, Malformed, "the credential type has unknown or missing members")
	}
	return t, t.check()
}

// VCT returns the type's identifier in credentials: "urn:imi:credential:identity:1".
func (t Type) VCT() string { return vctPrefix + t.Name + ":" + strconv.Itoa(t.Version) }

// TypeNameOf returns the ledger's name of the type a credential says it is: "identity/1". It is "" for foreign types.
func TypeNameOf(vct string) string {
	rest, ok := strings.CutPrefix(vct, vctPrefix)
	name, version, found := strings.Cut(rest, ":")
	number, err := strconv.Atoi(version)
	if !ok || !found || err != nil || number < 1 || strconv.Itoa(number) != version || !isWord(name, "-") {
		return ""
	}
	return name + "/" + version
}

// ClaimNames returns the names of the claims at the top, sorted.
func (t Type) ClaimNames() []string { return t.names(func(ClaimType) bool { return true }) }

// DisclosableNames returns the names of the claims at the top that the holder can hide, sorted.
func (t Type) DisclosableNames() []string {
	return t.names(func(c ClaimType) bool { return c.Disclosure == Selectively })
}

func (t Type) names(keep func(ClaimType) bool) []string {
	names := map[string]bool{}
	for _, c := range t.Claims {
		if keep(c) {
			names[c.Name] = true
		}
	}
	return slices.Sorted(maps.Keys(names))
}

// Policy returns what Issue needs to hide what the type lets the holder hide.
func (t Type) Policy() Policy {
	return Policy{Disclosable: disclosable(nil, t.Claims, ""), Pad: t.Pad}
}

func disclosable(patterns []string, claims []ClaimType, parent string) []string {
	for _, c := range claims {
		at := child(parent, c.Name)
		if c.Disclosure == Selectively {
			patterns = append(patterns, at)
			if c.Type == KindStrings {
				patterns = append(patterns, anyElement(at))
			}
		}
		patterns = disclosable(patterns, c.Claims, at)
	}
	return patterns
}

// LatestExpiry returns the last exp a credential made at a time may have.
func (t Type) LatestExpiry(issued time.Time) time.Time {
	return issued.Add(time.Duration(t.MaximumValidityDays) * 24 * time.Hour)
}
