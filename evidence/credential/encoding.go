package credential

import (
	"crypto/sha256"
	"encoding/base64"
	"strings"
)

// MaxSize bounds the text of a credential or presentation, in bytes.
const MaxSize = 64 << 10

var b64 = base64.RawURLEncoding.Strict()

// decodeBase64 accepts only what encoding gives back: no padding, no line breaks, no stray bits.
func decodeBase64(text, part string) ([]byte, error) {
	data, err := b64.DecodeString(text)
	if err != nil || strings.ContainsAny(text, "\r\n") {
		return nil, refuse(CheckForm, Malformed, "%s is not base64url without padding", part)
	}
	return data, nil
}

// Digest identifies a credential without telling anything about it: the key of the issuer's record on the ledger.
type Digest [sha256.Size]byte

// DigestOf returns the digest of an issuer-signed JWT.
//
//	SHA-256( base64url(header) "." base64url(payload) "." base64url(signature) )
//
// These are the ASCII bytes before the first "~" of a credential, the same in every presentation of it. They are hard to
// guess, because the payload holds digests with 128-bit salts and the holder's key. Another valid signature over the same
// payload would be another credential: the ledger has no record of it.
func DigestOf(issuerSignedJWT string) Digest { return sha256.Sum256([]byte(issuerSignedJWT)) }

// hashText is how RFC 9901 hashes disclosures and presentations: SHA-256 of ASCII text, in base64url.
func hashText(text string) string {
	sum := sha256.Sum256([]byte(text))
	return b64.EncodeToString(sum[:])
}

// isDigest reports whether a text has the form hashText gives.
func isDigest(text string) bool {
	data, err := decodeBase64(text, "")
	return err == nil && len(data) == sha256.Size
}
