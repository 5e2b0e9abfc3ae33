package network

import (
	"crypto/ecdsa"
	"crypto/x509"
	"encoding/asn1"
	"encoding/pem"
	"io/fs"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func parsed(t *testing.T, text []byte) *x509.Certificate {
	t.Helper()
	block, _ := pem.Decode(text)
	cert, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	return cert
}

// Every signature on a certificate has the smaller S; by chance half of them would not.
func TestCertificatesHaveLowS(t *testing.T) {
	for range 16 {
		ca, err := newAuthority("ca.police.imi.test", "PoliceMSP")
		if err != nil {
			t.Fatal(err)
		}
		leaf, err := ca.identity("admin.police.imi.test", "admin")
		if err != nil {
			t.Fatal(err)
		}
		for _, cert := range []*x509.Certificate{ca.certificate, parsed(t, leaf.cert)} {
			var sig struct{ R, S *big.Int }
			if _, err := asn1.Unmarshal(cert.Signature, &sig); err != nil {
				t.Fatal(err)
			}
			half := new(big.Int).Rsh(ca.certificate.PublicKey.(*ecdsa.PublicKey).Params().N, 1)
			if sig.S.Cmp(half) > 0 {
				t.Fatalf("%s is signed with the larger S", cert.Subject.CommonName)
			}
			if err := cert.CheckSignatureFrom(ca.certificate); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func TestCertificatePurposes(t *testing.T) {
	a, err := newAuthorities(Organisation{MSPID: "PoliceMSP", Name: "police"})
	if err != nil {
		t.Fatal(err)
	}
	server, err := a.tls.tls("peer.police.imi.test")
	if err != nil {
		t.Fatal(err)
	}
	client, err := a.tls.tlsClient("admin.police.imi.test")
	if err != nil {
		t.Fatal(err)
	}
	identity, err := a.msp.identity("admin.police.imi.test", "admin")
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(a.tls.certificate)
	verify := func(cert []byte, name string, usage x509.ExtKeyUsage) error {
		_, err := parsed(t, cert).Verify(x509.VerifyOptions{DNSName: name, Roots: roots, KeyUsages: []x509.ExtKeyUsage{usage}})
		return err
	}
	for _, name := range []string{"peer.police.imi.test", "localhost", "127.0.0.1", "::1"} {
		if err := verify(server.cert, name, x509.ExtKeyUsageServerAuth); err != nil {
			t.Errorf("server as %s: %v", name, err)
		}
	}
	if err := verify(server.cert, "", x509.ExtKeyUsageClientAuth); err != nil {
		t.Errorf("a peer is a client of others too: %v", err)
	}
	if err := verify(client.cert, "", x509.ExtKeyUsageClientAuth); err != nil {
		t.Error(err)
	}
	if verify(client.cert, "", x509.ExtKeyUsageServerAuth) == nil {
		t.Error("a client's certificate passes for a server's")
	}
	if verify(identity.cert, "", x509.ExtKeyUsageAny) == nil {
		t.Error("an identity passes for TLS")
	}
	if ou := parsed(t, identity.cert).Subject.OrganizationalUnit; len(ou) != 1 || ou[0] != "admin" {
		t.Errorf("role %v, want admin", ou)
	}
}

// Keys are for their owner only, and nothing that is not a key contains one.
func TestMaterialKeepsKeysPrivate(t *testing.T) {
	n := prepared(t, Native)
	keys := 0
	err := filepath.WalkDir(n.layout.dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		if entry.IsDir() {
			if info.Mode().Perm()&0o077 != 0 && path != n.layout.dir {
				t.Errorf("others may enter %s (%v)", path, info.Mode())
			}
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil || !strings.Contains(string(text), "PRIVATE KEY") {
			return err
		}
		keys++
		if info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v", path, info.Mode())
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	// Per organisation 2 head keys (the same twice), 2 CAs, 2 clients with 2 keys each (the admin's identity twice, the gateway's pair twice), 3 TLS
	// servers, 2 signers.
	if want := 4 * (2 + 2 + 4 + 1 + 2 + 3 + 2); keys != want {
		t.Errorf("%d files with keys, want %d", keys, want)
	}
}
