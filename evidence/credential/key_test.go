package credential

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"encoding/json"
	"strings"
	"testing"
)

func TestKeysRoundTrip(t *testing.T) {
	for _, algorithm := range []Algorithm{ES256, EdDSA} {
		key := generate(t, 1, algorithm)
		text, err := key.JWK()
		if err != nil {
			t.Fatal(err)
		}
		again, err := ParsePrivateKey(text)
		if err != nil {
			t.Fatal(err)
		}
		if !again.Public().Equal(key.Public()) || again.Public().ID() != key.Public().ID() || len(key.Public().ID()) != 43 {
			t.Errorf("%s: another key came back", algorithm)
		}
		data, err := json.Marshal(key.Public())
		if err != nil {
			t.Fatal(err)
		}
		var public PublicKey
		if err := json.Unmarshal(data, &public); err != nil || !public.Equal(key.Public()) || public.algorithm != algorithm {
			t.Errorf("%s: %v", data, err)
		}
	}
}

// TestThumbprint uses the Ed25519 key of RFC 8037 appendices A.1 to A.3.
func TestThumbprint(t *testing.T) {
	key, err := ParsePrivateKey([]byte(`{"kty":"OKP","crv":"Ed25519",
		"d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}`))
	if err != nil {
		t.Fatal(err)
	}
	if got := key.Public().ID(); got != "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k" {
		t.Error(got)
	}
	jwk, _ := key.Public().JWK()
	if string(jwk) != `{"crv":"Ed25519","kty":"OKP","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}` {
		t.Errorf("%s", jwk)
	}
}

func TestKeysRefused(t *testing.T) {
	ec, ed := generate(t, 1, ES256), generate(t, 1, EdDSA)
	ecText, _ := ec.JWK()
	edText, _ := ed.JWK()
	otherText, _ := generate(t, 2, EdDSA).JWK()
	ecPublic, _ := ec.Public().JWK()
	edPublic, _ := ed.Public().JWK()
	var a, b map[string]string
	_, _ = json.Unmarshal(edText, &a), json.Unmarshal(otherText, &b)
	mixed := strings.Replace(string(edText), a["x"], b["x"], 1)
	for _, text := range []string{
		"", "{}", "[]", mixed, string(ecPublic), string(ecText) + " {}", `{"kty":"oct","k":"AAAA"}`,
		strings.Replace(string(ecText), `"kty"`, `"use":"sig","kty"`, 1), strings.Replace(string(ecText), `"kty"`, `"KTY"`, 1),
		strings.Replace(string(edText), a["d"], a["d"][:42], 1), strings.Replace(string(edText), a["d"], a["d"]+"A", 1),
		strings.Replace(string(ecText), "P-256", "P-384", 1), strings.Replace(string(ecText), `"d":"`, `"d":"AA`, 1),
	} {
		if _, err := ParsePrivateKey([]byte(text)); ReasonOf(err) == "" {
			t.Errorf("private %.60s: %v", text, err)
		}
	}
	for _, text := range []string{
		"", "{}", string(ecText), string(edText), strings.Replace(string(ecPublic), `"x":"`, `"x":"AA`, 1),
		strings.Replace(string(ecPublic), "P-256", "secp256k1", 1), strings.Replace(string(edPublic), "Ed25519", "X25519", 1),
		strings.Replace(string(edPublic), `"x"`, `"y":"AA","x"`, 1), strings.Replace(string(edPublic), `"}`, `="}`, 1),
		strings.Replace(string(ecPublic), `"y"`, `"x"`, 1), strings.Replace(string(ecPublic), `"x":"`, `"x":"\n`, 1),
	} {
		if _, err := ParsePublicKey([]byte(text)); ReasonOf(err) == "" {
			t.Errorf("public %.60s: %v", text, err)
		}
	}
	p384, err := ecdsa.GenerateKey(elliptic.P384(), &counter{})
	if err != nil {
		t.Fatal(err)
	}
	_, err = NewPrivateKey(p384)
	wantReason(t, err, UnsupportedKey)
	_, err = NewPrivateKey(&rsa.PrivateKey{})
	wantReason(t, err, UnsupportedKey)
	_, err = GenerateKey(&counter{}, "RS256")
	wantReason(t, err, UnsupportedAlgorithm)
}

// TestLastBits: an encoding of a key whose unused last bits are set is another text for the same key.
func TestLastBits(t *testing.T) {
	public, _ := generate(t, 1, EdDSA).Public().JWK()
	x := strings.TrimSuffix(string(public), `"}`)
	for _, c := range "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_" {
		text := x[:len(x)-1] + string(c) + `"}`
		if key, err := ParsePublicKey([]byte(text)); err == nil {
			if again, _ := key.JWK(); string(again) != text {
				t.Errorf("%s is accepted for %s", text, again)
			}
		}
	}
}
