package credential

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"fmt"
	"reflect"
	"slices"

	"github.com/go-jose/go-jose/v4"
)

// Algorithm is a JWS algorithm of RFC 7518 or RFC 8037. There are two.
type Algorithm string

// The algorithms. Everything else is refused, "none" and the symmetric ones first of all.
const (
	ES256 Algorithm = "ES256" // ECDSA on P-256 with SHA-256
	EdDSA Algorithm = "EdDSA" // Ed25519
)

// PublicKey verifies signatures: an issuer's or a holder's. The zero value is no key.
type PublicKey struct {
	algorithm Algorithm
	key       crypto.PublicKey // *ecdsa.PublicKey on P-256 or ed25519.PublicKey
}

// NewPublicKey takes an *ecdsa.PublicKey on P-256 or an ed25519.PublicKey.
func NewPublicKey(key crypto.PublicKey) (PublicKey, error) {
	switch key := key.(type) {
	case *ecdsa.PublicKey:
		if key != nil && key.Curve == elliptic.P256() {
			return PublicKey{ES256, key}, nil
		}
	case ed25519.PublicKey:
		if len(key) == ed25519.PublicKeySize {
			return PublicKey{EdDSA, key}, nil
		}
	}
	return PublicKey{}, refuse(CheckForm, UnsupportedKey, "only P-256 and Ed25519 keys are used")
}

// ParsePublicKey reads a public key from a JWK (RFC 7517). Members such as kid and use are ignored; a private member is
// refused, because whoever sends one has given the key away.
func ParsePublicKey(jwk []byte) (PublicKey, error) {
	object, err := decodeObject(jwk, "the JWK")
	if err != nil {
		return PublicKey{}, err
	}
	return publicKeyOf(object)
}

func publicKeyOf(jwk map[string]any) (PublicKey, error) {
	if _, private := jwk["d"]; private {
		return PublicKey{}, refuse(CheckForm, UnsupportedKey, "a public JWK holds a private key")
	}
	object, _ := essentials(jwk)
	if key, ok := quickKey(object); ok {
		return NewPublicKey(key)
	}
	key, err := readJWK(object)
	if err != nil {
		return PublicKey{}, err
	}
	public, err := NewPublicKey(key)
	if err != nil {
		return PublicKey{}, err
	}
	// One key has one encoding: what does not come back as it was is refused.
	if text, err := public.JWK(); err != nil || !sameObject(text, object) {
		return PublicKey{}, refuse(CheckForm, UnsupportedKey, "the JWK is not in its canonical encoding")
	}
	return public, nil
}

// essentials returns the members that make a key, and whether there were others.
func essentials(jwk map[string]any) (object map[string]any, more bool) {
	object = map[string]any{}
	for name, value := range jwk {
		switch name {
		case "kty", "crv", "x", "y", "d":
			object[name] = value
		default:
			more = true
		}
	}
	return object, more
}

// quickKey reads a public key whose members have their one encoding. It reports false for all others, which the library
// reads and judges: it takes ten times as long.
func quickKey(object map[string]any) (any, bool) {
	x, ok := coordinate(object["x"])
	switch {
	case ok && len(object) == 4 && object["kty"] == "EC" && object["crv"] == "P-256":
		y, ok := coordinate(object["y"])
		if !ok {
			return nil, false
		}
		key, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), slices.Concat([]byte{4}, x, y))
		return key, err == nil
	case ok && len(object) == 3 && object["kty"] == "OKP" && object["crv"] == "Ed25519":
		return ed25519.PublicKey(x), true
	}
	return nil, false
}

// coordinate decodes 32 bytes in base64url.
func coordinate(member any) ([]byte, bool) {
	text, ok := member.(string)
	if !ok || len(text) != 43 {
		return nil, false
	}
	data, err := decodeBase64(text, "")
	return data, err == nil && len(data) == 32
}

func readJWK(object map[string]any) (any, error) {
	text, err := encodeJSON(object)
	if err != nil {
		return nil, fmt.Errorf("credential: encode JWK: %w", err)
	}
	var jwk jose.JSONWebKey
	if err := jwk.UnmarshalJSON(text); err != nil {
		return nil, refuse(CheckForm, UnsupportedKey, "the JWK is not a P-256 or Ed25519 key")
	}
	return jwk.Key, nil
}

func sameObject(text []byte, object map[string]any) bool {
	again, err := decodeObject(text, "the JWK")
	return err == nil && reflect.DeepEqual(again, object)
}

// IsZero reports whether there is no key.
func (k PublicKey) IsZero() bool { return k.key == nil }

// Equal reports whether two keys are the same.
func (k PublicKey) Equal(other PublicKey) bool {
	same, ok := k.key.(interface{ Equal(crypto.PublicKey) bool })
	return ok && !other.IsZero() && same.Equal(other.key)
}

// JWK returns the key as JSON with the members RFC 7638 hashes, in that order, and no others.
func (k PublicKey) JWK() ([]byte, error) {
	data, err := (&jose.JSONWebKey{Key: k.key}).MarshalJSON()
	if err != nil {
		return nil, fmt.Errorf("credential: encode JWK: %w", err)
	}
	object, err := decodeObject(data, "the JWK")
	if err != nil {
		return nil, err
	}
	return encodeJSON(object)
}

// ID returns the key's RFC 7638 thumbprint: SHA-256 over its JWK as JWK returns it, in base64url. It is the kid of keys
// made here.
func (k PublicKey) ID() string {
	sum, err := (&jose.JSONWebKey{Key: k.key}).Thumbprint(crypto.SHA256)
	if err != nil {
		return "" // only for the zero value
	}
	return b64.EncodeToString(sum)
}

// MarshalJSON returns the JWK.
func (k PublicKey) MarshalJSON() ([]byte, error) { return k.JWK() }

// UnmarshalJSON reads a JWK.
func (k *PublicKey) UnmarshalJSON(data []byte) (err error) {
	*k, err = ParsePublicKey(data)
	return err
}
