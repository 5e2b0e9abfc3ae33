package credential

import (
	"crypto/sha256"
	"encoding/binary"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// counter is a source of randomness that gives the same bytes in every run: SHA-256 of 0, 1, 2, …
type counter struct {
	seed, n uint64
	rest    []byte
}

func (c *counter) Read(p []byte) (int, error) {
	if len(c.rest) == 0 {
		var block [16]byte
		binary.BigEndian.PutUint64(block[:], c.seed)
		binary.BigEndian.PutUint64(block[8:], c.n)
		sum := sha256.Sum256(block[:])
		c.n, c.rest = c.n+1, sum[:]
	}
	n := copy(p, c.rest)
	c.rest = c.rest[n:]
	return n, nil
}

var (
	issuedAt  = time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)
	presented = time.Date(2026, 11, 24, 9, 30, 0, 0, time.UTC)
	expected  = Expected{Audience: "ServiceMSP", Nonce: "b1946ac92492d2347c6235b4d2611184", Now: presented.Add(5 * time.Second), MaxAge: 2 * time.Minute, Skew: 5 * time.Second}
	binding   = Binding{Audience: expected.Audience, Nonce: expected.Nonce, IssuedAt: presented}
)

func generate(t testing.TB, seed uint64, algorithm Algorithm) *PrivateKey {
	t.Helper()
	key, err := GenerateKey(&counter{seed: seed}, algorithm)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// people are the parties of the tests: PoliceMSP issues, the holder presents.
type people struct {
	issuer, holder *PrivateKey
}

func newPeople(t testing.TB, issuer, holder Algorithm) people {
	return people{generate(t, 1, issuer), generate(t, 2, holder)}
}

func (p people) resolve(a Author) (PublicKey, error) {
	if a.Issuer == "PoliceMSP" && a.KeyID == p.issuer.Public().ID() {
		return p.issuer.Public(), nil
	}
	return PublicKey{}, nil
}

func readType(t testing.TB, name string) Type {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("../../testdata/types", name+".json"))
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := ParseType(data)
	if err != nil {
		t.Fatal(err)
	}
	return parsed
}

func address(street string) map[string]any {
	return map[string]any{"province": "广东省", "city": "深圳市", "district": "南山区", "street": street}
}

// identityClaims are of nobody: the ID number is one GB 11643 gives as its example.
func identityClaims() map[string]any {
	return map[string]any{
		"name": "阿依古丽·买买提", "sex": "女", "nation": "维吾尔族", "birth_date": "1949-12-31",
		"over_14": true, "over_18": true, "over_60": true, "address": address("科技路1号"), "id_number": "11010519491231002X",
		"portrait_digest": strings.Repeat("0a", 32), "issuing_authority": "南山区公安分局",
	}
}

func (p people) issuance(t testing.TB) Issuance {
	identity := readType(t, "identity")
	claims := identityClaims()
	if err := identity.CheckIssued(claims); err != nil {
		t.Fatal(err)
	}
	return Issuance{
		Issuer: "PoliceMSP", Type: identity.VCT(), IssuedAt: issuedAt, Expires: identity.LatestExpiry(issuedAt),
		Holder: p.holder.Public(), Claims: claims, Policy: identity.Policy(),
	}
}

func (p people) issue(t testing.TB) []byte {
	t.Helper()
	compact, err := Issue(&counter{seed: 3}, p.issuer, p.issuance(t))
	if err != nil {
		t.Fatal(err)
	}
	return compact
}

func (p people) present(t testing.TB, paths ...string) []byte {
	t.Helper()
	presentation, err := Present(p.issue(t), paths, p.holder, binding)
	if err != nil {
		t.Fatal(err)
	}
	return presentation
}

// forge signs whatever it is given, as a hostile or careless issuer might.
func forge(t testing.TB, key *PrivateKey, header, payload string, disclosures ...string) []byte {
	t.Helper()
	input := b64.EncodeToString([]byte(header)) + "." + b64.EncodeToString([]byte(payload))
	signature, err := key.Sign([]byte(input))
	if err != nil {
		t.Fatal(err)
	}
	text := input + "." + b64.EncodeToString(signature) + "~"
	for _, d := range disclosures {
		text += d + "~"
	}
	return []byte(text)
}

func wantReason(t testing.TB, err error, want Reason) {
	t.Helper()
	if got := ReasonOf(err); got != want {
		t.Errorf("reason %q (%v), want %q", got, err, want)
	}
}
