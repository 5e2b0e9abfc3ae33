package fabric

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/hyperledger/fabric-gateway/pkg/identity"
)

// maxPEM bounds certificate and key files.
const maxPEM = 1 << 20

// signer is the client's identity towards Fabric: an X.509 certificate and what signs with its key.
type signer struct {
	identity *identity.X509Identity
	sign     identity.Sign
}

// loadSigner reads the signing certificate and key of a profile and checks that they belong together.
func loadSigner(p Profile, now time.Time) (*signer, error) {
	certificate, err := loadCertificate(p.Certificate, now)
	if err != nil {
		return nil, err
	}
	key, err := loadKey(p.Key)
	if err != nil {
		return nil, err
	}
	public, ok := certificate.PublicKey.(*ecdsa.PublicKey)
	private, ok2 := key.(*ecdsa.PrivateKey)
	if !ok || !ok2 {
		return nil, fmt.Errorf("%s: Fabric signs with ECDSA keys only", p.Key)
	}
	if !public.Equal(private.Public()) {
		return nil, fmt.Errorf("%s is not the key of the certificate %s", p.Key, p.Certificate)
	}
	id, err := identity.NewX509Identity(p.Organisation, certificate)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", p.Certificate, err)
	}
	sign, err := identity.NewPrivateKeySign(private)
	if err != nil {
		return nil, fmt.Errorf("%s: cannot sign with this key", p.Key)
	}
	return &signer{identity: id, sign: sign}, nil
}

func loadCertificate(path string, now time.Time) (*x509.Certificate, error) {
	text, err := readCapped(path, maxPEM)
	if err != nil {
		return nil, fmt.Errorf("certificate: %w", err)
	}
	certificate, err := identity.CertificateFromPEM(text)
	if err != nil {
		return nil, fmt.Errorf("%s: not a PEM certificate", path)
	}
	return certificate, checkValidity(path, certificate, now)
}

// checkValidity says early, by file, what a peer would say late as "access denied".
func checkValidity(path string, certificate *x509.Certificate, now time.Time) error {
	const day = time.DateOnly
	if now.After(certificate.NotAfter) {
		return fmt.Errorf("%s: certificate expired on %s", path, certificate.NotAfter.UTC().Format(day))
	}
	if now.Before(certificate.NotBefore) {
		return fmt.Errorf("%s: certificate is valid from %s only; check this machine's clock",
			path, certificate.NotBefore.UTC().Format(time.RFC3339))
	}
	return nil
}

// loadKey reads a private key file that only its owner may read. Parse errors are not passed on: they can quote the file.
func loadKey(path string) (crypto.PrivateKey, error) {
	text, err := readKeyFile(path)
	if err != nil {
		return nil, err
	}
	key, err := identity.PrivateKeyFromPEM(text)
	if err != nil {
		return nil, fmt.Errorf("%s: not a PEM private key", path)
	}
	return key, nil
}

func readKeyFile(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("key: %w", err)
	}
	if mode := info.Mode().Perm(); mode&^0o600 != 0 {
		return nil, fmt.Errorf("%s: mode %04o lets others use this key; run: chmod 600 '%s'", path, mode, path)
	}
	text, err := readCapped(path, maxPEM)
	if err != nil {
		return nil, fmt.Errorf("key: %w", err)
	}
	return text, nil
}

// tlsFor makes the mutual TLS configuration that reaches a peer, and the hash of the client's TLS certificate: Fabric
// binds block stream requests to it.
func tlsFor(p Peer, now time.Time) (*tls.Config, []byte, error) {
	rootText, err := readCapped(p.TLSRoot, maxPEM)
	if err != nil {
		return nil, nil, fmt.Errorf("TLS root: %w", err)
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(rootText) {
		return nil, nil, fmt.Errorf("%s: holds no PEM certificate", p.TLSRoot)
	}
	certificateText, err := readCapped(p.TLSCertificate, maxPEM)
	if err != nil {
		return nil, nil, fmt.Errorf("TLS certificate: %w", err)
	}
	keyText, err := readKeyFile(p.TLSKey)
	if err != nil {
		return nil, nil, err
	}
	pair, err := tls.X509KeyPair(certificateText, keyText)
	if err != nil {
		return nil, nil, errors.New(p.TLSKey + " is not the key of the certificate " + p.TLSCertificate)
	}
	if err := checkValidity(p.TLSCertificate, pair.Leaf, now); err != nil {
		return nil, nil, err
	}
	hash := sha256.Sum256(pair.Certificate[0])
	return &tls.Config{
		MinVersion:   tls.VersionTLS12,
		RootCAs:      roots,
		Certificates: []tls.Certificate{pair},
		ServerName:   p.ServerName,
	}, hash[:], nil
}
