package idnumber

import (
	"crypto/hmac"
	"crypto/sha256"
	"errors"
)

// TagKeySize is the smallest enrolment key, in bytes, that Tag takes.
const TagKeySize = 32

// PersonTag is the keyed pseudonym of a number. Without the enrolment key it says nothing: trying all numbers, which
// breaks a plain hash in hours, needs the key.
type PersonTag [sha256.Size]byte

// tagDomain separates person tags from every other use of the enrolment key.
const tagDomain = "imi person tag v1"

// Tag returns the person tag of the number under an enrolment key of at least TagKeySize bytes:
//
//	HMAC-SHA256(enrolment key, "imi person tag v1" || 0x00 || the 18 ASCII bytes of the number)
//
// A short key and the zero Number are errors: the tag of either would not be a pseudonym of anybody.
func (n Number) Tag(key []byte) (PersonTag, error) {
	if len(key) < TagKeySize {
		return PersonTag{}, errors.New("idnumber: an enrolment key has at least 32 bytes")
	}
	if n.IsZero() {
		return PersonTag{}, errors.New("idnumber: there is no number to make a person tag of")
	}
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(tagDomain))
	mac.Write([]byte{0})
	mac.Write([]byte(n.Reveal()))
	return PersonTag(mac.Sum(nil)), nil
}
