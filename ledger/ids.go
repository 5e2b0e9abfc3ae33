package ledger

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
)

// Digest is a SHA-256 hash, or a commitment of the same length. Text form: 64 lower-case hexadecimal digits.
type Digest [sha256.Size]byte

// DigestOf returns the plain SHA-256 of data, which must be hard to guess.
func DigestOf(data []byte) Digest { return sha256.Sum256(data) }

// String returns the text form.
func (d Digest) String() string { return hex.EncodeToString(d[:]) }

// MarshalText returns the text form.
func (d Digest) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText accepts the text form only.
func (d *Digest) UnmarshalText(text []byte) error { return parseHex(d[:], text) }

// ParseDigest reads the text form.
func ParseDigest(text string) (Digest, error) {
	var d Digest
	err := d.UnmarshalText([]byte(text))
	return d, err
}

// ID is a random 128-bit identifier chosen by the author of a record. Text form: 32 lower-case hexadecimal digits.
type ID [16]byte

// String returns the text form.
func (i ID) String() string { return hex.EncodeToString(i[:]) }

// MarshalText returns the text form.
func (i ID) MarshalText() ([]byte, error) { return []byte(i.String()), nil }

// UnmarshalText accepts the text form only.
func (i *ID) UnmarshalText(text []byte) error { return parseHex(i[:], text) }

// ParseID reads the text form.
func ParseID(text string) (ID, error) {
	var i ID
	err := i.UnmarshalText([]byte(text))
	return i, err
}

func parseHex(into []byte, text []byte) error {
	if len(text) == 2*len(into) && strings.Trim(string(text), digits+"abcdef") == "" {
		if _, err := hex.Decode(into, text); err == nil {
			return nil
		}
	}
	return Refuse(Malformed, "", "an identifier of %d lower-case hexadecimal digits is needed", 2*len(into))
}

// MSPID names an organisation of the channel, as Fabric does. Letters, digits, '.' and '-', at most 64, a letter first.
type MSPID string

// CredentialTypeName names one version of a credential type: "identity/1".
type CredentialTypeName string

// Word is a short code of the field's vocabulary (a document kind, a statement code): [a-z][a-z0-9-]{0,63}.
type Word string

const (
	letters = "abcdefghijklmnopqrstuvwxyz"
	digits  = "0123456789"
)

func (m MSPID) check(field string) error {
	const first = letters + "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	if !consistsOf(string(m), 64, first, first+digits+".-") {
		return Refuse(Invalid, field, "an MSPID is a letter followed by at most 63 letters, digits, '.' or '-'")
	}
	return nil
}

func (w Word) check(field string) error {
	if !consistsOf(string(w), 64, letters, letters+digits+"-") {
		return Refuse(Invalid, field, "a code is a lower-case letter followed by at most 63 of a-z, 0-9, '-'")
	}
	return nil
}

func (n CredentialTypeName) check(field string) error {
	name, version, found := strings.Cut(string(n), "/")
	if !found || Word(name).check("") != nil || !consistsOf(version, 4, "123456789", digits) {
		return Refuse(Invalid, field, "a credential type is a code, '/', and a version from 1 to 9999")
	}
	return nil
}

func consistsOf(text string, longest int, first, rest string) bool {
	return text != "" && len(text) <= longest && strings.ContainsRune(first, rune(text[0])) && strings.Trim(text[1:], rest) == ""
}
