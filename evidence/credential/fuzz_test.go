package credential

import (
	"bytes"
	"os"
	"path/filepath"
	"reflect"
	"testing"
)

// refusalOnly fails when an error is no refusal: a parser's errors are always the sender's.
func refusalOnly(t *testing.T, err error) {
	t.Helper()
	if err != nil && ReasonOf(err) == "" {
		t.Fatalf("a fault: %v", err)
	}
}

func FuzzParse(f *testing.F) {
	p := newPeople(f, ES256, EdDSA)
	f.Add(p.issue(f))
	f.Add(p.present(f, "name", "address.district"))
	for _, name := range []string{"section-5", "appendix-a1", "appendix-a2", "appendix-a3", "appendix-a4"} {
		var v rfcVector
		readJSON(f, filepath.Join(vectors, name+".json"), &v)
		f.Add([]byte(v.Presentation))
		f.Add([]byte(v.Issued))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		parsed, err := Parse(data)
		refusalOnly(t, err)
		if err != nil {
			return
		}
		opened, err := parsed.Open()
		refusalOnly(t, err)
		if err != nil {
			return
		}
		selected, err := keep(data, opened.Disclosed)
		if err != nil {
			t.Fatalf("what opened cannot be selected: %v", err)
		}
		again, err := Parse(selected)
		if err != nil || len(again.disclosures) != len(parsed.disclosures) || again.Digest() != parsed.Digest() {
			t.Fatalf("selecting everything changed the credential: %v", err)
		}
	})
}

// FuzzOpen signs what the fuzzer wants, so that Open sees more than payloads of honest issuers.
func FuzzOpen(f *testing.F) {
	key := generate(f, 1, EdDSA)
	member, array := encoded(`["s","n",{"_sd":[]}]`), encoded(`["s",[{"...":"x"}]]`)
	f.Add([]byte(payloadWith("", member)), []byte(`["s","n",{"_sd":[]}]`), []byte(`["s",1]`))
	f.Add([]byte(payloadWith(`,"x":[{"...":"`+hashText(array)+`"}]`)), []byte(`["s",[{"...":"x"}]]`), []byte(`["s","n",1]`))
	f.Fuzz(func(t *testing.T, payload, one, two []byte) {
		parsed, err := Parse(forge(t, key, `{"alg":"EdDSA","typ":"dc+sd-jwt"}`, string(payload), encoded(string(one)), encoded(string(two))))
		refusalOnly(t, err)
		if err == nil {
			_, err = parsed.Open()
			refusalOnly(t, err)
		}
	})
}

func FuzzDisclosure(f *testing.F) {
	f.Add("WyJfMjZiYzRMVC1hYzZxMktJNmNCVzVlcyIsICJmYW1pbHlfbmFtZSIsICJNw7ZiaXVzIl0")
	f.Add("WyJsa2x4RjVqTVlsR1RQVW92TU5JdkNBIiwgIkZSIl0")
	f.Add(encoded(`["s","n",{"_sd":["x"],"a":[{"...":"x"}]}]`))
	f.Fuzz(func(t *testing.T, text string) {
		d, err := parseDisclosure(text, "it")
		refusalOnly(t, err)
		if err == nil && (d.text != text || d.digest != hashText(text) || reserved(d.name)) {
			t.Fatalf("%q became %+v", text, d)
		}
	})
}

func FuzzType(f *testing.F) {
	files, _ := filepath.Glob("../../testdata/types/*.json")
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		typ, err := ParseType(data)
		refusalOnly(t, err)
		if err != nil {
			return
		}
		text, err := encodeJSON(typ)
		if err != nil {
			t.Fatal(err)
		}
		if again, err := ParseType(text); err != nil || !reflect.DeepEqual(again, typ) {
			t.Fatalf("does not come back: %v", err)
		}
	})
}

func FuzzKey(f *testing.F) {
	for _, algorithm := range []Algorithm{ES256, EdDSA} {
		key := generate(f, 1, algorithm)
		private, _ := key.JWK()
		public, _ := key.Public().JWK()
		f.Add(private)
		f.Add(public)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		public, err := ParsePublicKey(data)
		refusalOnly(t, err)
		if err == nil && len(public.ID()) != 43 {
			t.Fatalf("key without id: %s", data)
		}
		private, err := ParsePrivateKey(data)
		refusalOnly(t, err)
		if err != nil {
			return
		}
		signature, err := private.Sign(data)
		if err != nil || len(signature) != 64 {
			t.Fatalf("cannot sign: %v", err)
		}
	})
}

// FuzzJSON compares the strict decoder with itself: what it accepts, written and read again, is the same.
func FuzzJSON(f *testing.F) {
	for _, text := range []string{`{"a":[1,2.50,"x\ud83d\ude00",null,true,{}]}`, `"\ud800"`, `{"a":1,"a":1}`, "[[[[]]]]", "1e999", " 1 "} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		value, err := decodeJSON(data, "it")
		refusalOnly(t, err)
		if err != nil {
			return
		}
		text, err := encodeJSON(value)
		if err != nil {
			t.Fatal(err)
		}
		again, err := decodeJSON(text, "it")
		if err != nil || !reflect.DeepEqual(again, value) {
			t.Fatalf("%q became %q: %v", data, text, err)
		}
		if twice, _ := encodeJSON(again); !bytes.Equal(twice, text) {
			t.Fatalf("%q is not stable", text)
		}
	})
}
