package credential

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestVerifyHolderRefuses(t *testing.T) {
	p := newPeople(t, ES256, EdDSA)
	presentation := p.present(t, "name")
	parsed, err := Parse(presentation)
	if err != nil {
		t.Fatal(err)
	}
	for what, c := range map[string]struct {
		change func(*Expected)
		want   Reason
	}{
		"as asked":        {func(*Expected) {}, ""},
		"other audience":  {func(e *Expected) { e.Audience = "NotaryMSP" }, WrongAudience},
		"longer audience": {func(e *Expected) { e.Audience += "/" }, WrongAudience},
		"other nonce":     {func(e *Expected) { e.Nonce = "0" + e.Nonce[1:] }, WrongNonce},
		"no audience":     {func(e *Expected) { e.Audience = "" }, NoExpectation},
		"no nonce":        {func(e *Expected) { e.Nonce = "" }, NoExpectation},
		"no time":         {func(e *Expected) { e.Now = time.Time{} }, NoExpectation},
		"no age":          {func(e *Expected) { e.MaxAge = 0 }, NoExpectation},
		"negative skew":   {func(e *Expected) { e.Skew = -1 }, NoExpectation},
		"just in time":    {func(e *Expected) { e.Now = presented.Add(e.MaxAge + e.Skew) }, ""},
		"too late":        {func(e *Expected) { e.Now = presented.Add(e.MaxAge + e.Skew + 1) }, StaleKeyBinding},
		"clock ahead":     {func(e *Expected) { e.Now = presented.Add(-e.Skew) }, ""},
		"from the future": {func(e *Expected) { e.Now = presented.Add(-e.Skew - 1) }, StaleKeyBinding},
	} {
		t.Run(what, func(t *testing.T) {
			want := expected
			c.change(&want)
			_, err := parsed.VerifyHolder(want)
			wantReason(t, err, c.want)
			if r, ok := AsRefusal(err); ok && r.Check != CheckHolder {
				t.Errorf("check %q", r.Check)
			}
		})
	}
}

// bind puts a hand-made key binding JWT behind a credential. In the payload, %s stands for the right sd_hash.
func bind(t *testing.T, key *PrivateKey, credential []byte, header, payload string) []byte {
	t.Helper()
	if strings.Contains(payload, "%s") {
		payload = fmt.Sprintf(payload, hashText(string(credential)))
	}
	forged := forge(t, key, header, payload)
	return append(credential[:len(credential):len(credential)], forged[:len(forged)-1]...)
}

func TestKeyBindingRefused(t *testing.T) {
	p := newPeople(t, ES256, EdDSA)
	credential, err := keep(p.issue(t), []string{"name"})
	if err != nil {
		t.Fatal(err)
	}
	const header = `{"alg":"EdDSA","typ":"kb+jwt"}`
	good := fmt.Sprintf(`{"aud":"%s","nonce":"%s","iat":%d,"sd_hash":"%%s"`, expected.Audience, expected.Nonce, presented.Unix())
	for what, c := range map[string]struct {
		key             *PrivateKey
		header, payload string
		want            Reason
	}{
		"good":            {p.holder, header, good + `}`, ""},
		"more header":     {p.holder, `{"alg":"EdDSA","typ":"kb+jwt","kid":"k","x":{}}`, good + `}`, ""},
		"key in header":   {p.holder, `{"alg":"EdDSA","typ":"kb+jwt","jwk":"no key","x5c":1,"nonce":2,"jku":[]}`, good + `}`, ""}, // nobody looks
		"more claims":     {p.holder, header, good + `,"x":[1]}`, ""},
		"expired":         {p.holder, header, good + fmt.Sprintf(`,"exp":%d}`, presented.Unix()-5), Expired},
		"not yet":         {p.holder, header, good + fmt.Sprintf(`,"nbf":%d}`, presented.Unix()+60), NotYetValid},
		"other key":       {generate(t, 8, EdDSA), header, good + `}`, BadSignature},
		"issuer's key":    {p.issuer, `{"alg":"ES256","typ":"kb+jwt"}`, good + `}`, BadSignature},
		"other algorithm": {p.holder, `{"alg":"ES256","typ":"kb+jwt"}`, good + `}`, BadSignature},
		"none":            {p.holder, `{"alg":"none","typ":"kb+jwt"}`, good + `}`, UnsupportedAlgorithm},
		"typ JWT":         {p.holder, `{"alg":"EdDSA","typ":"JWT"}`, good + `}`, WrongMediaType},
		"typ credential":  {p.holder, `{"alg":"EdDSA","typ":"dc+sd-jwt"}`, good + `}`, WrongMediaType},
		"no typ":          {p.holder, `{"alg":"EdDSA"}`, good + `}`, WrongMediaType},
		"nothing":         {p.holder, header, `{}`, MissingClaim},
		"aud array":       {p.holder, header, strings.Replace(good, `"ServiceMSP"`, `["ServiceMSP"]`, 1) + `}`, Malformed},
		"iat text":        {p.holder, header, strings.Replace(good, `"iat":`, `"iat":"x","y":`, 1) + `}`, Malformed},
		"other hash":      {p.holder, header, strings.Replace(good, "%s", hashText("x"), 1) + `}`, WrongPresentation},
		"hash without ~":  {p.holder, header, strings.Replace(good, "%s", hashText(strings.TrimSuffix(string(credential), "~")), 1) + `}`, WrongPresentation},
	} {
		t.Run(what, func(t *testing.T) {
			_, err := verify(bind(t, c.key, credential, c.header, c.payload), p.resolve, expected)
			wantReason(t, err, c.want)
		})
	}
	_, err = verify(credential, p.resolve, expected)
	wantReason(t, err, NoKeyBinding)
}

func TestPresentRefuses(t *testing.T) {
	p := newPeople(t, ES256, EdDSA)
	_, err := Present(p.issue(t), nil, generate(t, 8, EdDSA), binding)
	wantReason(t, err, WrongHolderKey)
	for _, b := range []Binding{{}, {Nonce: "n", IssuedAt: presented}, {Audience: "a", IssuedAt: presented}, {Audience: "a", Nonce: "n"}} {
		_, err = Present(p.issue(t), nil, p.holder, b)
		wantReason(t, err, NoExpectation)
	}
	_, err = Present([]byte("~"), nil, p.holder, binding)
	wantReason(t, err, Malformed)
	in := p.issuance(t)
	in.Holder = PublicKey{}
	bearer, err := Issue(&counter{}, p.issuer, in)
	if err != nil {
		t.Fatal(err)
	}
	_, err = Present(bearer, nil, p.holder, binding)
	wantReason(t, err, NoHolderKey)
	_, err = verify(bearer, p.resolve, expected)
	wantReason(t, err, NoHolderKey)
}

// TestVerifyOrder: a verifier that only wants credentials refuses other SD-JWTs, and an expired one is refused last.
func TestVerifyOrder(t *testing.T) {
	p := newPeople(t, ES256, EdDSA)
	other := forge(t, p.issuer, `{"alg":"ES256","typ":"example+sd-jwt"}`, `{}`)
	_, err := verify(other, p.resolve, expected)
	wantReason(t, err, WrongMediaType)
	in := p.issuance(t)
	in.Expires = presented
	compact, err := Issue(&counter{}, p.issuer, in)
	if err != nil {
		t.Fatal(err)
	}
	presentation, err := Present(compact, nil, p.holder, binding)
	if err != nil {
		t.Fatal(err)
	}
	want := expected
	want.Skew = time.Second
	_, err = verify(presentation, p.resolve, want)
	wantReason(t, err, Expired)
}
