package credential

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"
)

// Author is what a credential says about its making. Nobody has vouched for it before VerifyIssuer has agreed.
type Author struct {
	Issuer   string    // iss
	KeyID    string    // kid of the header
	Type     string    // vct
	IssuedAt time.Time // iat; zero when absent
}

// Parsed is a well-formed credential or presentation of which nothing has been verified.
type Parsed struct {
	author      Author
	notBefore   time.Time
	expires     time.Time
	holder      PublicKey
	issuer      *jwt
	disclosures []*disclosure
	binding     *keyBinding
	presented   string // all bytes up to and with the last "~": what sd_hash covers
}

// Parse reads the compact form of a credential or a presentation. It refuses whatever has more than one encoding.
func Parse(compact []byte) (*Parsed, error) {
	if len(compact) > MaxSize {
		return nil, refuse(CheckForm, TooLarge, "a credential has at most %d bytes", MaxSize)
	}
	text := string(compact)
	parts := strings.Split(text, "~")
	last := len(parts) - 1
	if last == 0 {
		return nil, refuse(CheckForm, Malformed, "a credential has a \"~\" after the issuer-signed JWT")
	}
	p := &Parsed{presented: text[:len(text)-len(parts[last])]}
	var err error
	if p.issuer, err = parseJWT(parts[0], "the issuer-signed JWT"); err != nil {
		return nil, err
	}
	if err = p.readClaims(); err != nil {
		return nil, err
	}
	if p.disclosures, err = parseDisclosures(parts[1:last]); err != nil {
		return nil, err
	}
	if parts[last] == "" {
		return p, nil
	}
	if p.binding, err = parseKeyBinding(parts[last]); err != nil {
		return nil, err
	}
	return p, nil
}

func parseDisclosures(texts []string) ([]*disclosure, error) {
	seen := map[string]bool{}
	var all []*disclosure
	for i, text := range texts {
		d, err := parseDisclosure(text, "disclosure "+strconv.Itoa(i))
		if err != nil {
			return nil, err
		}
		if seen[d.text] {
			return nil, refuse(CheckForm, DuplicateDisclosure, "disclosure %d is there twice", i)
		}
		seen[d.text] = true
		all = append(all, d)
	}
	return all, nil
}

// readClaims reads the members of the payload that are never selectively disclosable.
func (p *Parsed) readClaims() error {
	payload, mediaType := p.issuer.payload, p.issuer.header.mediaType
	if !strings.HasSuffix(mediaType, typeSDJWTSuffix) {
		return refuse(CheckForm, WrongMediaType, "the typ of the issuer-signed JWT is not %s", typeCredential)
	}
	if hash, ok := payload[nameHash]; ok && hash != hashSHA256 {
		return refuse(CheckForm, UnsupportedHash, "the %s is not %s", nameHash, hashSHA256)
	}
	r := claimReader{payload: payload}
	p.author = Author{Issuer: r.text("iss"), KeyID: p.issuer.header.keyID, Type: r.text("vct"), IssuedAt: r.time("iat")}
	p.notBefore, p.expires = r.time("nbf"), r.time("exp")
	if confirmation, ok := payload["cnf"]; ok && r.err == nil {
		p.holder, r.err = holderKey(confirmation)
	}
	if r.err == nil && p.IsCredential() && (p.author.Issuer == "" || p.author.Type == "") {
		return refuse(CheckForm, MissingClaim, "a credential has iss and vct")
	}
	return r.err
}

func holderKey(confirmation any) (PublicKey, error) {
	object, _ := confirmation.(map[string]any)
	jwk, ok := object["jwk"].(map[string]any)
	if !ok || len(object) != 1 {
		return PublicKey{}, refuse(CheckForm, Malformed, "cnf is not {\"jwk\": …}")
	}
	return publicKeyOf(jwk)
}

// claimReader reads typed members of a payload and keeps the first error.
type claimReader struct {
	payload map[string]any
	err     error
}

func (r *claimReader) text(name string) string {
	value, present := r.payload[name]
	text, ok := value.(string)
	if present && !ok && r.err == nil {
		r.err = refuse(CheckForm, Malformed, "%s is not a string", name)
	}
	return text
}

// maxTime keeps times printable as RFC 3339: 9999-12-31T23:59:59Z.
const maxTime = 253402300799

// time reads a NumericDate in whole seconds, the only form there is here.
func (r *claimReader) time(name string) time.Time {
	value, present := r.payload[name]
	if !present || r.err != nil {
		return time.Time{}
	}
	number, _ := value.(json.Number)
	seconds, err := strconv.ParseInt(number.String(), 10, 64)
	if err != nil || seconds < 0 || seconds > maxTime || strconv.FormatInt(seconds, 10) != number.String() {
		r.err = refuse(CheckForm, Malformed, "%s is not a time in whole seconds", name)
		return time.Time{}
	}
	return time.Unix(seconds, 0).UTC()
}

// Author returns who the credential says made it, for finding the key.
func (p *Parsed) Author() Author { return p.author }

// Digest returns the key of the issuer's record on the ledger; see DigestOf.
func (p *Parsed) Digest() Digest { return DigestOf(p.issuer.compact) }

// Holder returns the key the credential is bound to; zero when it is bound to none.
func (p *Parsed) Holder() PublicKey { return p.holder }

// Validity returns the times from and until which the credential says it counts; zero where it does not say.
func (p *Parsed) Validity() (from, until time.Time) { return p.notBefore, p.expires }

// IsCredential reports whether this is an SD-JWT VC, not some other use of SD-JWT.
func (p *Parsed) IsCredential() bool {
	return p.issuer.header.mediaType == typeCredential || p.issuer.header.mediaType == typeCredentialFirst
}
