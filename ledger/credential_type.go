package ledger

import "strconv"

// CredentialType says what a credential of a type may claim. A version never changes; a new one is another record.
type CredentialType struct {
	Claims              []ClaimRule        `json:"claims,omitempty"` // sorted by name
	LongestValidityDays int                `json:"longestValidityDays"`
	Name                CredentialTypeName `json:"name"`
	Title               Title              `json:"title"`
	Header
}

// ClaimRule names a claim and whether the holder chooses to disclose it.
type ClaimRule struct {
	Disclosable bool   `json:"disclosable"`
	Name        string `json:"name"` // [a-z][a-z0-9_]{0,63}
	Required    bool   `json:"required"`
}

// NewCredentialType begins the record of a credential type.
func NewCredentialType(name CredentialTypeName, title Title, days int, claims ...ClaimRule) CredentialType {
	return CredentialType{Name: name, Title: title, LongestValidityDays: days, Claims: claims, Header: header(KindCredentialType)}
}

const maxClaims = 100

func (t CredentialType) check(field string) error {
	if err := t.Header.check(KindCredentialType); err != nil {
		return err
	}
	if err := t.Name.check(field + ".name"); err != nil {
		return err
	}
	if err := t.Title.check(field + ".title"); err != nil {
		return err
	}
	if t.LongestValidityDays < 1 || t.LongestValidityDays > 36525 {
		return Refuse(Invalid, field+".longestValidityDays", "must be 1 to 36525")
	}
	if len(t.Claims) == 0 || len(t.Claims) > maxClaims {
		return Refuse(Invalid, field+".claims", "1 to %d claims are needed", maxClaims)
	}
	for i, c := range t.Claims {
		at := field + ".claims[" + strconv.Itoa(i) + "].name"
		if !consistsOf(c.Name, 64, letters, letters+digits+"_") {
			return Refuse(Invalid, at, "a lower-case letter followed by at most 63 of a-z, 0-9, '_'")
		}
		if i > 0 && t.Claims[i-1].Name >= c.Name {
			return Refuse(Invalid, at, "claims are sorted by name, each once")
		}
	}
	return nil
}
