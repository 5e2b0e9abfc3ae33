package credential

import (
	"io"
	"strings"
	"time"
)

// Issuance is what an issuer puts into one credential.
type Issuance struct {
	Issuer    string         // iss: for an organisation of the ledger its MSPID
	Type      string         // vct
	Subject   string         // sub, optional
	IssuedAt  time.Time      // iat
	NotBefore time.Time      // nbf, optional
	Expires   time.Time      // exp, optional
	Holder    PublicKey      // cnf.jwk; zero for a credential anybody may present
	Claims    map[string]any // what JSON can hold; none of the members above
	Policy    Policy
}

// Policy says what the holder may choose to disclose.
type Policy struct {
	// Disclosable lists path patterns: "name", "address", "address.district", "nationalities[]" (each element). A parent and
	// its child may both be there; the child is then hidden inside the parent's disclosure.
	Disclosable []string
	// Pad adds decoy digests until the number of digests in an object, or of hidden elements in an array, is a multiple of
	// it, so that the number tells little about how many claims there are. 0 and 1 add none.
	Pad int
}

// maxPad keeps a slip of the keyboard from filling a credential with decoys.
const maxPad = 64

// registered are the members of a payload that Issue writes itself, or leaves to later versions.
var registered = map[string]bool{
	"iss": true, "sub": true, "aud": true, "iat": true, "nbf": true, "exp": true, "jti": true,
	"cnf": true, "vct": true, "vct#integrity": true, "status": true,
}

// Issue makes a credential: the compact form with every disclosure, for the holder to keep. The kid is the thumbprint of
// the signer's key. The result has passed Parse, VerifyIssuer and Open.
func Issue(random io.Reader, signer Signer, in Issuance) ([]byte, error) {
	claims, err := normalise(in.Claims)
	if err != nil {
		return nil, err
	}
	if err := in.check(claims); err != nil {
		return nil, err
	}
	c := newConcealer(random, in.Policy)
	payload, err := c.object(claims, "")
	if err != nil {
		return nil, err
	}
	if err := in.addRegistered(payload); err != nil {
		return nil, err
	}
	public := signer.Public()
	signed, err := sign(signer, typeCredential, public.ID(), payload)
	if err != nil {
		return nil, err
	}
	var text strings.Builder
	text.WriteString(signed + "~")
	for _, d := range c.disclosures {
		text.WriteString(d.text + "~")
	}
	return []byte(text.String()), verifyOwn([]byte(text.String()), public)
}

// verifyOwn refuses to hand out what verifiers would refuse: too large, too deep, or signed by a broken signer.
func verifyOwn(compact []byte, key PublicKey) error {
	p, err := Parse(compact)
	if err != nil {
		return err
	}
	if err := p.VerifyIssuer(func(Author) (PublicKey, error) { return key, nil }); err != nil {
		return err
	}
	_, err = p.Open()
	return err
}

func (in Issuance) check(claims map[string]any) error {
	switch {
	case in.Issuer == "" || in.Type == "" || in.IssuedAt.IsZero():
		return refuse(CheckForm, MissingClaim, "a credential has an issuer, a type and a time of issue")
	case in.Policy.Pad < 0 || in.Policy.Pad > maxPad:
		return refuse(CheckForm, Malformed, "the padding is between 0 and %d", maxPad)
	case !in.Expires.IsZero() && !in.Expires.After(in.NotBefore):
		return refuse(CheckForm, Malformed, "the credential ends before it begins")
	}
	for name := range claims {
		if registered[name] {
			return refuse(CheckForm, ReservedName, "%s is not a claim of the subject", name)
		}
	}
	return nil
}

func (in Issuance) addRegistered(payload map[string]any) error {
	payload[nameHash] = hashSHA256
	payload["iss"], payload["vct"], payload["iat"] = in.Issuer, in.Type, in.IssuedAt.Unix()
	if in.Subject != "" {
		payload["sub"] = in.Subject
	}
	if !in.NotBefore.IsZero() {
		payload["nbf"] = in.NotBefore.Unix()
	}
	if !in.Expires.IsZero() {
		payload["exp"] = in.Expires.Unix()
	}
	if in.Holder.IsZero() {
		return nil
	}
	jwk, err := in.Holder.JWK()
	if err != nil {
		return err
	}
	object, err := decodeObject(jwk, "the holder's key")
	payload["cnf"] = map[string]any{"jwk": object}
	return err
}
