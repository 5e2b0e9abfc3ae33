package credential

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/sha256"
	"encoding/asn1"
	"fmt"
	"io"
	"math/big"

	"github.com/go-jose/go-jose/v4"
)

// Signer signs for an issuer or a holder. A PrivateKey is one; a hardware module can be another.
type Signer interface {
	// Public returns the key that verifies what Sign makes.
	Public() PublicKey
	// Sign returns the JWS signature of message under the algorithm of the public key: 64 bytes, r and s for ES256.
	Sign(message []byte) ([]byte, error)
}

// PrivateKey is a key kept in memory or in a wallet file.
type PrivateKey struct {
	key    crypto.Signer // *ecdsa.PrivateKey on P-256 or ed25519.PrivateKey
	public PublicKey
}

// GenerateKey makes a key from 32 bytes of random; for P-256 the few values outside the group's order are drawn again.
func GenerateKey(random io.Reader, algorithm Algorithm) (*PrivateKey, error) {
	seed := make([]byte, 32)
	for range 16 {
		if _, err := io.ReadFull(random, seed); err != nil {
			return nil, fmt.Errorf("credential: read randomness: %w", err)
		}
		switch algorithm {
		case EdDSA:
			return NewPrivateKey(ed25519.NewKeyFromSeed(seed))
		case ES256:
			if key, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), seed); err == nil {
				return NewPrivateKey(key)
			}
		default:
			return nil, refuse(CheckForm, UnsupportedAlgorithm, "only ES256 and EdDSA are used")
		}
	}
	return nil, fmt.Errorf("credential: the source of randomness gives no usable key")
}

// NewPrivateKey takes an *ecdsa.PrivateKey on P-256 or an ed25519.PrivateKey.
func NewPrivateKey(key crypto.Signer) (*PrivateKey, error) {
	switch key.(type) {
	case *ecdsa.PrivateKey, ed25519.PrivateKey:
	default:
		return nil, refuse(CheckForm, UnsupportedKey, "only P-256 and Ed25519 keys are used")
	}
	public, err := NewPublicKey(key.Public())
	if err != nil {
		return nil, err
	}
	return &PrivateKey{key, public}, nil
}

// ParsePrivateKey reads a private key from a JWK as JWK writes it: exactly the members kty, crv, x, y and d.
func ParsePrivateKey(jwk []byte) (*PrivateKey, error) {
	object, err := decodeObject(jwk, "the JWK")
	if err != nil {
		return nil, err
	}
	if _, more := essentials(object); more {
		return nil, refuse(CheckForm, UnsupportedKey, "a private JWK holds kty, crv, x, y and d only")
	}
	key, err := readJWK(object)
	if err != nil {
		return nil, err
	}
	if ed, ok := key.(ed25519.PrivateKey); ok {
		key = ed25519.NewKeyFromSeed(ed.Seed()) // x must follow from d: signing with another x gives d away
	}
	signer, ok := key.(crypto.Signer)
	if !ok {
		return nil, refuse(CheckForm, UnsupportedKey, "the JWK is not a private key")
	}
	private, err := NewPrivateKey(signer)
	if err != nil {
		return nil, err
	}
	if text, err := private.JWK(); err != nil || !sameObject(text, object) {
		return nil, refuse(CheckForm, UnsupportedKey, "the halves of the private JWK do not belong together")
	}
	return private, nil
}

// JWK returns the key as JSON (RFC 7517), for a file only its owner can read.
func (k *PrivateKey) JWK() ([]byte, error) {
	data, err := (&jose.JSONWebKey{Key: k.key}).MarshalJSON()
	if err != nil {
		return nil, fmt.Errorf("credential: encode private key: %w", err)
	}
	return data, nil
}

// Crypto returns the key as crypto/ecdsa or crypto/ed25519 have it.
func (k *PrivateKey) Crypto() crypto.Signer { return k.key }

// Public returns the public half.
func (k *PrivateKey) Public() PublicKey { return k.public }

// Sign signs without randomness: Ed25519 needs none, and for P-256 RFC 6979 derives it from key and message.
func (k *PrivateKey) Sign(message []byte) ([]byte, error) {
	if k.public.algorithm == EdDSA {
		return k.key.Sign(nil, message, crypto.Hash(0))
	}
	sum := sha256.Sum256(message)
	der, err := k.key.Sign(nil, sum[:], crypto.SHA256)
	if err != nil {
		return nil, fmt.Errorf("credential: sign: %w", err)
	}
	var parts struct{ R, S *big.Int }
	if rest, err := asn1.Unmarshal(der, &parts); err != nil || len(rest) != 0 {
		return nil, fmt.Errorf("credential: sign: the key made no ECDSA signature")
	}
	signature := make([]byte, 64)
	parts.R.FillBytes(signature[:32])
	parts.S.FillBytes(signature[32:])
	return signature, nil
}
