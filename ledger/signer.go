package ledger

import (
	"crypto"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/asn1"
	"fmt"
	"math/big"
)

// Signer signs statements with one private key, which may live in a file or a hardware module.
type Signer struct {
	private crypto.Signer
	public  PublicKey
}

// NewSigner uses a private key on P-256 or Ed25519.
func NewSigner(private crypto.Signer) (*Signer, error) {
	public := private.Public()
	described, err := NewPublicKey(public)
	if err != nil {
		return nil, err
	}
	return &Signer{private, described}, nil
}

// PublicKey returns the key that verifies what the signer signs.
func (s *Signer) PublicKey() PublicKey { return s.public }

// Sign signs the canonical form of a statement for a channel.
func (s *Signer) Sign(channel string, statement any) (Signature, error) {
	text, err := Encode(statement)
	if err != nil {
		return Signature{}, err
	}
	message := SigningBytes(channel, text)
	if _, ok := s.private.Public().(ed25519.PublicKey); ok {
		raw, err := s.private.Sign(nil, message, crypto.Hash(0))
		if err != nil {
			return Signature{}, fmt.Errorf("sign: %w", err)
		}
		return Signature(raw), nil
	}
	sum := sha256.Sum256(message)
	der, err := s.private.Sign(rand.Reader, sum[:], crypto.SHA256)
	if err != nil {
		return Signature{}, fmt.Errorf("sign: %w", err)
	}
	return fromDER(der)
}

// fromDER turns an ECDSA signature into r and the lower of s and n-s.
func fromDER(der []byte) (Signature, error) {
	var parts struct{ R, S *big.Int }
	if rest, err := asn1.Unmarshal(der, &parts); err != nil || len(rest) != 0 {
		return Signature{}, fmt.Errorf("sign: the key made no ECDSA signature")
	}
	if parts.S.Cmp(halfOrder) > 0 {
		parts.S.Sub(elliptic.P256().Params().N, parts.S)
	}
	var s Signature
	parts.R.FillBytes(s[:32])
	parts.S.FillBytes(s[32:])
	return s, nil
}
