package ledger

import "strconv"

// Role is what an organisation may be accredited to do.
type Role string

// The roles. Issuer and registrar need a scope: the credential type, or the kind of document.
const (
	Enroller  Role = "enroller"  // enrols citizens in person
	Issuer    Role = "issuer"    // attests credentials of a type, scope "identity/1"
	Registrar Role = "registrar" // registers documents of a kind, scope "degree-certificate"
	Notary    Role = "notary"    // notarises documents
	Witness   Role = "witness"   // confirms the re-binding of a lost key
	Auditor   Role = "auditor"   // approves and inspects; gives no right to write
)

// Accreditation is one thing an organisation may do for one period.
type Accreditation struct {
	Role  Role   `json:"role"`
	Scope string `json:"scope,omitempty"`
	Period
}

// RegisteredKey is a public key of an organisation and the period in which it counts.
type RegisteredKey struct {
	Key PublicKey `json:"key"`
	Period
}

// Title is a name for people, in the two languages of the product. At most 200 bytes each.
type Title struct {
	En string `json:"en"`
	Zh string `json:"zh"`
}

// Organisation is an entry of the trust registry: whose signatures count, for what and when. It is written by governance
// only. Past periods never change: entries are added, and open ones closed, so old signatures stay verifiable.
type Organisation struct {
	Accreditations []Accreditation `json:"accreditations,omitempty"`
	HeadKeys       []RegisteredKey `json:"headKeys,omitempty"` // Ed25519: what its gateway signs heads with
	MSPID          MSPID           `json:"mspid"`
	Sequence       int             `json:"sequence"` // 1 for the first decision about it, then one more each
	SigningKeys    []RegisteredKey `json:"signingKeys,omitempty"`
	Title          Title           `json:"title"`
	Header
}

// NewOrganisation begins the first record of an organisation.
func NewOrganisation(id MSPID, title Title) Organisation {
	return Organisation{MSPID: id, Title: title, Sequence: 1, Header: header(KindOrganisation)}
}

// Limits on one organisation's record.
const (
	maxKeys           = 100
	maxAccreditations = 500
)

// SigningKeyAt returns the signing key with the id if it counted at the time.
func (o Organisation) SigningKeyAt(id KeyID, at Time) (PublicKey, bool) {
	return keyAt(o.SigningKeys, id, at)
}

// hasSigningKey reports whether the signing key with the id counted at both times.
func (o Organisation) hasSigningKey(id KeyID, first, last Time) bool {
	for _, k := range o.SigningKeys {
		if k.Covers(first) && k.Covers(last) && k.Key.ID() == id {
			return true
		}
	}
	return false
}

func keyAt(keys []RegisteredKey, id KeyID, at Time) (PublicKey, bool) {
	for _, k := range keys {
		if !k.Covers(at) {
			continue
		}
		if text := k.Key.thumbprint(); string(text[:]) == string(id) {
			return k.Key, true
		}
	}
	return PublicKey{}, false
}

// AccreditedAt reports whether the organisation might act in the role, for the scope, at the time.
func (o Organisation) AccreditedAt(role Role, scope string, at Time) bool {
	for _, a := range o.Accreditations {
		if a.Role == role && a.Scope == scope && a.Covers(at) {
			return true
		}
	}
	return false
}

func (o Organisation) requireAccreditation(field string, role Role, scope string, at Time) error {
	if o.AccreditedAt(role, scope, at) {
		return nil
	}
	what := string(role)
	if scope != "" {
		what += " of " + scope
	}
	return Refuse(NotAllowed, field, "%s must be accredited as %s at %v", o.MSPID, what, at)
}

func (o Organisation) check(field string) error {
	if err := o.Header.check(KindOrganisation); err != nil {
		return err
	}
	if err := o.MSPID.check(field + ".mspid"); err != nil {
		return err
	}
	if err := o.Title.check(field + ".title"); err != nil {
		return err
	}
	if len(o.SigningKeys) > maxKeys || len(o.HeadKeys) > maxKeys || len(o.Accreditations) > maxAccreditations {
		return Refuse(TooLarge, field, "at most %d keys of a kind and %d accreditations", maxKeys, maxAccreditations)
	}
	for i, a := range o.Accreditations {
		if err := a.check(field + ".accreditations[" + strconv.Itoa(i) + "]"); err != nil {
			return err
		}
	}
	if err := checkKeys(field+".signingKeys", o.SigningKeys, ""); err != nil {
		return err
	}
	return checkKeys(field+".headKeys", o.HeadKeys, "Ed25519")
}

func checkKeys(field string, keys []RegisteredKey, curve string) error {
	seen := make(map[PublicKey]bool, len(keys))
	for i, k := range keys {
		at := field + "[" + strconv.Itoa(i) + "]"
		if err := k.Key.check(at + ".key"); err != nil {
			return err
		}
		if curve != "" && k.Key.Crv != curve {
			return Refuse(Invalid, at+".key", "must be an %s key", curve)
		}
		if err := k.Period.check(at); err != nil {
			return err
		}
		if seen[k.Key] {
			return Refuse(Invalid, at+".key", "a key is listed once")
		}
		seen[k.Key] = true
	}
	return nil
}

func (a Accreditation) check(field string) error {
	var err error
	switch a.Role {
	case Issuer:
		err = CredentialTypeName(a.Scope).check(field + ".scope")
	case Registrar:
		err = Word(a.Scope).check(field + ".scope")
	case Enroller, Notary, Witness, Auditor:
		if a.Scope != "" {
			err = Refuse(Invalid, field+".scope", "only issuer and registrar have a scope")
		}
	default:
		err = Refuse(Invalid, field+".role", "must be enroller, issuer, registrar, notary, witness or auditor")
	}
	if err != nil {
		return err
	}
	return a.Period.check(field)
}

func (t Title) check(field string) error {
	for _, text := range []string{t.En, t.Zh} {
		if text == "" || len(text) > 200 {
			return Refuse(Invalid, field, "both languages are needed, at most 200 bytes each")
		}
		for _, r := range text {
			if r < 0x20 || r == 0x7f || r == 0x2028 || r == 0x2029 {
				return Refuse(Invalid, field, "control characters are not allowed")
			}
		}
	}
	return nil
}
