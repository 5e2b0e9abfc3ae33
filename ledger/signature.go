package ledger

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"math/big"
)

// PublicKey is a P-256 or Ed25519 key in the members RFC 7638 hashes for its thumbprint (JWK, RFC 7517, RFC 8037).
type PublicKey struct {
	Crv string `json:"crv"`         // "P-256" or "Ed25519"
	Kty string `json:"kty"`         // "EC" or "OKP"
	X   string `json:"x"`           // 32 bytes, base64url
	Y   string `json:"y,omitempty"` // 32 bytes, base64url; EC only
}

// KeyID is the RFC 7638 SHA-256 thumbprint of a public key, in base64url: 43 characters.
type KeyID string

// Signature is 64 bytes: r and s of ECDSA P-256 with SHA-256 (s in the lower half, so that there is one form), or
// Ed25519 (RFC 8032). Text form: base64url, 86 characters.
type Signature [64]byte

var encoding = base64.RawURLEncoding.Strict()

// MarshalText returns the text form.
func (s Signature) MarshalText() ([]byte, error) { return []byte(encoding.EncodeToString(s[:])), nil }

// UnmarshalText accepts the text form only.
func (s *Signature) UnmarshalText(text []byte) error {
	if len(text) != 86 || decodeExactly(s[:], string(text)) != nil {
		return Refuse(Malformed, "", "a signature is 64 bytes in base64url without padding")
	}
	return nil
}

// IsZero reports whether there is no signature.
func (s Signature) IsZero() bool { return s == Signature{} }

func decodeExactly(into []byte, text string) error {
	data, err := encoding.DecodeString(text)
	if err != nil || len(data) != len(into) || encoding.EncodeToString(data) != text {
		return Refuse(Malformed, "", "base64url without padding of %d bytes is needed", len(into))
	}
	copy(into, data)
	return nil
}

// NewPublicKey describes an *ecdsa.PublicKey on P-256 or an ed25519.PublicKey.
func NewPublicKey(key any) (PublicKey, error) {
	switch key := key.(type) {
	case *ecdsa.PublicKey:
		if key.Curve != elliptic.P256() {
			break
		}
		point, err := key.Bytes()
		if err != nil {
			break
		}
		return PublicKey{Crv: "P-256", Kty: "EC", X: encoding.EncodeToString(point[1:33]), Y: encoding.EncodeToString(point[33:])}, nil
	case ed25519.PublicKey:
		return PublicKey{Crv: "Ed25519", Kty: "OKP", X: encoding.EncodeToString(key)}, nil
	}
	return PublicKey{}, Refuse(Invalid, "key", "must be a P-256 or an Ed25519 key")
}

// Crypto returns the key as crypto/ecdsa or crypto/ed25519 have it.
func (k PublicKey) Crypto() (any, error) {
	var x, y [32]byte
	switch {
	case k.Crv == "P-256" && k.Kty == "EC" && decodeExactly(x[:], k.X) == nil && decodeExactly(y[:], k.Y) == nil:
		point := append(append([]byte{4}, x[:]...), y[:]...)
		if key, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), point); err == nil {
			return key, nil
		}
	case k.Crv == "Ed25519" && k.Kty == "OKP" && k.Y == "" && decodeExactly(x[:], k.X) == nil:
		return ed25519.PublicKey(x[:]), nil
	}
	return nil, Refuse(Invalid, "key", "must be a P-256 or an Ed25519 public key as JWK")
}

// ID returns the thumbprint of the key.
//
//	base64url(SHA-256({"crv":…,"kty":…,"x":…[,"y":…]}))     RFC 7638
func (k PublicKey) ID() KeyID {
	text := k.thumbprint()
	return KeyID(text[:])
}

// thumbprint is ID without memory of its own: keys are looked for by their ids in every verification.
func (k PublicKey) thumbprint() (text [43]byte) {
	var room [160]byte
	sum := sha256.Sum256(k.appendTo(room[:0]))
	encoding.Encode(text[:], sum[:])
	return text
}

// appendTo appends what Encode makes of a key. One without anything to escape, as all that are keys are, is written directly.
func (k PublicKey) appendTo(text []byte) []byte {
	text = append(append(text, `{"crv":"`...), k.Crv...)
	text = append(append(text, `","kty":"`...), k.Kty...)
	text = append(append(text, `","x":"`...), k.X...)
	if k.Y != "" {
		text = append(append(text, `","y":"`...), k.Y...)
	}
	text = append(text, `"}`...)
	for _, member := range []string{k.Crv, k.Kty, k.X, k.Y} {
		if !needsNoEscape(member) {
			text, _ = Encode(k) // strings always encode
			return text
		}
	}
	return text
}

func (k PublicKey) check(field string) error {
	if _, err := k.Crypto(); err != nil {
		return Refuse(Invalid, field, "must be a P-256 or an Ed25519 public key as JWK")
	}
	return nil
}

// SigningBytes returns what a signature on this ledger is made over:
//
//	"imi ledger signature v1" 0x00 | uint16 length of channel | channel | canonical statement
//
// The statement begins its own domain with its "record" and "version" fields; the channel keeps one ledger's signatures
// from counting on another.
func SigningBytes(channel string, statement []byte) []byte {
	b := append(make([]byte, 0, 32+len(channel)+len(statement)), "imi ledger signature v1\x00"...)
	b = binary.BigEndian.AppendUint16(b, uint16(len(channel)))
	b = append(b, channel...)
	return append(b, statement...)
}

var halfOrder = new(big.Int).Rsh(elliptic.P256().Params().N, 1)

// Verify reports whether the signature was made over message with the key.
func (k PublicKey) Verify(message []byte, s Signature) bool {
	key, err := k.Crypto()
	if err != nil {
		return false
	}
	switch key := key.(type) {
	case *ecdsa.PublicKey:
		r, low := new(big.Int).SetBytes(s[:32]), new(big.Int).SetBytes(s[32:])
		sum := sha256.Sum256(message)
		return low.Cmp(halfOrder) <= 0 && ecdsa.Verify(key, sum[:], r, low)
	case ed25519.PublicKey:
		return ed25519.Verify(key, message, s[:])
	}
	return false
}
