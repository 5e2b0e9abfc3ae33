package ledger_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/imi-ledger/imi/ledger"
	"github.com/imi-ledger/imi/ledger/ledgertest"
)

func canonicalIssue(t testing.TB) []byte {
	t.Helper()
	text, err := ledger.Encode(ledgertest.New().Issue(1))
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestOnlyTheCanonicalFormIsRead(t *testing.T) {
	good := string(canonicalIssue(t))
	if _, err := ledger.ParseOperation(ledger.AttestationIssue, []byte(good)); err != nil {
		t.Fatal(err)
	}
	for name, bad := range map[string]string{
		"leading space":   " " + good,
		"trailing byte":   good + "\n",
		"second value":    good + good,
		"unknown field":   strings.Replace(good, `{"author"`, `{"aaa":1,"author"`, 1),
		"repeated field":  strings.Replace(good, `"type":"identity/1"`, `"type":"identity/1","type":"identity/1"`, 1),
		"other case":      strings.Replace(good, `"type"`, `"Type"`, 1),
		"missing field":   strings.Replace(good, `,"version":1`, ``, 1),
		"null":            "null",
		"null field":      strings.Replace(good, `"type":"identity/1"`, `"type":null`, 1),
		"number form":     strings.Replace(good, `"version":1`, `"version":1.0`, 1),
		"escaped letter":  strings.Replace(good, `identity/1`, `\u0069dentity/1`, 1),
		"escaped slash":   strings.Replace(good, `identity/1`, `identity\/1`, 1),
		"bad UTF-8":       strings.Replace(good, `identity/1`, "identity/\xff", 1),
		"upper-case hex":  strings.Replace(good, ledgertest.Digest(1).String(), strings.ToUpper(ledgertest.Digest(1).String()), 1),
		"time with zone":  strings.Replace(good, `2026-11-02T08:00:00Z`, `2026-11-02T08:00:00+00:00`, 1),
		"time with nanos": strings.Replace(good, `2026-11-02T08:00:00Z`, `2026-11-02T08:00:00.0Z`, 1),
		"array":           "[" + good + "]",
		"empty":           "",
		"deep":            strings.Repeat("[", 100000),
	} {
		if _, err := ledger.ParseOperation(ledger.AttestationIssue, []byte(bad)); ledger.CodeOf(err) != ledger.Malformed {
			t.Errorf("%s: %v", name, err)
		}
	}
	huge := make([]byte, ledger.MaxRecord+1)
	if _, err := ledger.ParseOperation(ledger.AttestationIssue, huge); ledger.CodeOf(err) != ledger.TooLarge {
		t.Errorf("huge: %v", err)
	}
}

// encoded lists what is ever encoded, each with nothing in it.
func encoded() []any {
	return []any{ledger.Propose{}, ledger.Approve{}, ledger.Enrol{}, ledger.RotateKey{}, ledger.RebindKey{},
		ledger.ChangeSubjectStatus{}, ledger.Issue{}, ledger.AttestationStatement{}, ledger.IssueMany{}, ledger.Register{}, ledger.RegisterMany{}, ledger.Notarise{},
		ledger.Organisation{}, ledger.CredentialType{}, ledger.Proposal{}, ledger.Subject{}, ledger.Person{}, ledger.Attestation{},
		ledger.Document{}, ledger.Notarisation{}, ledger.Batch{}, ledger.Records{}, ledger.Versions{}, ledger.Read{}, ledger.ReadMany{},
		ledger.List{}, ledger.History{}}
}

// TestEmptyHasOneForm keeps two encodings of "nothing there" apart from each other: a slice, pointer or optional value
// that is empty is left out, so neither null nor [] can stand for it.
func TestEmptyHasOneForm(t *testing.T) {
	for _, v := range encoded() {
		checkOptional(t, reflect.TypeOf(v))
	}
}

func checkOptional(t *testing.T, typ reflect.Type) {
	switch typ.Kind() {
	case reflect.Slice, reflect.Pointer:
		checkOptional(t, typ.Elem())
	case reflect.Struct:
		if typ.PkgPath() == "" || reflect.PointerTo(typ).Implements(reflect.TypeFor[json.Unmarshaler]()) {
			return
		}
		for i := range typ.NumField() {
			f := typ.Field(i)
			tag := f.Tag.Get("json")
			if k := f.Type.Kind(); (k == reflect.Slice || k == reflect.Pointer) && !strings.Contains(tag, ",omitempty") {
				t.Errorf("%v.%s must be omitempty", typ, f.Name)
			}
			if k := f.Type.Kind(); k == reflect.Map || k == reflect.Interface || k == reflect.Float64 || k == reflect.Float32 {
				t.Errorf("%v.%s: a record holds no %v", typ, f.Name, k)
			}
			checkOptional(t, f.Type)
		}
	}
}

func TestRefusalTravels(t *testing.T) {
	r := ledger.Refuse(ledger.Conflict, "records[3]", "must %s", "differ")
	got, ok := ledger.ParseRefusal("chaincode response 500, " + r.Wire() + " (and more)")
	if !ok || *got != *r {
		t.Errorf("got %+v", got)
	}
	for _, text := range []string{"", "imi-refusal:", "imi-refusal:{}", "imi-refusal:[", "chaincode response 500"} {
		if _, ok := ledger.ParseRefusal(text); ok {
			t.Errorf("found a refusal in %q", text)
		}
	}
}

func TestKeys(t *testing.T) {
	for _, good := range []ledger.Key{ledger.OrganisationKey("ServiceMSP"), ledger.CredentialTypeKey("identity/1"), ledger.ProposalKey(ledgertest.ID(1)),
		ledger.SubjectKey(ledgertest.ID(1)), ledger.PersonKey(ledgertest.Digest(1)), ledger.AttestationKey(ledgertest.Digest(1)),
		ledger.DocumentKey(ledgertest.Digest(1)), ledger.NotarisationKey(ledgertest.ID(1)), ledger.BatchKey(ledgertest.Digest(1))} {
		if got, err := ledger.ParseKey(string(good)); err != nil || got != good {
			t.Errorf("%s: %v", good, err)
		}
	}
	for _, bad := range []string{"", "/", "organisation/", "organisation/a b", "organisation/" + strings.Repeat("a", 65), "type/identity", "type/identity/0",
		"type/identity/01", "type/Identity/1", "subject/00", "document/" + strings.Repeat("G", 64), "unknown/1", "document", "batch/" + strings.Repeat("a", 63)} {
		if _, err := ledger.ParseKey(bad); err == nil {
			t.Errorf("accepted %q", bad)
		}
	}
}

func FuzzParseOperation(f *testing.F) {
	d := ledgertest.New()
	for function, v := range map[string]any{ledger.AttestationIssue: d.Issue(1), ledger.AttestationIssueMany: d.IssueMany(1, 3), ledger.DocumentRegister: d.Register(1),
		ledger.NotarisationNotarise: d.Notarise(1), ledger.SubjectEnrol: d.Enrol(1, ledgertest.NewSigner("P-256")), ledger.GovernancePropose: d.Propose(d.Charter())} {
		text, err := ledger.Encode(v)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(function, text)
	}
	f.Fuzz(func(t *testing.T, function string, request []byte) {
		operation, err := ledger.ParseOperation(function, request)
		if err != nil {
			if ledger.CodeOf(err) == "" {
				t.Fatalf("not a refusal: %v", err)
			}
			return
		}
		again, err := ledger.Encode(operation)
		if err != nil || string(again) != string(request) {
			t.Fatalf("accepted a form that is not canonical")
		}
		operation.Reads(d.Env(police))
		if _, err := operation.Apply(d.Env(police), d.World); err != nil && ledger.CodeOf(err) == "" {
			t.Fatalf("not a refusal: %v", err)
		}
	})
}

func FuzzParseKey(f *testing.F) {
	f.Add("type/identity/1")
	f.Add("document/" + strings.Repeat("0", 64))
	f.Fuzz(func(t *testing.T, text string) {
		if key, err := ledger.ParseKey(text); err == nil && string(key) != text {
			t.Fatal("changed the key")
		}
	})
}

func FuzzParseRefusal(f *testing.F) {
	f.Add(ledger.Refuse(ledger.Conflict, "a", "b").Wire())
	f.Fuzz(func(t *testing.T, text string) { ledger.ParseRefusal(text) })
}

func BenchmarkIssue(b *testing.B) {
	d := ledgertest.New()
	request := canonicalIssue(b)
	for b.Loop() {
		operation, err := ledger.ParseOperation(ledger.AttestationIssue, request)
		if err != nil {
			b.Fatal(err)
		}
		_, _ = operation.Apply(d.Env(police), d.World) // refused: another district's key; the cost is the same
	}
}

func BenchmarkIssueMany(b *testing.B) {
	d := ledgertest.New()
	request, err := ledger.Encode(d.IssueMany(1, ledger.MaxBatch))
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		operation, err := ledger.ParseOperation(ledger.AttestationIssueMany, request)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := operation.Apply(d.Env(police), d.World); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(len(request)), "bytes")
}
