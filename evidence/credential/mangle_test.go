package credential

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func mangled(t *testing.T, p people, what string, presentation []byte) {
	t.Helper()
	if _, err := verify(presentation, p.resolve, expected); err == nil {
		t.Errorf("%s: accepted", what)
	} else if ReasonOf(err) == "" {
		t.Errorf("%s: a fault, not a refusal: %v", what, err)
	}
}

// TestEveryChangeIsRefused flips every bit, drops every byte, puts one before every byte, and cuts everywhere.
func TestEveryChangeIsRefused(t *testing.T) {
	for issuer, holder := range map[Algorithm]Algorithm{ES256: EdDSA, EdDSA: ES256} {
		t.Run(string(issuer), func(t *testing.T) {
			t.Parallel()
			everyChange(t, newPeople(t, issuer, holder))
		})
	}
}

func everyChange(t *testing.T, p people) {
	in := p.issuance(t)
	in.Claims = map[string]any{"name": "王一", "over_18": true, "jobs": []any{"a"}} // short, so that all of it can be tried
	in.Policy = Policy{Disclosable: []string{"name", "over_18", "jobs[]"}}
	compact, err := Issue(&counter{}, p.issuer, in)
	if err != nil {
		t.Fatal(err)
	}
	good, err := Present(compact, []string{"name", "jobs[0]"}, p.holder, binding)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := verify(good, p.resolve, expected); err != nil {
		t.Fatal(err)
	}
	for i := range good {
		for bit := range 8 {
			bad := slices.Clone(good)
			bad[i] ^= 1 << bit
			mangled(t, p, fmt.Sprintf("byte %d bit %d flipped", i, bit), bad)
		}
		mangled(t, p, fmt.Sprintf("byte %d dropped", i), slices.Delete(slices.Clone(good), i, i+1))
		for _, c := range []byte("~A\n") {
			mangled(t, p, fmt.Sprintf("%q put before byte %d", c, i), slices.Insert(slices.Clone(good), i, c))
		}
		mangled(t, p, fmt.Sprintf("cut at %d", i), good[:i])
	}
	for _, tail := range []string{"~", "A", "=", "\n", "\x00", ".", "~" + string(good)} {
		mangled(t, p, fmt.Sprintf("%.3q appended", tail), append(slices.Clone(good), tail...))
	}
}

// TestEveryChoiceIsSigned drops, doubles and swaps every disclosure of a presentation, and adds the hidden ones.
func TestEveryChoiceIsSigned(t *testing.T) {
	p := newPeople(t, ES256, EdDSA)
	parts := strings.Split(string(p.present(t, "name", "over_18", "address.district")), "~")
	all := strings.Split(string(p.issue(t)), "~")
	join := func(parts []string) []byte { return []byte(strings.Join(parts, "~")) }
	last := len(parts) - 1
	for i := 1; i < last; i++ {
		mangled(t, p, "dropped", join(slices.Delete(slices.Clone(parts), i, i+1)))
		mangled(t, p, "doubled", join(slices.Insert(slices.Clone(parts), i, parts[i])))
		for j := i + 1; j < last; j++ {
			swapped := slices.Clone(parts)
			swapped[i], swapped[j] = swapped[j], swapped[i]
			mangled(t, p, "swapped", join(swapped))
		}
	}
	for _, hidden := range all[1 : len(all)-1] {
		if !slices.Contains(parts, hidden) {
			mangled(t, p, "added", join(slices.Insert(slices.Clone(parts), last, hidden)))
		}
	}
	other := strings.Split(string(p.present(t, "name")), "~")
	mangled(t, p, "key binding of another choice", join(append(slices.Clone(parts[:last]), other[len(other)-1])))
	mangled(t, p, "no key binding", join(append(slices.Clone(parts[:last]), "")))
	mangled(t, p, "key binding as issuer-signed JWT", []byte(parts[last]+"~"))
	mangled(t, p, "issuer-signed JWT as key binding", []byte(parts[0]+"~"+parts[0]))
}

// TestIssuedDisclosuresAreChecked does the same without the holder's signature: the issuer's digests alone must notice.
func TestIssuedDisclosuresAreChecked(t *testing.T) {
	p := newPeople(t, ES256, EdDSA)
	good := string(p.issue(t))
	parts := strings.Split(good, "~")
	for i := 1; i < len(parts)-1; i++ {
		at := len(strings.Join(parts[:i], "~")) + 1
		for k := range parts[i] {
			bad := []byte(good)
			bad[at+k] ^= 1
			if parsed, err := Parse(bad); err == nil {
				if _, err := parsed.Open(); err == nil {
					t.Errorf("byte %d of disclosure %d changed: opened", k, i)
				}
			}
		}
		doubled, err := Parse([]byte(strings.Join(slices.Insert(slices.Clone(parts), i, parts[i]), "~")))
		if wantReason(t, err, DuplicateDisclosure); doubled != nil {
			t.Error("a doubled disclosure was parsed")
		}
	}
	stranger, _ := newSalter(&counter{seed: 9}).disclose(nil, "x")
	parsed, err := Parse([]byte(good + stranger.text + "~"))
	if err != nil {
		t.Fatal(err)
	}
	_, err = parsed.Open()
	wantReason(t, err, UnusedDisclosure)
}
