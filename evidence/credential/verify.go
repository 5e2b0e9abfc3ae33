package credential

import "time"

// Verified is what a presentation proves.
type Verified struct {
	Author
	Opened
	Digest      Digest
	Holder      PublicKey
	NotBefore   time.Time // zero when the credential does not say
	Expires     time.Time // zero when the credential does not say
	PresentedAt time.Time // when the holder signed
}

// Verify makes every check on a presentation of an SD-JWT VC, at want.Now. Whether the issuer may attest this type, and
// whether it has revoked the credential, only the ledger knows.
func Verify(compact []byte, resolve KeyResolver, want Expected) (Verified, error) {
	p, err := Parse(compact)
	if err != nil {
		return Verified{}, err
	}
	if !p.IsCredential() {
		return Verified{}, refuse(CheckForm, WrongMediaType, "the typ of the issuer-signed JWT is not %s", typeCredential)
	}
	if err := p.VerifyIssuer(resolve); err != nil {
		return Verified{}, err
	}
	opened, err := p.Open()
	if err != nil {
		return Verified{}, err
	}
	presented, err := p.VerifyHolder(want)
	if err != nil {
		return Verified{}, err
	}
	if err := p.CheckTime(want.Now, want.Skew); err != nil {
		return Verified{}, err
	}
	return Verified{p.author, opened, p.Digest(), p.holder, p.notBefore, p.expires, presented}, nil
}
