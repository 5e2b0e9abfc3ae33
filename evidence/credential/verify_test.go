package credential

import "time"

// verified is what a presentation proves.
type verified struct {
	Author
	Opened
	Digest      Digest
	Holder      PublicKey
	NotBefore   time.Time // zero when the credential does not say
	Expires     time.Time // zero when the credential does not say
	PresentedAt time.Time // when the holder signed
}

// verify makes every check on a presentation of an SD-JWT VC, at want.Now.
func verify(compact []byte, resolve KeyResolver, want Expected) (verified, error) {
	p, err := Parse(compact)
	if err != nil {
		return verified{}, err
	}
	if !p.IsCredential() {
		return verified{}, refuse(CheckForm, WrongMediaType, "the typ of the issuer-signed JWT is not %s", typeCredential)
	}
	if err := p.VerifyIssuer(resolve); err != nil {
		return verified{}, err
	}
	opened, err := p.Open()
	if err != nil {
		return verified{}, err
	}
	presented, err := p.VerifyHolder(want)
	if err != nil {
		return verified{}, err
	}
	if err := p.CheckTime(want.Now, want.Skew); err != nil {
		return verified{}, err
	}
	return verified{p.author, opened, p.Digest(), p.holder, p.notBefore, p.expires, presented}, nil
}

// keep is a credential with the disclosures of the chosen paths only, which nobody has signed.
func keep(compact []byte, paths []string) ([]byte, error) {
	p, err := Parse(compact)
	if err != nil {
		return nil, err
	}
	return p.choose(paths)
}
