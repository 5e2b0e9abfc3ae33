package credential

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const vectors = "../../testdata/sdjwt"

// rfcVector is a file of testdata/sdjwt: one example of RFC 9901.
type rfcVector struct {
	Section             string
	Issued              string
	IssuedPayload       map[string]any
	Presentation        string
	PresentationPayload map[string]any
	Disclosed           []string
	Binding             *struct {
		Audience, Nonce string
		IssuedAt        int64
	}
}

func readJSON(t testing.TB, file string, into any) {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, into); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
}

func rfcIssuer(t testing.TB) KeyResolver {
	var keys struct{ Issuer PublicKey }
	readJSON(t, filepath.Join(vectors, "keys.json"), &keys)
	return func(Author) (PublicKey, error) { return keys.Issuer, nil }
}

// plain makes claims comparable with what encoding/json reads from a file.
func plain(t testing.TB, claims map[string]any) map[string]any {
	t.Helper()
	data, err := encodeJSON(claims)
	if err != nil {
		t.Fatal(err)
	}
	var out map[string]any
	if err := json.Unmarshal(data, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestVectorsOfRFC9901(t *testing.T) {
	for _, name := range []string{"section-5", "appendix-a1", "appendix-a2", "appendix-a3", "appendix-a4"} {
		t.Run(name, func(t *testing.T) {
			var v rfcVector
			readJSON(t, filepath.Join(vectors, name+".json"), &v)
			p := checkVector(t, v.Presentation, v.PresentationPayload)
			opened, _ := p.Open()
			if diff := cmp.Diff(v.Disclosed, opened.Disclosed); diff != "" {
				t.Errorf("disclosed (-want +got):\n%s", diff)
			}
			if v.Issued != "" {
				issued := checkVector(t, v.Issued, v.IssuedPayload)
				if issued.Digest() != p.Digest() {
					t.Error("the digest of the credential changed with its presentation")
				}
			}
			if v.Binding == nil {
				return
			}
			at := time.Unix(v.Binding.IssuedAt, 0)
			signed, err := p.VerifyHolder(Expected{Audience: v.Binding.Audience, Nonce: v.Binding.Nonce, Now: at, MaxAge: time.Second})
			if err != nil || !signed.Equal(at) {
				t.Errorf("VerifyHolder = %v, %v", signed, err)
			}
			if err := p.CheckTime(at, 0); err != nil {
				t.Error(err)
			}
		})
	}
}

func checkVector(t *testing.T, compact string, payload map[string]any) *Parsed {
	t.Helper()
	p, err := Parse([]byte(compact))
	if err != nil {
		t.Fatal(err)
	}
	if err := p.VerifyIssuer(rfcIssuer(t)); err != nil {
		t.Error(err)
	}
	opened, err := p.Open()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(payload, plain(t, opened.Claims)); diff != "" {
		t.Errorf("processed payload (-want +got):\n%s", diff)
	}
	return p
}

// TestVectorSelect makes the RFC's presentation from its issued credential: the same disclosures, in our order.
func TestVectorSelect(t *testing.T) {
	for _, name := range []string{"section-5", "appendix-a3"} {
		var v rfcVector
		readJSON(t, filepath.Join(vectors, name+".json"), &v)
		paths := slices.DeleteFunc(slices.Clone(v.Disclosed), func(p string) bool { return p == "age_equal_or_over" })
		selected, err := keep([]byte(v.Issued), paths)
		if err != nil {
			t.Fatal(err)
		}
		checkVector(t, string(selected), v.PresentationPayload)
	}
}

func TestVerifyAcceptsRFC9901AppendixA3(t *testing.T) {
	var v rfcVector
	readJSON(t, filepath.Join(vectors, "appendix-a3.json"), &v)
	got, err := verify([]byte(v.Presentation), rfcIssuer(t), Expected{
		Audience: v.Binding.Audience, Nonce: v.Binding.Nonce, Now: time.Unix(v.Binding.IssuedAt+30, 0), MaxAge: time.Minute,
	})
	if err != nil {
		t.Fatal(err)
	}
	want := Author{Issuer: "https://pid-issuer.bund.de.example", Type: "urn:eudi:pid:de:1", IssuedAt: time.Unix(1683000000, 0).UTC()}
	if got.Author != want || got.Expires.Unix() != 1883000000 || !got.NotBefore.IsZero() || got.Holder.algorithm != ES256 {
		t.Errorf("got %+v", got)
	}
}

func TestVectorsOfSection6(t *testing.T) {
	var v struct {
		Examples []struct {
			Section     string
			Payload     map[string]any
			Disclosures []struct{ Disclosure, Digest string }
			Processed   map[string]any
		}
	}
	readJSON(t, filepath.Join(vectors, "section-6.json"), &v)
	if len(v.Examples) != 4 {
		t.Fatalf("%d examples", len(v.Examples))
	}
	for _, e := range v.Examples {
		var texts []string
		for _, d := range e.Disclosures {
			if got := hashText(d.Disclosure); got != d.Digest {
				t.Errorf("%s: digest %s, want %s", e.Section, got, d.Digest)
			}
			texts = append(texts, d.Disclosure)
		}
		all, err := parseDisclosures(texts)
		if err != nil {
			t.Fatal(err)
		}
		claims, err := newOpener(all).open(e.Payload)
		if err != nil {
			t.Fatalf("%s: %v", e.Section, err)
		}
		if diff := cmp.Diff(e.Processed, plain(t, claims)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", e.Section, diff)
		}
	}
}

func TestVectorsOfSection4(t *testing.T) {
	var v struct {
		Examples []struct{ Disclosure, Salt, Name, Value, Digest string }
	}
	readJSON(t, filepath.Join(vectors, "section-4.json"), &v)
	if len(v.Examples) != 2 {
		t.Fatalf("%d examples", len(v.Examples))
	}
	for _, e := range v.Examples {
		d, err := parseDisclosure(e.Disclosure, "it")
		if err != nil {
			t.Fatal(err)
		}
		if d.digest != e.Digest || d.salt != e.Salt || d.name != e.Name || d.value != e.Value || d.element != (e.Name == "") {
			t.Errorf("got %+v, want %+v", d, e)
		}
	}
}
