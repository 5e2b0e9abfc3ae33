package credential

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// samples has one whole claim set for every type of testdata/types.
func samples() map[string]map[string]any {
	const id, authority = "11010519491231002X", "某机关"
	digest := strings.Repeat("0a", 32)
	return map[string]map[string]any{
		"identity": identityClaims(),
		"residence": {"name": "张三", "id_number": id, "registered_address": address("a"), "residence_address": address("b"),
			"resident_since": "2024-02-29", "residence_reason": "就业", "permit_number": "1", "issuing_authority": authority},
		"degree": {"name": "张三", "id_number": id, "institution": "大学", "degree": "硕士", "field": "理学", "majors": []string{"数学", "物理"},
			"awarded_on": "2020-06-30", "certificate_number": "1", "document_digest": digest, "issuing_authority": authority},
		"marriage": {"name": "张三", "id_number": id, "marital_status": "已婚", "spouse": map[string]any{"name": "李四", "id_number": id},
			"registered_on": "2020-05-20", "certificate_number": "1", "issuing_authority": authority},
		"social-insurance": {"name": "张三", "id_number": id, "insurance_number": id, "schemes": []any{"养老", "医疗"}, "insurance_status": "在保",
			"insured_since": "2020-01-01", "months_paid": 36, "city": "深圳市", "issuing_authority": authority},
	}
}

func TestTypesOfTestdata(t *testing.T) {
	files, err := filepath.Glob("../../testdata/types/*.json")
	if err != nil || len(files) != len(samples()) {
		t.Fatalf("%d files, %v", len(files), err)
	}
	p := newPeople(t, EdDSA, ES256)
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".json")
		typ := readType(t, name)
		if typ.Name != name || TypeNameOf(typ.VCT()) != name+"/1" {
			t.Errorf("%s: name %q, identifier %q", file, typ.Name, typ.VCT())
		}
		claims := samples()[name]
		if err := typ.CheckIssued(claims); err != nil {
			t.Fatal(err)
		}
		compact, err := Issue(&counter{}, p.issuer, Issuance{
			Issuer: typ.Issuers[0], Type: typ.VCT(), IssuedAt: issuedAt, Expires: typ.LatestExpiry(issuedAt), Holder: p.holder.Public(), Claims: claims, Policy: typ.Policy(),
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, choice := range [][]string{nil, {"name"}, typ.ClaimNames()} {
			choice = slices.DeleteFunc(choice, func(n string) bool { return claims[n] == nil })
			presentation, err := Present(compact, choice, p.holder, binding)
			if err != nil {
				t.Fatal(err)
			}
			got, err := verify(presentation, func(Author) (PublicKey, error) { return p.issuer.Public(), nil }, expected)
			if err != nil {
				t.Fatal(err)
			}
			maps.DeleteFunc(got.Claims, func(name string, _ any) bool { return registered[name] })
			if err := typ.CheckIssued(got.Claims); err != nil && len(choice) == len(claims) {
				t.Errorf("%s with all its claims: %v", name, err)
			}
		}
	}
}

func TestTypeNames(t *testing.T) {
	typ := readType(t, "degree")
	want := []string{"awarded_on", "certificate_number", "degree", "document_digest", "field", "id_number", "institution", "issuing_authority", "majors", "name"}
	if diff := cmp.Diff(want, typ.ClaimNames()); diff != "" {
		t.Error(diff)
	}
	want = slices.DeleteFunc(want, func(n string) bool { return n == "issuing_authority" })
	if diff := cmp.Diff(want, typ.DisclosableNames()); diff != "" {
		t.Error(diff)
	}
	if hidden := typ.Policy().Disclosable; !slices.Contains(hidden, "majors[]") || slices.Contains(hidden, "issuing_authority") {
		t.Errorf("policy %v", hidden)
	}
	for _, vct := range []string{"", "identity/1", "urn:imi:credential:identity", "urn:imi:credential:identity:0", "urn:imi:credential:identity:01", "urn:imi:credential::1", "urn:imi:credential:a/b:1"} {
		if got := TypeNameOf(vct); got != "" {
			t.Errorf("%q is type %q", vct, got)
		}
	}
}

func TestCheckIssuedRefuses(t *testing.T) {
	identity := readType(t, "identity")
	insurance := readType(t, "social-insurance")
	for what, c := range map[string]struct {
		typ    Type
		name   string
		value  any
		want   Reason
		detail string
	}{
		"missing":           {identity, "name", nil, MissingClaim, `"name"`},
		"missing inside":    {identity, "address", map[string]any{"province": "a", "city": "b", "district": "c"}, MissingClaim, `"address.street"`},
		"unknown":           {identity, "nickname", "x", UnknownClaim, `"nickname"`},
		"unknown inside":    {identity, "address", map[string]any{"province": "a", "city": "b", "district": "c", "street": "d", "floor": "1"}, UnknownClaim, `"address.floor"`},
		"text for object":   {identity, "address", "广东省", WrongClaimType, `"address"`},
		"object for text":   {identity, "name", map[string]any{}, WrongClaimType, `"name"`},
		"empty text":        {identity, "name", "", WrongClaimType, `"name"`},
		"text for boolean":  {identity, "over_18", "true", WrongClaimType, `"over_18"`},
		"no such day":       {identity, "birth_date", "1999-02-29", WrongClaimType, `"birth_date"`},
		"day with time":     {identity, "birth_date", "1999-02-28T00:00:00Z", WrongClaimType, `"birth_date"`},
		"other value":       {identity, "sex", "F", WrongClaimType, `"sex"`},
		"short digest":      {identity, "portrait_digest", "0a", WrongClaimType, `"portrait_digest"`},
		"upper-case digest": {identity, "portrait_digest", strings.Repeat("0A", 32), WrongClaimType, `"portrait_digest"`},
		"fraction":          {insurance, "months_paid", json.Number("1.5"), WrongClaimType, `"months_paid"`},
		"text for integer":  {insurance, "months_paid", "36", WrongClaimType, `"months_paid"`},
		"empty array":       {insurance, "schemes", []any{}, WrongClaimType, `"schemes"`},
		"other element":     {insurance, "schemes", []any{"养老", "彩票"}, WrongClaimType, `"schemes"`},
		"number in array":   {insurance, "schemes", []any{1}, WrongClaimType, `"schemes"`},
		"null":              {insurance, "employer", json.RawMessage("null"), WrongClaimType, `"employer"`},
	} {
		t.Run(what, func(t *testing.T) {
			claims := samples()[c.typ.Name]
			claims[c.name] = c.value
			if c.value == nil {
				delete(claims, c.name)
			}
			err := c.typ.CheckIssued(claims)
			wantReason(t, err, c.want)
			if err != nil && !strings.Contains(err.Error(), c.detail) {
				t.Errorf("%v does not name %s", err, c.detail)
			}
		})
	}
	if err := identity.CheckIssued(map[string]any{"employer": nil}); err == nil {
		t.Error("nothing is enough")
	}
}

func TestParseTypeRefuses(t *testing.T) {
	data, err := os.ReadFile("../../testdata/types/identity.json")
	if err != nil {
		t.Fatal(err)
	}
	good := string(data)
	swap := func(old, new string) string {
		if !strings.Contains(good, old) {
			t.Fatalf("%q is not in the file", old)
		}
		return strings.Replace(good, old, new, 1)
	}
	for what, text := range map[string]string{
		"empty": "", "null": "null", "empty object": "{}", "array": "[]", "twice": good + good,
		"unknown member":      swap(`"version"`, `"x": 1, "version"`),
		"member twice":        swap(`"version"`, `"version": 1, "version"`),
		"other case":          swap(`"version"`, `"Version"`),
		"missing member":      swap(`"required": true,`, ``),
		"version 0":           swap(`"version": 1`, `"version": 0`),
		"version text":        swap(`"version": 1`, `"version": "1"`),
		"version 1.0":         swap(`"version": 1`, `"version": 1.0`),
		"name upper case":     swap(`"name": "identity"`, `"name": "Identity"`),
		"name empty":          swap(`"name": "identity"`, `"name": ""`),
		"no title":            swap(`"en": "Resident identity"`, `"en": ""`),
		"no issuer":           swap(`"PoliceMSP"`, ``),
		"empty issuer":        swap(`"PoliceMSP"`, `""`),
		"no validity":         swap(`3650`, `0`),
		"endless validity":    swap(`3650`, `99999`),
		"padding":             swap(`"pad": 8`, `"pad": 65`),
		"claim name":          swap(`"name": "sex"`, `"name": "性别"`),
		"claim registered":    swap(`"name": "sex"`, `"name": "exp"`),
		"claim twice":         swap(`"name": "sex"`, `"name": "name"`),
		"claim title":         swap(`"zh": "性别"`, `"zh": ""`),
		"claim type":          swap(`"type": "date"`, `"type": "number"`),
		"claim disclosure":    swap(`"disclosure": "always"`, `"disclosure": "never"`),
		"values of boolean":   swap(`"type": "boolean",`, `"type": "boolean", "values": ["x"],`),
		"members of a string": swap(`"type": "object"`, `"type": "string"`),
		"object of nothing":   swap(`"type": "date"`, `"type": "object"`),
		"null values":         swap(`"type": "date",`, `"type": "date", "values": null,`),
		"too large":           swap(`"Resident identity"`, `"`+strings.Repeat("x", maxTypeSize)+`"`),
	} {
		if _, err := ParseType([]byte(text)); ReasonOf(err) == "" {
			t.Errorf("%s: %v", what, err)
		}
	}
	if _, err := ParseType(data); err != nil {
		t.Error(err)
	}
}
