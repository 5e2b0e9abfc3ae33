package audit

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"testing"
	"time"

	"github.com/hyperledger/fabric-protos-go-apiv2/msp"
)

// authority is a certificate authority made for a test.
type authority struct {
	t           *testing.T
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
}

var testTime = time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)

func newAuthority(t *testing.T) *authority {
	t.Helper()
	a := &authority{t: t}
	a.certificate, a.key = a.make(&x509.Certificate{Subject: pkix.Name{CommonName: "ca"}, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign})
	return a
}

// make signs a certificate; the first one signs itself.
func (a *authority) make(template *x509.Certificate) (*x509.Certificate, *ecdsa.PrivateKey) {
	a.t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		a.t.Fatal(err)
	}
	template.SerialNumber, err = rand.Int(rand.Reader, big.NewInt(1<<60))
	if err != nil {
		a.t.Fatal(err)
	}
	template.NotBefore, template.NotAfter = testTime.Add(-time.Hour), testTime.Add(time.Hour)
	parent, signer := a.certificate, a.key
	if parent == nil {
		parent, signer = template, key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, &key.PublicKey, signer)
	if err != nil {
		a.t.Fatal(err)
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		a.t.Fatal(err)
	}
	return certificate, key
}

func (a *authority) leaf(units ...string) (*x509.Certificate, *ecdsa.PrivateKey) {
	return a.make(&x509.Certificate{Subject: pkix.Name{CommonName: "someone", OrganizationalUnit: units}, KeyUsage: x509.KeyUsageDigitalSignature})
}

func inPEM(certificate *x509.Certificate) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate.Raw})
}

// organisation defines TestMSP with the authority as its root, and node roles.
func (a *authority) organisation(change func(*msp.FabricMSPConfig)) *organisation {
	a.t.Helper()
	role := func(name string) *msp.FabricOUIdentifier {
		return &msp.FabricOUIdentifier{Certificate: inPEM(a.certificate), OrganizationalUnitIdentifier: name}
	}
	definition := &msp.FabricMSPConfig{Name: "TestMSP", RootCerts: [][]byte{inPEM(a.certificate)}, FabricNodeOus: &msp.FabricNodeOUs{
		Enable: true, ClientOuIdentifier: role("client"), PeerOuIdentifier: role("peer"), AdminOuIdentifier: role("admin"), OrdererOuIdentifier: role("orderer"),
	}}
	if change != nil {
		change(definition)
	}
	o, err := readOrganisation(encodedBytes(a.t, &msp.MSPConfig{Config: encodedBytes(a.t, definition)}))
	if err != nil {
		a.t.Fatal(err)
	}
	return o
}

func (a *authority) revoke(certificate *x509.Certificate) []byte {
	a.t.Helper()
	der, err := x509.CreateRevocationList(rand.Reader, &x509.RevocationList{Number: big.NewInt(1), ThisUpdate: testTime, NextUpdate: testTime.Add(time.Hour),
		RevokedCertificateEntries: []x509.RevocationListEntry{{SerialNumber: certificate.SerialNumber, RevocationTime: testTime}}}, a.certificate, a.key)
	if err != nil {
		a.t.Fatal(err)
	}
	return der
}

func TestMembership(t *testing.T) {
	ours, others := newAuthority(t), newAuthority(t)
	peer, _ := ours.leaf("peer")
	revoked, _ := ours.leaf("peer")
	none, _ := ours.leaf()
	two, _ := ours.leaf("peer", "admin")
	foreign, _ := others.leaf("peer")
	o := ours.organisation(func(d *msp.FabricMSPConfig) { d.RevocationList = [][]byte{ours.revoke(revoked), others.revoke(peer)} })
	for name, c := range map[string]struct {
		certificate *x509.Certificate
		valid       bool
	}{
		"peer": {peer, true}, "revoked": {revoked, false}, "without role": {none, false}, "with two roles": {two, false},
		"another authority's": {foreign, false}, "authority": {ours.certificate, false},
	} {
		if _, err := o.validate(c.certificate); (err == nil) != c.valid {
			t.Errorf("%s: %v", name, err)
		}
	}
	m := &member{certified: &certified{mspid: "TestMSP", certificate: peer}, organisation: o, issuer: ours.certificate}
	for role, want := range map[msp.MSPRole_MSPRoleType]bool{msp.MSPRole_MEMBER: true, msp.MSPRole_PEER: true, msp.MSPRole_ADMIN: false,
		msp.MSPRole_CLIENT: false, msp.MSPRole_ORDERER: false} {
		of := func(mspid string) principal {
			return readPrincipal(&msp.MSPPrincipal{Principal: encodedBytes(t, &msp.MSPRole{MspIdentifier: mspid, Role: role})})
		}
		if m.satisfies(of("TestMSP")) != want || m.satisfies(of("OtherMSP")) {
			t.Errorf("role %v", role)
		}
	}
	for at, want := range map[time.Time]bool{testTime: true, testTime.Add(-2 * time.Hour): false, testTime.Add(2 * time.Hour): false} {
		if m.validAt(at) != want {
			t.Errorf("valid at %v: %v", at, !want)
		}
	}
}

func TestDefinitionsRefused(t *testing.T) {
	a := newAuthority(t)
	for name, d := range map[string]*msp.FabricMSPConfig{
		"no root":        {Name: "TestMSP"},
		"no name":        {RootCerts: [][]byte{inPEM(a.certificate)}},
		"root is no PEM": {Name: "TestMSP", RootCerts: [][]byte{a.certificate.Raw}},
		"another hash": {Name: "TestMSP", RootCerts: [][]byte{inPEM(a.certificate)},
			CryptoConfig: &msp.FabricCryptoConfig{SignatureHashFamily: "SHA3"}},
		"no real list":     {Name: "TestMSP", RootCerts: [][]byte{inPEM(a.certificate)}, RevocationList: [][]byte{{1}}},
		"no administrator": {Name: "TestMSP", RootCerts: [][]byte{inPEM(a.certificate)}, Admins: [][]byte{{1}}},
		"unit of no issuer": {Name: "TestMSP", RootCerts: [][]byte{inPEM(a.certificate)},
			OrganizationalUnitIdentifiers: []*msp.FabricOUIdentifier{{Certificate: []byte{1}}}},
	} {
		if _, err := readOrganisation(encodedBytes(t, &msp.MSPConfig{Config: encodedBytes(t, d)})); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if _, err := readOrganisation(encodedBytes(t, &msp.MSPConfig{Type: 1})); err == nil {
		t.Error("idemix: accepted")
	}
}

// TestOneFormOfSignatures has both forms that ECDSA allows, and every byte changed.
func TestOneFormOfSignatures(t *testing.T) {
	a := newAuthority(t)
	certificate, key := a.leaf("peer")
	c := &certified{certificate: certificate}
	digest := sha256.Sum256([]byte("onetwo"))
	der, err := ecdsa.SignASN1(rand.Reader, key, digest[:])
	if err != nil {
		t.Fatal(err)
	}
	other := highS(t, der)
	first, second := c.verify(der, []byte("one"), []byte("two")), c.verify(other, []byte("one"), []byte("two"))
	if first == second {
		t.Fatalf("the two forms of a signature: %v, %v", first, second)
	}
	if second {
		der = other
	}
	for at := range der {
		for bit := range 8 {
			der[at] ^= 1 << bit
			if c.verify(der, []byte("onetwo")) {
				t.Errorf("bit %d of byte %d flipped: accepted", bit, at)
			}
			der[at] ^= 1 << bit
		}
	}
	for length := range der {
		if c.verify(der[:length], []byte("onetwo")) {
			t.Errorf("cut to %d: accepted", length)
		}
	}
}
