package network

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"time"
)

const (
	authorityYears   = 10
	certificateYears = 5
	// backdated makes a fresh certificate valid on a machine whose clock runs a little late.
	backdated = time.Hour
)

// authority signs certificates: each organisation has one for identities and another for TLS, so that a TLS
// certificate can never be used to sign a transaction.
type authority struct {
	certificate *x509.Certificate
	pair
}

// pair is a certificate with its key, both PEM.
type pair struct {
	cert []byte
	key  []byte
	priv *ecdsa.PrivateKey
}

// lowS signs with the smaller of the two valid S values. Fabric accepts only those in signatures, and fabric-sdk-go
// recomputes certificates to that form, so that a CA certificate signed otherwise changes under its hands.
type lowS struct{ *ecdsa.PrivateKey }

// Sign implements crypto.Signer.
func (k lowS) Sign(random io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	der, err := k.PrivateKey.Sign(random, digest, opts)
	if err != nil {
		return nil, err
	}
	var sig struct{ R, S *big.Int }
	if _, err := asn1.Unmarshal(der, &sig); err != nil {
		return nil, err
	}
	order := k.Curve.Params().N
	if sig.S.Cmp(new(big.Int).Rsh(order, 1)) > 0 {
		sig.S.Sub(order, sig.S)
	}
	return asn1.Marshal(sig)
}

func newAuthority(commonName, organisation string) (*authority, error) {
	template := &x509.Certificate{
		Subject:               pkix.Name{CommonName: commonName, Organization: []string{organisation}},
		NotAfter:              time.Now().AddDate(authorityYears, 0, 0),
		KeyUsage:              x509.KeyUsageCertSign | x509.KeyUsageCRLSign | x509.KeyUsageDigitalSignature,
		ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth, x509.ExtKeyUsageServerAuth},
		BasicConstraintsValid: true,
		IsCA:                  true,
	}
	made, err := sign(template, nil)
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(made.cert)
	parsed, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return nil, err
	}
	return &authority{certificate: parsed, pair: made}, nil
}

// identity makes a signing certificate. Its organisational unit is its role, which is how node OUs tell an
// administrator from a client, a peer and an orderer.
func (a *authority) identity(commonName, role string) (pair, error) {
	return sign(&x509.Certificate{
		Subject: pkix.Name{
			CommonName:         commonName,
			Organization:       a.certificate.Subject.Organization,
			OrganizationalUnit: []string{role},
		},
		NotAfter: time.Now().AddDate(certificateYears, 0, 0),
		KeyUsage: x509.KeyUsageDigitalSignature,
	}, a)
}

// tls makes a certificate for both sides of mutual TLS, valid for the node's own name and this machine.
func (a *authority) tls(host string) (pair, error) {
	return sign(&x509.Certificate{
		Subject:     pkix.Name{CommonName: host, Organization: a.certificate.Subject.Organization},
		NotAfter:    time.Now().AddDate(certificateYears, 0, 0),
		KeyUsage:    x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
		DNSNames:    []string{host, "localhost"},
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback},
	}, a)
}

// tlsClient makes a certificate that can only be the client's side of mutual TLS.
func (a *authority) tlsClient(commonName string) (pair, error) {
	return sign(&x509.Certificate{
		Subject:     pkix.Name{CommonName: commonName, Organization: a.certificate.Subject.Organization},
		NotAfter:    time.Now().AddDate(certificateYears, 0, 0),
		KeyUsage:    x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	}, a)
}

// sign makes a key and its certificate; without a parent the certificate signs itself.
func sign(template *x509.Certificate, parent *authority) (pair, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return pair{}, err
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		return pair{}, err
	}
	template.SerialNumber = serial
	template.NotBefore = time.Now().Add(-backdated)
	issuer, signer := template, key
	if parent != nil {
		issuer, signer = parent.certificate, parent.priv
	}
	der, err := x509.CreateCertificate(rand.Reader, template, issuer, &key.PublicKey, lowS{signer})
	if err != nil {
		return pair{}, fmt.Errorf("certificate for %s: %w", template.Subject.CommonName, err)
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return pair{}, err
	}
	return pair{
		cert: pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}),
		key:  pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8}),
		priv: key,
	}, nil
}
