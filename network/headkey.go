package network

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// headKeyFile is the key that an organisation's gateway signs heads with, beside its profile and in the folder of its
// gateway. Whoever founds the trust registry registers its public half.
const headKeyFile = "head.key"

// writeHeadKey makes an organisation's head key, unless there is one, and gives it to its gateways.
func writeHeadKey(l layout, all []Node, mspid string) error {
	path := l.organisation(mspid, headKeyFile)
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		text, err = newHeadKey()
		if err == nil {
			err = writeSecret(path, text)
		}
	}
	if err != nil {
		return fmt.Errorf("head key of %s: %w", mspid, err)
	}
	for _, dir := range gatewayFolders(l, all, mspid) {
		if err := writeSecret(filepath.Join(dir, headKeyFile), text); err != nil {
			return err
		}
	}
	return nil
}

func newHeadKey() ([]byte, error) {
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, err
	}
	der, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return nil, err
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), nil
}
