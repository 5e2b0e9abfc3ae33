package audit

import (
	"bytes"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/hyperledger/fabric-protos-go-apiv2/msp"
	"google.golang.org/protobuf/proto"
)

// organisation is one member's definition in a configuration: whose certificates count and for what.
type organisation struct {
	mspid         string
	definition    []byte // as it stands in the configuration
	roots         *x509.CertPool
	intermediates *x509.CertPool
	admins        [][]byte // DER
	units         []unit   // of which a member must have one, if there are any
	roles         map[msp.MSPRole_MSPRoleType]unit
	revocations   []*x509.RevocationList
}

// unit is an organisational unit in certificates, and the authority that must have put it there (nil: any).
type unit struct {
	name      string
	certifier []byte // DER
}

// readOrganisation decodes an MSP definition. Only X.509 with SHA-256 is known here.
func readOrganisation(definition []byte) (*organisation, error) {
	var outer msp.MSPConfig
	var inner msp.FabricMSPConfig
	if proto.Unmarshal(definition, &outer) != nil || outer.GetType() != 0 || proto.Unmarshal(outer.GetConfig(), &inner) != nil {
		return nil, errors.New("not the definition of an X.509 MSP")
	}
	o := &organisation{mspid: inner.GetName(), definition: definition, roots: x509.NewCertPool(), intermediates: x509.NewCertPool()}
	if hash := inner.GetCryptoConfig().GetSignatureHashFamily(); hash != "" && hash != "SHA2" {
		return nil, fmt.Errorf("%s: signatures hashed with %s", o.mspid, hash)
	}
	if len(inner.GetRootCerts()) == 0 || o.mspid == "" {
		return nil, errors.New("an MSP without a name or root certificate")
	}
	for pool, list := range map[*x509.CertPool][][]byte{o.roots: inner.GetRootCerts(), o.intermediates: inner.GetIntermediateCerts()} {
		for _, text := range list {
			certificate, _, err := readCertificate(text)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", o.mspid, err)
			}
			pool.AddCert(certificate)
		}
	}
	return o, errors.Join(o.readAdmins(inner.GetAdmins()), o.readUnits(&inner), o.readRevocations(inner.GetRevocationList()))
}

func (o *organisation) readAdmins(list [][]byte) error {
	for _, text := range list {
		certificate, _, err := readCertificate(text)
		if err != nil {
			return fmt.Errorf("%s: administrator: %w", o.mspid, err)
		}
		o.admins = append(o.admins, certificate.Raw)
	}
	return nil
}

func (o *organisation) readUnits(definition *msp.FabricMSPConfig) error {
	for _, identifier := range definition.GetOrganizationalUnitIdentifiers() {
		u, err := readUnit(identifier)
		if err != nil {
			return fmt.Errorf("%s: %w", o.mspid, err)
		}
		o.units = append(o.units, u)
	}
	nodes := definition.GetFabricNodeOus()
	if !nodes.GetEnable() {
		return nil
	}
	o.roles = map[msp.MSPRole_MSPRoleType]unit{}
	for role, identifier := range map[msp.MSPRole_MSPRoleType]*msp.FabricOUIdentifier{
		msp.MSPRole_CLIENT: nodes.GetClientOuIdentifier(), msp.MSPRole_PEER: nodes.GetPeerOuIdentifier(),
		msp.MSPRole_ADMIN: nodes.GetAdminOuIdentifier(), msp.MSPRole_ORDERER: nodes.GetOrdererOuIdentifier(),
	} {
		if identifier == nil {
			continue
		}
		u, err := readUnit(identifier)
		if err != nil {
			return fmt.Errorf("%s: %w", o.mspid, err)
		}
		o.roles[role] = u
	}
	return nil
}

func readUnit(identifier *msp.FabricOUIdentifier) (unit, error) {
	u := unit{name: identifier.GetOrganizationalUnitIdentifier()}
	if len(identifier.GetCertificate()) == 0 {
		return u, nil
	}
	certificate, _, err := readCertificate(identifier.GetCertificate())
	if err != nil {
		return u, fmt.Errorf("organisational unit: %w", err)
	}
	u.certifier = certificate.Raw
	return u, nil
}

func (o *organisation) readRevocations(list [][]byte) error {
	for _, text := range list {
		if found, _ := pem.Decode(text); found != nil {
			text = found.Bytes
		}
		revocations, err := x509.ParseRevocationList(text)
		if err != nil {
			return fmt.Errorf("%s: not a revocation list", o.mspid)
		}
		o.revocations = append(o.revocations, revocations)
	}
	return nil
}

// validate reports why a certificate is none of the organisation's. As in Fabric the chain is checked at the time the
// certificate was made, so that old blocks stay valid; whether it was valid when used is asked separately.
func (o *organisation) validate(certificate *x509.Certificate) (issuer *x509.Certificate, err error) {
	if certificate.IsCA {
		return nil, errors.New("its certificate is an authority's")
	}
	chains, err := certificate.Verify(x509.VerifyOptions{
		Roots: o.roots, Intermediates: o.intermediates, CurrentTime: certificate.NotBefore.Add(time.Second),
		KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny},
	})
	if err != nil || len(chains) != 1 || len(chains[0]) < 2 {
		return nil, fmt.Errorf("its certificate does not lead to a root of %s", o.mspid)
	}
	issuer = chains[0][1]
	if o.revoked(certificate, issuer) {
		return nil, errors.New("its certificate is revoked")
	}
	if len(o.units) > 0 && !slices.ContainsFunc(o.units, func(u unit) bool { return u.in(certificate, issuer) }) {
		return nil, errors.New("its certificate has none of the required organisational units")
	}
	if o.roles == nil {
		return issuer, nil
	}
	if n := o.countRoles(certificate, issuer); n != 1 {
		return nil, fmt.Errorf("its certificate has %d node roles, not one", n)
	}
	return issuer, nil
}

func (o *organisation) revoked(certificate, issuer *x509.Certificate) bool {
	for _, list := range o.revocations {
		if !bytes.Equal(list.AuthorityKeyId, issuer.SubjectKeyId) ||
			issuer.CheckSignature(list.SignatureAlgorithm, list.RawTBSRevocationList, list.Signature) != nil {
			continue
		}
		for _, entry := range list.RevokedCertificateEntries {
			if entry.SerialNumber.Cmp(certificate.SerialNumber) == 0 {
				return true
			}
		}
	}
	return false
}

// in reports whether a certificate has the unit.
func (u unit) in(certificate, issuer *x509.Certificate) bool {
	return (u.certifier == nil || bytes.Equal(u.certifier, issuer.Raw)) && slices.Contains(certificate.Subject.OrganizationalUnit, u.name)
}

// countRoles counts the node roles in a certificate: every unit by that name, whoever put it there when that is wrong.
func (o *organisation) countRoles(certificate, issuer *x509.Certificate) int {
	n := 0
	for _, name := range certificate.Subject.OrganizationalUnit {
		for _, u := range o.roles {
			if u.name != name {
				continue
			}
			if n++; u.certifier != nil && !bytes.Equal(u.certifier, issuer.Raw) {
				return -1
			}
		}
	}
	return n
}
