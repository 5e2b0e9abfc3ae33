package keyfile_test

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/imi-ledger/imi/cli/keyfile"
)

func TestEnsure(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "组织 A")
	signing, err := keyfile.EnsureSigning(filepath.Join(folder, keyfile.Signing))
	if err != nil {
		t.Fatal(err)
	}
	again, err := keyfile.EnsureSigning(filepath.Join(folder, keyfile.Signing))
	if err != nil || !again.Public().(*ecdsa.PublicKey).Equal(signing.Public()) {
		t.Errorf("another key the second time: %v", err)
	}
	head, err := keyfile.EnsureHead(filepath.Join(folder, keyfile.Head))
	if _, ok := head.(ed25519.PrivateKey); err != nil || !ok {
		t.Errorf("a head key is Ed25519: %v", err)
	}
	enrolment, err := keyfile.EnsureEnrolment(filepath.Join(folder, keyfile.Enrolment))
	if err != nil || len(enrolment) != keyfile.EnrolmentKeySize {
		t.Errorf("%d bytes, %v", len(enrolment), err)
	}
	entries, _ := os.ReadDir(folder)
	if len(entries) != 3 {
		t.Errorf("left over: %v", entries)
	}
	for _, e := range entries {
		if info, err := e.Info(); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s must have mode 0600", e.Name())
		}
	}
}

// TestEnsureTogether: two processes that make the same key end with one.
func TestEnsureTogether(t *testing.T) {
	path := filepath.Join(t.TempDir(), keyfile.Enrolment)
	keys := make([]string, 8)
	var wait sync.WaitGroup
	for i := range keys {
		wait.Go(func() {
			key, err := keyfile.EnsureEnrolment(path)
			if err != nil {
				t.Error(err)
			}
			keys[i] = string(key)
		})
	}
	wait.Wait()
	for _, key := range keys {
		if key != keys[0] {
			t.Fatal("they hold different keys")
		}
	}
}

func TestRefused(t *testing.T) {
	folder := t.TempDir()
	write := func(name string, text []byte, mode os.FileMode) string {
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, text, mode); err != nil {
			t.Fatal(err)
		}
		return path
	}
	large, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(large)
	if err != nil {
		t.Fatal(err)
	}
	for name, path := range map[string]string{
		"not PEM":     write("a", []byte("key"), 0o600),
		"RSA":         write("b", pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), 0o600),
		"rubbish":     write("c", pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: []byte("x")}), 0o600),
		"certificate": write("d", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600),
		"large":       write("e", make([]byte, 1<<20), 0o600),
		"missing":     filepath.Join(folder, "none"),
	} {
		if _, err := keyfile.LoadSigner(path); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	digits := strings.Repeat("ab", 32)
	for name, text := range map[string]string{"short": digits[2:], "upper case": strings.ToUpper(digits), "other": strings.Repeat("xy", 32), "two lines": digits + "\n\n"} {
		if _, err := keyfile.LoadEnrolment(write("f", []byte(text), 0o600)); err == nil {
			t.Errorf("enrolment key, %s: accepted", name)
		}
	}
	open := write("g", []byte(digits), 0o644)
	if _, err := keyfile.LoadEnrolment(open); err == nil || !strings.Contains(err.Error(), "chmod 600") {
		t.Errorf("a key that others can read: %v", err)
	}
}
