package evidence

import (
	"fmt"
	"maps"
	"slices"

	"github.com/imi-ledger/imi/ledger"
)

// registeredClaims are the members of a credential that are not claims of its type.
var registeredClaims = []string{"iss", "sub", "iat", "nbf", "exp", "cnf", "vct"}

// examineClaims holds the claims against the type: none that it does not know, none hidden that must be shown to
// everybody, none of those missing.
func (p *presented) examineClaims(kind ledger.CredentialType) {
	for _, name := range slices.Sorted(maps.Keys(p.opened.Claims)) { // in order: who checks the answer finds the same first
		if slices.Contains(registeredClaims, name) {
			continue
		}
		known := slices.ContainsFunc(kind.Claims, func(c ledger.ClaimRule) bool { return c.Name == name })
		if !known {
			p.fail(CheckIntegrity, Mismatch, ReasonTypeRules, fmt.Sprintf("the type %s has no claim %q", kind.Name, name))
		}
	}
	for _, rule := range kind.Claims {
		_, shown := p.opened.Claims[rule.Name]
		switch {
		case rule.Disclosable:
		case slices.Contains(p.opened.Disclosed, rule.Name):
			p.fail(CheckIntegrity, Mismatch, ReasonTypeRules, fmt.Sprintf("the type %s does not let the holder hide %q", kind.Name, rule.Name))
		case rule.Required && !shown:
			p.fail(CheckIntegrity, Mismatch, ReasonTypeRules, fmt.Sprintf("the type %s demands %q for everybody to see", kind.Name, rule.Name))
		}
	}
}
