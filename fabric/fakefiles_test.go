package fabric

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/hyperledger/fabric-protos-go-apiv2/msp"
	"google.golang.org/protobuf/proto"
)

// authority issues the certificates of the fake peers and their clients.
type authority struct {
	t           testing.TB
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
}

// holder is a certificate with its key.
type holder struct {
	der []byte
	key *ecdsa.PrivateKey
}

func newAuthority(t testing.TB) *authority {
	a := &authority{t: t, key: newKey(t)}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "authority"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, a.key.Public(), a.key)
	if err == nil {
		a.certificate, err = x509.ParseCertificate(der)
	}
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func newKey(t testing.TB) *ecdsa.PrivateKey {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func (a *authority) issue(name string, until time.Time) holder {
	key := newKey(a.t)
	serial, _ := rand.Int(rand.Reader, big.NewInt(1<<62))
	template := &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: name}, NotBefore: time.Now().Add(-time.Hour), NotAfter: until,
		DNSNames: []string{name}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, KeyUsage: x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.certificate, key.Public(), a.key)
	if err != nil {
		a.t.Fatal(err)
	}
	return holder{der, key}
}

func (a *authority) serverTLS(name string) *tls.Config {
	h := a.issue(name, time.Now().Add(time.Hour))
	pool := x509.NewCertPool()
	pool.AddCert(a.certificate)
	return &tls.Config{
		Certificates: []tls.Certificate{{Certificate: [][]byte{h.der}, PrivateKey: h.key}},
		ClientAuth:   tls.RequireAndVerifyClientCert, ClientCAs: pool, MinVersion: tls.VersionTLS12,
	}
}

func (h holder) certificatePEM() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: h.der})
}

func (h holder) keyPEM(t testing.TB) []byte {
	der, err := x509.MarshalPKCS8PrivateKey(h.key)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
}

// identity is the holder as Fabric serializes it.
func (h holder) identity(mspid string) []byte {
	raw, _ := proto.Marshal(&msp.SerializedIdentity{Mspid: mspid, IdBytes: h.certificatePEM()})
	return raw
}

func (h holder) sign(t testing.TB, message []byte) []byte {
	digest := sha256.Sum256(message)
	signature, err := ecdsa.SignASN1(rand.Reader, h.key, digest[:])
	if err != nil {
		t.Fatal(err)
	}
	return signature
}

func writeFile(t testing.TB, path string, text []byte) {
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
}

// writeProfile writes what a client of PoliceMSP needs to reach the peers, and returns the path of the profile.
func (a *authority) writeProfile(peers ...*fakePeer) string {
	folder := a.t.TempDir()
	user := a.issue("admin", time.Now().Add(time.Hour))
	client := a.issue("client", time.Now().Add(time.Hour))
	writeFile(a.t, filepath.Join(folder, "admin.crt"), user.certificatePEM())
	writeFile(a.t, filepath.Join(folder, "admin.key"), user.keyPEM(a.t))
	writeFile(a.t, filepath.Join(folder, "client.crt"), client.certificatePEM())
	writeFile(a.t, filepath.Join(folder, "client.key"), client.keyPEM(a.t))
	writeFile(a.t, filepath.Join(folder, "tls-ca.crt"), holder{der: a.certificate.Raw}.certificatePEM())
	profile := Profile{Organisation: "PoliceMSP", Channel: "imi", Chaincode: "imi", Certificate: "admin.crt", Key: "admin.key"}
	for _, p := range peers {
		profile.Peers = append(profile.Peers, Peer{
			Organisation: p.organisation, Address: p.address, ServerName: p.name,
			TLSRoot: "tls-ca.crt", TLSCertificate: "client.crt", TLSKey: "client.key",
		})
	}
	text, err := json.MarshalIndent(profile, "", "  ")
	if err != nil {
		a.t.Fatal(err)
	}
	path := filepath.Join(folder, "profile.json")
	writeFile(a.t, path, text)
	return path
}
