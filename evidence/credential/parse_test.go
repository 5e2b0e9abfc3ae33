package credential

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"
)

const (
	goodHeader  = `{"alg":"ES256","typ":"dc+sd-jwt"}`
	goodPayload = `{"iss":"PoliceMSP","vct":"t"}`
)

func encoded(text string) string { return b64.EncodeToString([]byte(text)) }

// payloadWith makes a payload whose top _sd holds the digests of the disclosures, and more members.
func payloadWith(more string, disclosures ...string) string {
	var digests []string
	for _, d := range disclosures {
		digests = append(digests, `"`+hashText(d)+`"`)
	}
	return `{"iss":"PoliceMSP","vct":"t","_sd":[` + strings.Join(digests, ",") + `]` + more + `}`
}

func with(more string) string { return `{"iss":"PoliceMSP","vct":"t",` + more + `}` }

var hiddenName = encoded(`["s","name","v"]`)

// jwkText and privateText stand for the test key's JWKs in parseCases.
const jwkText, privateText = "PUBLIC", "PRIVATE"

var parseCases = map[string]struct {
	header, payload string
	disclosures     []string
	want            Reason
}{
	"none":                  {`{"alg":"none","typ":"dc+sd-jwt"}`, goodPayload, nil, UnsupportedAlgorithm},
	"HS256":                 {`{"alg":"HS256","typ":"dc+sd-jwt"}`, goodPayload, nil, UnsupportedAlgorithm},
	"RS256":                 {`{"alg":"RS256","typ":"dc+sd-jwt"}`, goodPayload, nil, UnsupportedAlgorithm},
	"ES384":                 {`{"alg":"ES384","typ":"dc+sd-jwt"}`, goodPayload, nil, UnsupportedAlgorithm},
	"es256":                 {`{"alg":"es256","typ":"dc+sd-jwt"}`, goodPayload, nil, UnsupportedAlgorithm},
	"no alg":                {`{"typ":"dc+sd-jwt"}`, goodPayload, nil, UnsupportedAlgorithm},
	"ALG":                   {`{"ALG":"ES256","typ":"dc+sd-jwt"}`, goodPayload, nil, UnsupportedAlgorithm},
	"two algs":              {`{"alg":"ES256","alg":"none","typ":"dc+sd-jwt"}`, goodPayload, nil, Malformed},
	"crit":                  {`{"alg":"ES256","typ":"dc+sd-jwt","crit":["x"],"x":1}`, goodPayload, nil, Malformed},
	"b64":                   {`{"alg":"ES256","typ":"dc+sd-jwt","b64":false}`, goodPayload, nil, Malformed},
	"kid no string":         {`{"alg":"ES256","typ":"dc+sd-jwt","kid":1}`, goodPayload, nil, Malformed},
	"typ JWT":               {`{"alg":"ES256","typ":"JWT"}`, goodPayload, nil, WrongMediaType},
	"typ kb+jwt":            {`{"alg":"ES256","typ":"kb+jwt"}`, goodPayload, nil, WrongMediaType},
	"no typ":                {`{"alg":"ES256"}`, goodPayload, nil, WrongMediaType},
	"header an array":       {`[]`, goodPayload, nil, Malformed},
	"payload an array":      {goodHeader, `[]`, nil, Malformed},
	"payload twice":         {goodHeader, goodPayload + goodPayload, nil, Malformed},
	"trailing comma":        {goodHeader, `{"iss":"PoliceMSP","vct":"t",}`, nil, Malformed},
	"trailing newline":      {goodHeader, goodPayload + "\n\x00", nil, Malformed},
	"two iss":               {goodHeader, with(`"iss":"x"`), nil, Malformed},
	"two names escaped":     {goodHeader, with(`"\u0069ss":"x"`), nil, Malformed},
	"two names deep":        {goodHeader, with(`"x":[{"y":{"a":1,"a":1}}]`), nil, Malformed},
	"bad UTF-8":             {goodHeader, with("\"x\":\"\xff\""), nil, Malformed},
	"lone high surrogate":   {goodHeader, with(`"x":"\ud800"`), nil, Malformed},
	"lone low surrogate":    {goodHeader, with(`"x":"\udc00"`), nil, Malformed},
	"reversed surrogates":   {goodHeader, with(`"x":"\udc00\ud800"`), nil, Malformed},
	"surrogate, then other": {goodHeader, with(`"x":"\ud800\u0041aaaa"`), nil, Malformed},
	"too deep":              {goodHeader, with(`"x":` + strings.Repeat("[", 32) + strings.Repeat("]", 32)), nil, TooDeep},
	"no iss":                {goodHeader, `{"vct":"t"}`, nil, MissingClaim},
	"no vct":                {goodHeader, `{"iss":"PoliceMSP"}`, nil, MissingClaim},
	"iss no string":         {goodHeader, `{"iss":1,"vct":"t"}`, nil, Malformed},
	"exp text":              {goodHeader, with(`"exp":"1883000000"`), nil, Malformed},
	"exp fraction":          {goodHeader, with(`"exp":1883000000.5`), nil, Malformed},
	"exp exponent":          {goodHeader, with(`"exp":1e9`), nil, Malformed},
	"exp negative":          {goodHeader, with(`"exp":-1`), nil, Malformed},
	"exp minus zero":        {goodHeader, with(`"exp":-0`), nil, Malformed},
	"exp huge":              {goodHeader, with(`"exp":99999999999999999999`), nil, Malformed},
	"exp null":              {goodHeader, with(`"exp":null`), nil, Malformed},
	"_sd_alg sha-512":       {goodHeader, with(`"_sd_alg":"sha-512"`), nil, UnsupportedHash},
	"_sd_alg null":          {goodHeader, with(`"_sd_alg":null`), nil, UnsupportedHash},
	"cnf empty":             {goodHeader, with(`"cnf":{}`), nil, Malformed},
	"cnf text":              {goodHeader, with(`"cnf":"x"`), nil, Malformed},
	"cnf and kid":           {goodHeader, with(`"cnf":{"kid":"x","jwk":` + jwkText + `}`), nil, Malformed},
	"cnf private":           {goodHeader, with(`"cnf":{"jwk":` + privateText + `}`), nil, UnsupportedKey},
	"cnf symmetric":         {goodHeader, with(`"cnf":{"jwk":{"kty":"oct","k":"AAAA"}}`), nil, UnsupportedKey},
	"disclosure twice":      {goodHeader, payloadWith("", hiddenName), []string{hiddenName, hiddenName}, DuplicateDisclosure},
	"empty disclosure":      {goodHeader, goodPayload, []string{""}, Malformed},
	"padded disclosure":     {goodHeader, goodPayload, []string{encoded(`["s","n","v"] `) + "="}, Malformed},
	"disclosure of one":     {goodHeader, goodPayload, []string{encoded(`["s"]`)}, Malformed},
	"disclosure of four":    {goodHeader, goodPayload, []string{encoded(`["s","n","v","w"]`)}, Malformed},
	"disclosure an object":  {goodHeader, goodPayload, []string{encoded(`{}`)}, Malformed},
	"salt no string":        {goodHeader, goodPayload, []string{encoded(`[1,"n","v"]`)}, Malformed},
	"salt empty":            {goodHeader, goodPayload, []string{encoded(`["","n","v"]`)}, Malformed},
	"name no string":        {goodHeader, goodPayload, []string{encoded(`["s",1,"v"]`)}, Malformed},
	"name _sd":              {goodHeader, goodPayload, []string{encoded(`["s","_sd",[]]`)}, ReservedName},
	"name ...":              {goodHeader, goodPayload, []string{encoded(`["s","...","x"]`)}, ReservedName},
	"name _sd_alg":          {goodHeader, goodPayload, []string{encoded(`["s","_sd_alg","x"]`)}, ReservedName},
	"names twice inside":    {goodHeader, goodPayload, []string{encoded(`["s","n",{"a":1,"a":2}]`)}, Malformed},
	"two values":            {goodHeader, goodPayload, []string{encoded(`["s","n",1][]`)}, Malformed},
	"too large":             {goodHeader, with(`"x":"` + strings.Repeat("x", MaxSize) + `"`), nil, TooLarge},
}

func TestParseRefuses(t *testing.T) {
	key := generate(t, 1, ES256)
	jwk, _ := key.Public().JWK()
	private, _ := key.JWK()
	keys := strings.NewReplacer(jwkText, string(jwk), privateText, string(private))
	for what, c := range parseCases {
		t.Run(what, func(t *testing.T) {
			_, err := Parse(forge(t, key, c.header, keys.Replace(c.payload), c.disclosures...))
			wantReason(t, err, c.want)
			if r, ok := AsRefusal(err); ok && r.Check != CheckForm {
				t.Errorf("check %q", r.Check)
			}
		})
	}
}

func TestParseRefusesText(t *testing.T) {
	p := newPeople(t, ES256, EdDSA)
	good := string(p.issue(t))
	jwt, rest, _ := strings.Cut(good, "~")
	header, tail, _ := strings.Cut(jwt, ".")
	for what, text := range map[string]string{
		"nothing": "", "only ~": "~", "no ~": jwt, "two parts": header + "~", "four parts": jwt + ".AA~", "JSON": `{"payload":""}`,
		"padding": header + "=." + tail + "~" + rest, "newline": header + "\n." + tail + "~" + rest, "plus": "+" + good[1:],
		"space before": " " + good, "space after": good + " ", "short signature": jwt[:len(jwt)-4] + "~", "two credentials": good + good,
	} {
		_, err := Parse([]byte(text))
		if ReasonOf(err) != Malformed {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func TestOpenRefuses(t *testing.T) {
	key := generate(t, 1, ES256)
	name, element := encoded(`["s","name","v"]`), encoded(`["s","v"]`)
	digest := `"` + hashText(name) + `"`
	hidden := `{"...":"` + hashText(element) + `"}`
	inner := encoded(`["s","outer",{"_sd":[` + digest + `]}]`)
	deep := encoded(`["s","deep",` + strings.Repeat("[", 31) + strings.Repeat("]", 31) + `]`)
	for what, c := range map[string]struct {
		payload     string
		disclosures []string
		want        Reason
	}{
		"unused":                 {goodPayload, []string{name}, UnusedDisclosure},
		"digest twice":           {payloadWith("", name, name), []string{name}, DuplicateDigest},
		"digest twice, hidden":   {payloadWith("", name, name), nil, DuplicateDigest},
		"digest in two objects":  {payloadWith(`,"x":{"_sd":[`+digest+`]}`, name), []string{name}, DuplicateDigest},
		"digest in a disclosure": {payloadWith("", name, inner), []string{name, inner}, DuplicateDigest},
		"member as element":      {payloadWith(`,"x":[{"...":` + digest + `}]`), []string{name}, MisplacedDisclosure},
		"element as member":      {payloadWith("", element), []string{element}, MisplacedDisclosure},
		"name taken":             {payloadWith(`,"name":"w"`, name), []string{name}, NameCollision},
		"name taken by another":  {payloadWith("", name, encoded(`["t","name","w"]`)), []string{name, encoded(`["t","name","w"]`)}, NameCollision},
		"exp hidden":             {payloadWith("", encoded(`["s","exp",1]`)), []string{encoded(`["s","exp",1]`)}, ReservedName},
		"cnf hidden":             {payloadWith("", encoded(`["s","cnf",{}]`)), []string{encoded(`["s","cnf",{}]`)}, ReservedName},
		"_sd no array":           {`{"iss":"PoliceMSP","vct":"t","_sd":` + digest + `}`, nil, Malformed},
		"_sd of numbers":         {`{"iss":"PoliceMSP","vct":"t","_sd":[1]}`, nil, Malformed},
		"_sd short":              {`{"iss":"PoliceMSP","vct":"t","_sd":["AAAA"]}`, nil, Malformed},
		"_sd in a disclosure":    {payloadWith("", encoded(`["s","n",{"_sd":1}]`)), []string{encoded(`["s","n",{"_sd":1}]`)}, Malformed},
		"_sd_alg nested":         {payloadWith(`,"x":{"_sd_alg":"sha-256"}`), nil, ReservedName},
		"... in an object":       {payloadWith(`,"x":{"...":` + digest + `}`), nil, ReservedName},
		"... null":               {payloadWith(`,"x":[{"...":null}]`), nil, ReservedName},
		"... number":             {payloadWith(`,"x":[{"...":1}]`), nil, Malformed},
		"... with company":       {payloadWith(`,"x":[{"...":"` + hashText(element) + `","y":1}]`), []string{element}, Malformed},
		"element twice":          {payloadWith(`,"x":[` + hidden + `,` + hidden + `]`), []string{element}, DuplicateDigest},
		"too deep together":      {`{"iss":"PoliceMSP","vct":"t","x":{"y":{"_sd":["` + hashText(deep) + `"]}}}`, []string{deep}, TooDeep},
	} {
		t.Run(what, func(t *testing.T) {
			parsed, err := Parse(forge(t, key, goodHeader, c.payload, c.disclosures...))
			if err != nil {
				t.Fatal(err)
			}
			_, err = parsed.Open()
			wantReason(t, err, c.want)
			if r, ok := AsRefusal(err); ok && r.Check != CheckIntegrity {
				t.Errorf("check %q", r.Check)
			}
		})
	}
}

// TestRefusalsKeepSecrets: neither salts nor values nor hidden names may reach a log.
func TestRefusalsKeepSecrets(t *testing.T) {
	key := generate(t, 1, ES256)
	secret := encoded(`["SECRET","SECRET","SECRET"]`)
	for _, payload := range []string{goodPayload, payloadWith("", secret, secret), payloadWith(`,"SECRET":1`, secret), payloadWith(`,"x":[{"...":"` + hashText(secret) + `"}]`)} {
		parsed, err := Parse(forge(t, key, goodHeader, payload, secret))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := parsed.Open(); err == nil || strings.Contains(err.Error(), "SECRET") {
			t.Errorf("got %v", err)
		}
	}
}

// TestNoAmplification: 64 KiB of input must not become hundreds of megabytes.
func TestNoAmplification(t *testing.T) {
	key := generate(t, 1, ES256)
	var disclosures, hidden []string
	for i := range 200 {
		d := encoded(fmt.Sprintf(`["%d",0]`, i))
		disclosures, hidden = append(disclosures, d), append(hidden, `{"...":"`+hashText(d)+`"}`)
	}
	long := strings.Repeat("x", 10000)
	values := strings.Repeat("0,", 4000) + strings.Join(hidden, ",")
	compact := forge(t, key, goodHeader, `{"iss":"PoliceMSP","vct":"t","`+long+`":[`+values+`]}`, disclosures...)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	parsed, err := Parse(compact)
	if err != nil {
		t.Fatal(err)
	}
	if opened, err := parsed.Open(); err != nil || len(opened.Disclosed) != 200 {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	if used := after.TotalAlloc - before.TotalAlloc; used > 16<<20 {
		t.Errorf("%d bytes of input took %d bytes", len(compact), used)
	}
}

func TestVerifyIssuer(t *testing.T) {
	p := newPeople(t, ES256, EdDSA)
	parsed, err := Parse(p.issue(t))
	if err != nil {
		t.Fatal(err)
	}
	answer := func(key PublicKey, err error) KeyResolver {
		return func(Author) (PublicKey, error) { return key, err }
	}
	wantReason(t, parsed.VerifyIssuer(nil), NoExpectation)
	wantReason(t, parsed.VerifyIssuer(answer(PublicKey{}, nil)), UnknownKey)
	wantReason(t, parsed.VerifyIssuer(answer(generate(t, 5, ES256).Public(), nil)), BadSignature)
	wantReason(t, parsed.VerifyIssuer(answer(generate(t, 5, EdDSA).Public(), nil)), BadSignature)
	away := errors.New("away")
	if err := parsed.VerifyIssuer(answer(PublicKey{}, away)); !errors.Is(err, away) || ReasonOf(err) != "" {
		t.Errorf("got %v, want the fault", err)
	}
	if err := parsed.VerifyIssuer(p.resolve); err != nil {
		t.Error(err)
	}
}

func TestCheckTime(t *testing.T) {
	p := newPeople(t, ES256, EdDSA)
	in := p.issuance(t)
	in.NotBefore, in.Expires = issuedAt, issuedAt.Add(time.Hour)
	compact, err := Issue(&counter{}, p.issuer, in)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := Parse(compact)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		after, skew time.Duration
		want        Reason
	}{
		{-time.Second, 0, NotYetValid}, {-time.Second, time.Second, ""}, {0, 0, ""}, {time.Hour - 1, 0, ""},
		{time.Hour, 0, Expired}, {time.Hour, time.Second, ""}, {time.Hour + time.Second, time.Second, Expired},
	} {
		if err := parsed.CheckTime(issuedAt.Add(c.after), c.skew); ReasonOf(err) != c.want {
			t.Errorf("%v ± %v: %v, want %q", c.after, c.skew, err, c.want)
		}
	}
}
