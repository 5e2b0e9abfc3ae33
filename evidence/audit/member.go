package audit

import (
	"bytes"
	"crypto/x509"
	"fmt"
	"slices"
	"time"

	"github.com/hyperledger/fabric-protos-go-apiv2/msp"
	"google.golang.org/protobuf/proto"
)

// member is an identity under one configuration.
type member struct {
	*certified
	organisation *organisation
	issuer       *x509.Certificate
	invalid      error // why its organisation does not stand behind it; nil when it does
}

// validAt reports whether the certificate was valid at the time. Fabric's peers do not ask this of blocks; its endorsers
// and orderers do when a transaction comes in.
func (m *member) validAt(t time.Time) bool {
	return !t.Before(m.certificate.NotBefore) && !t.After(m.certificate.NotAfter)
}

// member returns the identity as the configuration has it. Nobody else may use the configuration meanwhile.
func (c *channelConfig) member(raw []byte) *member {
	if m, ok := c.members[string(raw)]; ok {
		return m
	}
	m := &member{}
	var err error
	if m.certified, err = c.identities.read(raw); err != nil {
		m.certified, m.invalid = &certified{certificate: &x509.Certificate{}}, err
	} else if m.organisation = c.organisations[m.mspid]; m.organisation == nil {
		m.invalid = fmt.Errorf("%q is no organisation of the channel", m.mspid)
	} else {
		m.issuer, m.invalid = m.organisation.validate(m.certificate)
		c.certificates++
	}
	if len(c.members) < maxIdentities {
		c.members[string(raw)] = m
	}
	return m
}

// principal is whom a policy asks for, decoded.
type principal struct {
	kind        msp.MSPPrincipal_Classification
	mspid       string
	role        msp.MSPRole_MSPRoleType // for a role
	certificate []byte                  // DER, for an identity
	unit        string                  // for an organisational unit
}

// nobodyKind marks a principal that cannot be read or is of a kind that does not occur with X.509 identities (anonymous,
// combined): no one is meant.
const nobodyKind msp.MSPPrincipal_Classification = -1

func readPrincipal(p *msp.MSPPrincipal) principal {
	kind := p.GetPrincipalClassification()
	switch kind {
	case msp.MSPPrincipal_ROLE:
		var role msp.MSPRole
		if proto.Unmarshal(p.GetPrincipal(), &role) == nil {
			return principal{kind: kind, mspid: role.GetMspIdentifier(), role: role.GetRole()}
		}
	case msp.MSPPrincipal_IDENTITY:
		if id, err := readIdentity(p.GetPrincipal()); err == nil {
			return principal{kind: kind, mspid: id.mspid, certificate: id.certificate.Raw}
		}
	case msp.MSPPrincipal_ORGANIZATION_UNIT:
		var unit msp.OrganizationUnit
		if proto.Unmarshal(p.GetPrincipal(), &unit) == nil && len(unit.GetCertifiersIdentifier()) == 0 {
			return principal{kind: kind, mspid: unit.GetMspIdentifier(), unit: unit.GetOrganizationalUnitIdentifier()}
		}
	}
	return principal{kind: nobodyKind}
}

// satisfies reports whether the member is whom a policy asks for.
func (m *member) satisfies(p principal) bool {
	if m.organisation == nil || m.mspid != p.mspid {
		return false
	}
	switch p.kind {
	case msp.MSPPrincipal_ROLE:
		return m.hasRole(p.role)
	case msp.MSPPrincipal_IDENTITY:
		return m.invalid == nil && bytes.Equal(p.certificate, m.certificate.Raw)
	case msp.MSPPrincipal_ORGANIZATION_UNIT:
		return m.invalid == nil && (unit{name: p.unit}).in(m.certificate, m.issuer)
	}
	return false
}

func (m *member) hasRole(role msp.MSPRole_MSPRoleType) bool {
	if role == msp.MSPRole_ADMIN && slices.ContainsFunc(m.organisation.admins, func(der []byte) bool { return bytes.Equal(der, m.certificate.Raw) }) {
		return true
	}
	if m.invalid != nil {
		return false
	}
	if role == msp.MSPRole_MEMBER {
		return true
	}
	u, known := m.organisation.roles[role]
	return known && u.in(m.certificate, m.issuer)
}
