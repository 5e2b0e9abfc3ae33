package head

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"time"

	"golang.org/x/mod/sumdb/note"

	"github.com/imi-ledger/imi/ledger"
)

// algorithm is the identifier of Ed25519 timestamped cosignatures in C2SP signed notes.
const algorithm = 0x04

// keyHash is the key id of a cosigner in a signed note.
//
//	first 4 bytes of SHA-256(name | LF | 0x04 | 32-byte Ed25519 public key), big-endian
func keyHash(name string, key ed25519.PublicKey) uint32 {
	h := sha256.New()
	fmt.Fprintf(h, "%s\n%c", name, algorithm)
	h.Write(key)
	return binary.BigEndian.Uint32(h.Sum(nil))
}

// cosigned is what a cosignature covers.
//
//	"cosignature/v1" LF | "time " <POSIX seconds, decimal> LF | text of the head
func cosigned(at uint64, text []byte) []byte {
	return fmt.Appendf(nil, "cosignature/v1\ntime %d\n%s", at, text)
}

// Signer signs heads as one organisation.
type Signer struct {
	name  string
	key   ed25519.PrivateKey
	clock func() time.Time
}

// NewSigner signs with an organisation's head key; clock tells the time of each signature.
func NewSigner(organisation ledger.MSPID, key ed25519.PrivateKey, clock func() time.Time) *Signer {
	return &Signer{string(organisation), key, clock}
}

// Public is the key that checks its signatures.
func (s *Signer) Public() ed25519.PublicKey { return s.key.Public().(ed25519.PublicKey) }

// Now is the time by the signer's clock.
func (s *Signer) Now() time.Time { return s.clock() }

// Name implements note.Signer.
func (s *Signer) Name() string { return s.name }

// KeyHash implements note.Signer.
func (s *Signer) KeyHash() uint32 { return keyHash(s.name, s.Public()) }

// Sign implements note.Signer.
//
//	uint64 POSIX seconds | Ed25519 signature      big-endian
func (s *Signer) Sign(text []byte) ([]byte, error) {
	at := uint64(s.clock().Unix())
	return append(binary.BigEndian.AppendUint64(nil, at), ed25519.Sign(s.key, cosigned(at, text))...), nil
}

var _ note.Signer = (*Signer)(nil)

// verifier checks the cosignatures of one head key. It implements note.Verifier.
type verifier struct {
	name string
	key  ed25519.PublicKey
}

func (v verifier) Name() string    { return v.name }
func (v verifier) KeyHash() uint32 { return keyHash(v.name, v.key) }

func (v verifier) Verify(text, signature []byte) bool {
	at, rest, ok := splitSignature(signature)
	return ok && ed25519.Verify(v.key, cosigned(at, text), rest)
}

func splitSignature(signature []byte) (at uint64, rest []byte, ok bool) {
	if len(signature) != 8+ed25519.SignatureSize {
		return 0, nil, false
	}
	at = binary.BigEndian.Uint64(signature)
	return at, signature[8:], at <= 1<<40 // beyond that no time.Time of a sane century is meant
}

// timeOf returns when a signature of a note was made.
func timeOf(s note.Signature) (time.Time, bool) {
	raw, err := base64.StdEncoding.DecodeString(s.Base64)
	if err != nil || len(raw) < 4 {
		return time.Time{}, false
	}
	at, _, ok := splitSignature(raw[4:])
	return time.Unix(int64(at), 0).UTC(), ok
}
