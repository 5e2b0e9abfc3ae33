package credential

import (
	"errors"
	"fmt"
)

// Check names the step of verification that a refusal belongs to.
type Check string

// The checks, in the order of the package documentation.
const (
	CheckForm      Check = "form"           // encoding, limits, required members
	CheckAuthor    Check = "author"         // the issuer's signature
	CheckIntegrity Check = "integrity"      // disclosures against the issuer's digests
	CheckHolder    Check = "holder_binding" // the key binding JWT
	CheckValidity  Check = "validity"       // nbf and exp
	CheckClaims    Check = "claims"         // claims against their credential type
)

// Reason tells why something was refused. The words are stable: callers act on them and tests name them.
type Reason string

// The reasons.
const (
	Malformed            Reason = "malformed"
	TooLarge             Reason = "too_large"
	TooDeep              Reason = "too_deep"
	WrongMediaType       Reason = "wrong_media_type"
	UnsupportedAlgorithm Reason = "unsupported_algorithm"
	UnsupportedHash      Reason = "unsupported_hash"
	UnsupportedKey       Reason = "unsupported_key"
	MissingClaim         Reason = "missing_claim"
	UnknownClaim         Reason = "unknown_claim"
	WrongClaimType       Reason = "wrong_claim_type"
	UnknownKey           Reason = "unknown_key"
	BadSignature         Reason = "bad_signature"
	ReservedName         Reason = "reserved_name"
	NameCollision        Reason = "name_collision"
	DuplicateDigest      Reason = "duplicate_digest"
	DuplicateDisclosure  Reason = "duplicate_disclosure"
	MisplacedDisclosure  Reason = "misplaced_disclosure"
	UnusedDisclosure     Reason = "unused_disclosure"
	UnknownPath          Reason = "unknown_path"
	NoHolderKey          Reason = "no_holder_key"
	WrongHolderKey       Reason = "wrong_holder_key"
	NoKeyBinding         Reason = "no_key_binding"
	WrongAudience        Reason = "wrong_audience"
	WrongNonce           Reason = "wrong_nonce"
	WrongPresentation    Reason = "wrong_presentation"
	StaleKeyBinding      Reason = "stale_key_binding"
	NotYetValid          Reason = "not_yet_valid"
	Expired              Reason = "expired"
	NoExpectation        Reason = "no_expectation"
)

// Refusal is an error that says which check failed and why. Its text never holds a claim's value or a salt.
type Refusal struct {
	Check  Check
	Reason Reason
	Detail string // an English phrase: the part or path concerned and the rule
}

// Error renders the refusal as one line.
func (r *Refusal) Error() string {
	return fmt.Sprintf("credential: %s: %s: %s", r.Check, r.Reason, r.Detail)
}

// AsRefusal finds the refusal in err's chain. An error without one is a fault, for example of a key resolver.
func AsRefusal(err error) (*Refusal, bool) {
	var r *Refusal
	ok := errors.As(err, &r)
	return r, ok
}

// ReasonOf returns the reason of the refusal in err's chain, or "" for a fault or nil.
func ReasonOf(err error) Reason {
	if r, ok := AsRefusal(err); ok {
		return r.Reason
	}
	return ""
}

func refuse(check Check, reason Reason, detail string, args ...any) *Refusal {
	return &Refusal{Check: check, Reason: reason, Detail: fmt.Sprintf(detail, args...)}
}
