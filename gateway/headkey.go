package gateway

import (
	"crypto/ed25519"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"strings"
)

// loadHeadKey reads the key that heads are signed with: Ed25519, PKCS #8 in PEM. A file that others can read is refused,
// since whoever has the key can vouch for a false ledger.
func loadHeadKey(path string) (ed25519.PrivateKey, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("head key: %w", err)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return nil, errors.New("head key: the file can be read by others; chmod 600 it, and rotate the key if others had access")
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("head key: %w", err)
	}
	block, rest := pem.Decode(text)
	if block == nil || block.Type != "PRIVATE KEY" || strings.TrimSpace(string(rest)) != "" {
		return nil, errors.New("head key: the file is not one PEM block PRIVATE KEY")
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	key, ok := parsed.(ed25519.PrivateKey)
	if err != nil || !ok {
		return nil, errors.New("head key: the file does not hold an Ed25519 key")
	}
	return key, nil
}
