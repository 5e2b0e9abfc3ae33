package credential

import (
	"crypto/subtle"
	"time"
)

// Expected is what a verifier asked for and when it looks. Every field but Skew is needed: without them a presentation
// made for somebody else would pass.
type Expected struct {
	Audience string
	Nonce    string
	Now      time.Time
	MaxAge   time.Duration // of the holder's signature
	Skew     time.Duration // tolerance for clocks that differ
}

// keyBinding is a key binding JWT, decoded but not verified.
type keyBinding struct {
	*jwt
	audience, nonce, hash      string
	signed, notBefore, expires time.Time
}

func parseKeyBinding(text string) (*keyBinding, error) {
	j, err := parseJWT(text, "the key binding JWT")
	if err != nil {
		return nil, err
	}
	if j.header.mediaType != typeKeyBinding {
		return nil, refuse(CheckForm, WrongMediaType, "the typ of the key binding JWT is not %s", typeKeyBinding)
	}
	r := claimReader{payload: j.payload}
	k := &keyBinding{
		jwt: j, audience: r.text("aud"), nonce: r.text("nonce"), hash: r.text("sd_hash"),
		signed: r.time("iat"), notBefore: r.time("nbf"), expires: r.time("exp"),
	}
	if r.err == nil && (k.audience == "" || k.nonce == "" || k.hash == "" || k.signed.IsZero()) {
		return nil, refuse(CheckForm, MissingClaim, "a key binding JWT has aud, nonce, iat and sd_hash")
	}
	return k, r.err
}

// VerifyHolder checks that the holder of the credential signed exactly this presentation for this verifier, nonce and
// time, and returns the time of the signature.
func (p *Parsed) VerifyHolder(want Expected) (time.Time, error) {
	switch {
	case want.Audience == "" || want.Nonce == "" || want.Now.IsZero() || want.MaxAge <= 0 || want.Skew < 0:
		return time.Time{}, refuse(CheckHolder, NoExpectation, "audience, nonce, time and longest age are needed")
	case p.holder.IsZero():
		return time.Time{}, refuse(CheckHolder, NoHolderKey, "the credential is bound to no holder")
	case p.binding == nil:
		return time.Time{}, refuse(CheckHolder, NoKeyBinding, "the holder has not signed the presentation")
	case !p.binding.verify(p.holder):
		return time.Time{}, refuse(CheckHolder, BadSignature, "the key binding JWT is not signed by the holder's key")
	}
	k := p.binding
	switch {
	case !equal(k.hash, hashText(p.presented)):
		return time.Time{}, refuse(CheckHolder, WrongPresentation, "the holder signed another choice of claims")
	case !equal(k.audience, want.Audience):
		return time.Time{}, refuse(CheckHolder, WrongAudience, "the presentation is for another verifier")
	case !equal(k.nonce, want.Nonce):
		return time.Time{}, refuse(CheckHolder, WrongNonce, "the presentation answers another request")
	case k.signed.After(want.Now.Add(want.Skew)) || k.signed.Before(want.Now.Add(-want.MaxAge-want.Skew)):
		return time.Time{}, refuse(CheckHolder, StaleKeyBinding, "the holder's signature is not of this moment")
	}
	return k.signed, checkTime(CheckHolder, "the key binding JWT", k.notBefore, k.expires, want.Now, want.Skew)
}

func equal(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }
