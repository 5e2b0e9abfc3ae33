package credential

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"reflect"
	"strings"
	"testing"
)

// FuzzQuickJSON holds the quick reader against the strict one.
func FuzzQuickJSON(f *testing.F) {
	for _, text := range []string{`{}`, `[]`, ` { "a" : [ 1 , -0 , true , false , null , "é" ] } `, `{"a":{"a":[[]]}}`, `"\u0061"`, `{"a":1,"a":1}`, `[1,]`, `{"a":1,}`,
		`01`, `-`, `1.5`, `1e3`, `12x`, `tru`, `nulll`, "\"\x01\"", "\"\xff\"", `{"a"}`, `{"a":}`, `[`, `{`, `"`, ``, `1 2`, strings.Repeat("[", 40) + strings.Repeat("]", 40),
		strings.Repeat("[", 32) + strings.Repeat("]", 32), strings.Repeat(`{"a":`, 33) + "1" + strings.Repeat("}", 33)} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		value, ok := quickJSON(data)
		if !ok {
			return
		}
		if strict, err := decodeStrictly(data, "it"); err != nil || !reflect.DeepEqual(value, strict) {
			t.Fatalf("%q: read quickly as %#v, strictly as %#v, %v", data, value, strict, err)
		}
	})
}

// TestQuickKeysAreThoseOfTheLibrary reads keys in both ways, good and bad ones.
func TestQuickKeysAreThoseOfTheLibrary(t *testing.T) {
	for i, algorithm := range []Algorithm{ES256, EdDSA} {
		text, err := generate(t, uint64(i+1), algorithm).Public().JWK()
		if err != nil {
			t.Fatal(err)
		}
		good, err := decodeObject(text, "it")
		if err != nil {
			t.Fatal(err)
		}
		quick, ok := quickKey(good)
		slow, err := readJWK(good)
		if !ok || err != nil || !reflect.DeepEqual(quick, slow) {
			t.Errorf("%s: quickly %v, %t; by the library %v, %v", text, quick, ok, slow, err)
		}
		for name := range good {
			for _, value := range []any{nil, "", "AA", 1, good["x"].(string) + "A", good["x"].(string)[1:], strings.Repeat("A", 43), strings.Repeat("_", 43), good["x"].(string)[:42] + "="} {
				bad, _ := essentials(good)
				bad[name] = value
				if key, ok := quickKey(bad); ok {
					compareKeys(t, key, bad)
				}
			}
			bad, _ := essentials(good)
			delete(bad, name)
			if key, ok := quickKey(bad); ok {
				t.Errorf("without %s it is read as %v", name, key)
			}
		}
	}
}

func compareKeys(t *testing.T, quick any, object map[string]any) {
	t.Helper()
	slow, err := readJWK(object)
	same := err == nil
	switch quick := quick.(type) {
	case *ecdsa.PublicKey:
		same = same && quick.Equal(slow)
	case ed25519.PublicKey:
		same = same && quick.Equal(slow)
	}
	if !same {
		t.Errorf("%v: quickly %v, by the library %v, %v", object, quick, slow, err)
	}
}
