package credential

import (
	"encoding/json"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write testdata/sdjwt/identity.json anew")

func TestIssuePresentVerify(t *testing.T) {
	for _, algorithms := range [][2]Algorithm{{ES256, ES256}, {ES256, EdDSA}, {EdDSA, ES256}, {EdDSA, EdDSA}} {
		p := newPeople(t, algorithms[0], algorithms[1])
		got, err := verify(p.present(t, "name", "over_18"), p.resolve, expected)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{"name", "over_18"}, got.Disclosed); diff != "" {
			t.Error(diff)
		}
		for _, name := range []string{"iss", "vct", "iat", "exp", "cnf"} {
			delete(got.Claims, name)
		}
		want := map[string]any{"name": "阿依古丽·买买提", "over_18": true, "issuing_authority": "南山区公安分局"}
		if diff := cmp.Diff(want, got.Claims); diff != "" {
			t.Error(diff)
		}
		author := Author{Issuer: "PoliceMSP", KeyID: p.issuer.Public().ID(), Type: "urn:imi:credential:identity:1", IssuedAt: issuedAt}
		if got.Author != author || !got.Holder.Equal(p.holder.Public()) || !got.PresentedAt.Equal(presented) {
			t.Errorf("got %+v", got)
		}
		parsed, err := Parse(p.issue(t))
		if err != nil || parsed.Author() != author || !parsed.Holder().Equal(got.Holder) || parsed.binding != nil {
			t.Errorf("parsed %+v, %v", parsed, err)
		}
		jwt, _, _ := strings.Cut(string(p.issue(t)), "~")
		if got.Digest != DigestOf(jwt) {
			t.Errorf("digest %s", got.Digest)
		}
	}
}

func TestSelectPaths(t *testing.T) {
	p := newPeople(t, ES256, EdDSA)
	everything := []string{"address", "address.city", "address.district", "address.province", "address.street"}
	for _, c := range []struct{ paths, want []string }{
		{nil, nil},
		{[]string{"issuing_authority"}, nil}, // always there
		{[]string{"address.district"}, []string{"address", "address.district"}},
		{[]string{"address"}, everything},
		{[]string{"address", "address.city"}, everything},
		{[]string{"over_18", "name", "name"}, []string{"name", "over_18"}},
	} {
		got, err := verify(p.present(t, c.paths...), p.resolve, expected)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(got.Disclosed, c.want) {
			t.Errorf("%v: disclosed %v, want %v", c.paths, got.Disclosed, c.want)
		}
	}
	for _, path := range []string{"", "nam", "name.x", "address.", "address.country", "name[0]", "Name", "_sd"} {
		_, err := keep(p.issue(t), []string{path})
		wantReason(t, err, UnknownPath)
	}
}

// nested has every way to hide: structured, recursive, elements, elements in elements, odd names.
func nested() (map[string]any, Policy) {
	claims := map[string]any{
		"open":          map[string]any{"hidden": "h", "shown": json.Number("1.50")},
		"nationalities": []any{"CN", "DE", "FR"},
		"jobs":          []any{map[string]any{"title": "医生", "years": 3}, map[string]any{"title": "教师", "years": int64(4)}},
		"a.b":           "dotted", "": "empty", "nothing": nil, "empty": []any{}, "matrix": []any{[]any{"x", "y"}, []any{"z"}},
	}
	return claims, Policy{Pad: 4, Disclosable: []string{
		"open.hidden", "nationalities[]", "jobs", "jobs[]", "jobs[].title", `["a.b"]`, `[""]`, "nothing", "empty", "empty[]", "matrix[][]", "absent",
	}}
}

func TestNestedClaims(t *testing.T) {
	p := newPeople(t, EdDSA, EdDSA)
	claims, policy := nested()
	compact, err := Issue(&counter{}, p.issuer, Issuance{Issuer: "PoliceMSP", Type: "t", IssuedAt: issuedAt, Holder: p.holder.Public(), Claims: claims, Policy: policy})
	if err != nil {
		t.Fatal(err)
	}
	all, err := Parse(compact)
	if err != nil {
		t.Fatal(err)
	}
	opened, err := all.Open()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"iss", "vct", "iat", "cnf"} {
		delete(opened.Claims, name)
	}
	want, _ := normalise(claims)
	if diff := cmp.Diff(want, opened.Claims); diff != "" {
		t.Errorf("opened (-want +got):\n%s", diff)
	}
	presentation, err := Present(compact, []string{"nationalities[1]", "jobs[1].title", `["a.b"]`, "matrix[0][1]"}, p.holder, binding)
	if err != nil {
		t.Fatal(err)
	}
	got, err := verify(presentation, p.resolve, expected)
	if err != nil {
		t.Fatal(err)
	}
	paths := []string{`["a.b"]`, "jobs", "jobs[1]", "jobs[1].title", "matrix[0][1]", "nationalities[1]"}
	if diff := cmp.Diff(paths, got.Disclosed); diff != "" {
		t.Error(diff)
	}
	part := map[string]any{
		"a.b": "dotted", "open": map[string]any{"shown": 1.5}, "nationalities": []any{"DE"},
		"jobs": []any{map[string]any{"title": "教师", "years": 4.0}}, "matrix": []any{[]any{"y"}, []any{}},
	}
	for _, name := range []string{"iss", "vct", "iat", "cnf"} {
		delete(got.Claims, name)
	}
	if diff := cmp.Diff(part, plain(t, got.Claims)); diff != "" {
		t.Errorf("presented (-want +got):\n%s", diff)
	}
}

// TestDigestsTellNothing: sorted, padded, of one length, and no claim value or name in what the issuer signed.
func TestDigestsTellNothing(t *testing.T) {
	p := newPeople(t, ES256, ES256)
	parsed, err := Parse(p.issue(t))
	if err != nil {
		t.Fatal(err)
	}
	digests := parsed.issuer.payload["_sd"].([]any)
	if len(digests) != 16 { // ten claims at the top are hidden; Pad is 8
		t.Errorf("%d digests", len(digests))
	}
	if !slices.IsSortedFunc(digests, func(a, b any) int { return strings.Compare(a.(string), b.(string)) }) {
		t.Error("the digests keep the order of the claims")
	}
	text, _ := encodeJSON(parsed.issuer.payload)
	for name, value := range identityClaims() {
		if s, ok := value.(string); ok && name != "issuing_authority" && (strings.Contains(string(text), s) || strings.Contains(string(text), name)) {
			t.Errorf("the signed payload tells %q", name)
		}
	}
	salts := map[string]bool{}
	for _, d := range parsed.disclosures {
		salt, err := b64.DecodeString(d.salt)
		if err != nil || len(salt) != 16 || salts[d.salt] {
			t.Errorf("salt %q", d.salt)
		}
		salts[d.salt] = true
	}
}

func TestIssueRefuses(t *testing.T) {
	p := newPeople(t, ES256, ES256)
	deep := any("x")
	for range maxDepth {
		deep = []any{deep}
	}
	for name, c := range map[string]struct {
		change func(*Issuance)
		want   Reason
	}{
		"no issuer":        {func(in *Issuance) { in.Issuer = "" }, MissingClaim},
		"no type":          {func(in *Issuance) { in.Type = "" }, MissingClaim},
		"no time":          {func(in *Issuance) { in.IssuedAt = time.Time{} }, MissingClaim},
		"time before 1970": {func(in *Issuance) { in.IssuedAt = time.Unix(-1, 0) }, Malformed},
		"ends first":       {func(in *Issuance) { in.NotBefore = in.Expires }, Malformed},
		"registered name":  {func(in *Issuance) { in.Claims["exp"] = 1 }, ReservedName},
		"_sd":              {func(in *Issuance) { in.Claims["_sd"] = 1 }, ReservedName},
		"nested ...":       {func(in *Issuance) { in.Claims["x"] = map[string]any{"...": 1} }, ReservedName},
		"nested _sd_alg":   {func(in *Issuance) { in.Claims["x"] = []any{map[string]any{"_sd_alg": 1}} }, ReservedName},
		"negative padding": {func(in *Issuance) { in.Policy.Pad = -1 }, Malformed},
		"huge padding":     {func(in *Issuance) { in.Policy.Pad = maxPad + 1 }, Malformed},
		"float":            {func(in *Issuance) { in.Claims["x"] = 1.5 }, WrongClaimType},
		"bad UTF-8":        {func(in *Issuance) { in.Claims["x"] = "\xff" }, WrongClaimType},
		"bad UTF-8 name":   {func(in *Issuance) { in.Claims["\xff"] = "x" }, WrongClaimType},
		"bad number":       {func(in *Issuance) { in.Claims["x"] = json.Number("01") }, WrongClaimType},
		"struct":           {func(in *Issuance) { in.Claims["x"] = struct{}{} }, WrongClaimType},
		"too deep":         {func(in *Issuance) { in.Claims["x"] = deep }, TooDeep},
		"too large":        {func(in *Issuance) { in.Claims["x"] = strings.Repeat("x", MaxSize) }, TooLarge},
	} {
		t.Run(name, func(t *testing.T) {
			in := p.issuance(t)
			c.change(&in)
			_, err := Issue(&counter{}, p.issuer, in)
			wantReason(t, err, c.want)
		})
	}
}

type constant struct{}

func (constant) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func TestIssueNeedsRandomness(t *testing.T) {
	p := newPeople(t, ES256, ES256)
	for name, random := range map[string]io.Reader{"constant": constant{}, "short": strings.NewReader("fifteen bytes..")} {
		if _, err := Issue(random, p.issuer, p.issuance(t)); err == nil || ReasonOf(err) != "" {
			t.Errorf("%s: %v, want a fault", name, err)
		}
	}
}

// faulty signs something else, or fails.
type faulty struct {
	*PrivateKey
	err error
}

func (f faulty) Sign(message []byte) ([]byte, error) {
	if f.err != nil {
		return nil, f.err
	}
	return f.PrivateKey.Sign(append(message, 0))
}

func TestIssueChecksItsSigner(t *testing.T) {
	p := newPeople(t, ES256, ES256)
	_, err := Issue(&counter{}, faulty{p.issuer, nil}, p.issuance(t))
	wantReason(t, err, BadSignature)
	away := errors.New("the module is away")
	if _, err := Issue(&counter{}, faulty{p.issuer, away}, p.issuance(t)); !errors.Is(err, away) {
		t.Errorf("got %v", err)
	}
}

// TestGolden pins the bytes: whoever changes them changes the digests of credentials already issued.
func TestGolden(t *testing.T) {
	p := newPeople(t, ES256, EdDSA)
	got := map[string]string{"issued": string(p.issue(t)), "presentation": string(p.present(t, "name", "over_18", "address.district"))}
	for name, key := range map[string]*PrivateKey{"issuerKey": p.issuer, "holderKey": p.holder} {
		jwk, err := key.Public().JWK()
		if err != nil {
			t.Fatal(err)
		}
		got[name] = string(jwk)
	}
	file := filepath.Join(vectors, "identity.json")
	if *update {
		data, _ := json.MarshalIndent(got, "", "  ")
		if err := os.WriteFile(file, append(data, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	var want map[string]string
	readJSON(t, file, &want)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
