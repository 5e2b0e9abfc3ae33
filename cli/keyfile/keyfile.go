// Package keyfile keeps the secret keys of an organisation in files that only their owner can read: its signing key and
// its head key as PKCS #8 in PEM, its enrolment key as hexadecimal text.
package keyfile

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Names of the files in an organisation's folder.
const (
	Signing     = "signing.key"
	NextSigning = "signing.key.next" // of a rotation that is proposed and not yet approved
	Head        = "head.key"
	Enrolment   = "enrolment.key"
)

// maxFile bounds a key file; real ones have a few hundred bytes.
const maxFile = 16 << 10

// EnrolmentKeySize is the size of an enrolment key in bytes.
const EnrolmentKeySize = 32

// LoadSigner reads a private key on P-256 or Ed25519.
func LoadSigner(path string) (crypto.Signer, error) {
	text, err := read(path)
	if err != nil {
		return nil, err
	}
	block, rest := pem.Decode(text)
	if block == nil || block.Type != "PRIVATE KEY" || len(strings.TrimSpace(string(rest))) != 0 {
		return nil, fmt.Errorf("%s is not one PEM block PRIVATE KEY", path)
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("%s is not a PKCS #8 private key", path)
	}
	switch key := key.(type) {
	case *ecdsa.PrivateKey:
		if key.Curve == elliptic.P256() {
			return key, nil
		}
	case ed25519.PrivateKey:
		return key, nil
	}
	return nil, fmt.Errorf("%s holds neither a P-256 nor an Ed25519 key", path)
}

// EnsureSigning loads a P-256 key and makes it first where there is none.
func EnsureSigning(path string) (crypto.Signer, error) {
	return ensureSigner(path, func() (crypto.Signer, error) { return ecdsa.GenerateKey(elliptic.P256(), rand.Reader) })
}

// EnsureHead loads an Ed25519 key and makes it first where there is none.
func EnsureHead(path string) (crypto.Signer, error) {
	return ensureSigner(path, func() (crypto.Signer, error) {
		_, private, err := ed25519.GenerateKey(rand.Reader)
		return private, err
	})
}

func ensureSigner(path string, generate func() (crypto.Signer, error)) (crypto.Signer, error) {
	if key, err := LoadSigner(path); !errors.Is(err, fs.ErrNotExist) {
		return key, err
	}
	key, err := generate()
	if err != nil {
		return nil, fmt.Errorf("make %s: %w", path, err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, fmt.Errorf("make %s: %w", path, err)
	}
	if err := create(path, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})); err != nil {
		return nil, err
	}
	return LoadSigner(path) // another process may have been first
}

// LoadEnrolment reads an enrolment key: 64 lower-case hexadecimal digits.
func LoadEnrolment(path string) ([]byte, error) {
	text, err := read(path)
	if err != nil {
		return nil, err
	}
	digits := strings.TrimSuffix(string(text), "\n")
	key, err := hex.DecodeString(digits)
	if err != nil || len(key) != EnrolmentKeySize || hex.EncodeToString(key) != digits {
		return nil, fmt.Errorf("%s is not an enrolment key of %d hexadecimal digits", path, 2*EnrolmentKeySize)
	}
	return key, nil
}

// EnsureEnrolment loads an enrolment key and makes it first where there is none. A lost one cannot be made again: nobody
// could tell any more who is enrolled.
func EnsureEnrolment(path string) ([]byte, error) {
	if key, err := LoadEnrolment(path); !errors.Is(err, fs.ErrNotExist) {
		return key, err
	}
	key := make([]byte, EnrolmentKeySize)
	if _, err := rand.Read(key); err != nil {
		return nil, fmt.Errorf("make %s: %w", path, err)
	}
	if err := create(path, []byte(hex.EncodeToString(key)+"\n")); err != nil {
		return nil, err
	}
	return LoadEnrolment(path)
}

// read refuses a key that others can read: it is no secret any more.
func read(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	if info.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("%s can be read by others (mode %04o); chmod 600 it, and rotate the key if others had access", path, info.Mode().Perm())
	}
	text, err := io.ReadAll(io.LimitReader(file, maxFile+1))
	if err == nil && len(text) > maxFile {
		err = fmt.Errorf("%s is too large for a key", path)
	}
	return text, err
}

// create writes a whole new file or leaves the one that is there: the content appears under the name at once.
func create(path string, text []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	temporary, err := os.CreateTemp(filepath.Dir(path), ".key-*") // mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(temporary.Name())
	_, err = temporary.Write(text)
	err = errors.Join(err, temporary.Sync(), temporary.Close())
	if err == nil {
		err = os.Link(temporary.Name(), path)
	}
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	return err
}
