package credential

import (
	"fmt"
	"time"
)

// KeyResolver finds the trusted key of an author, as of the time of issue if it matters. It returns the zero key when
// there is none; an error means that it could not find out.
type KeyResolver func(Author) (PublicKey, error)

// VerifyIssuer checks the issuer's signature under the key the caller trusts for this author.
func (p *Parsed) VerifyIssuer(resolve KeyResolver) error {
	if resolve == nil {
		return refuse(CheckAuthor, NoExpectation, "nobody says whose keys to trust")
	}
	key, err := resolve(p.author)
	if err != nil {
		return fmt.Errorf("credential: find the issuer's key: %w", err)
	}
	if key.IsZero() {
		return refuse(CheckAuthor, UnknownKey, "the issuer has no such key")
	}
	if !p.issuer.verify(key) {
		return refuse(CheckAuthor, BadSignature, "the issuer-signed JWT is not signed by the issuer's key")
	}
	return nil
}

// CheckTime checks nbf and exp at a time, with a tolerance for clocks that differ.
func (p *Parsed) CheckTime(at time.Time, skew time.Duration) error {
	return checkTime(CheckValidity, "the credential", p.notBefore, p.expires, at, skew)
}

func checkTime(check Check, part string, notBefore, expires, at time.Time, skew time.Duration) error {
	if !notBefore.IsZero() && at.Add(skew).Before(notBefore) {
		return refuse(check, NotYetValid, "%s is valid from %s", part, notBefore.Format(time.RFC3339))
	}
	if !expires.IsZero() && !at.Add(-skew).Before(expires) {
		return refuse(check, Expired, "%s was valid until %s", part, expires.Format(time.RFC3339))
	}
	return nil
}
