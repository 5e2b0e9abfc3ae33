//go:build integration

package acceptance

import (
	"bytes"
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/imi-ledger/imi/ledger/idnumber"
)

// citizen is an entry of testdata/citizens.json, every text of which must stay off the ledger.
type citizen map[string]any

func citizens(t *testing.T) []citizen {
	t.Helper()
	data, err := os.ReadFile("../testdata/citizens.json")
	if err != nil {
		t.Fatal(err)
	}
	var all []citizen
	if err := json.Unmarshal(data, &all); err != nil || len(all) < 200 {
		t.Fatalf("%d citizens, %v", len(all), err)
	}
	return all
}

// wholeLedger is every byte of every block, as the peer stores it.
func wholeLedger(t *testing.T) []byte {
	t.Helper()
	client := dial(t, "AuditMSP")
	height, err := client.Height(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var all []byte
	for n := range height {
		block, err := client.BlockByNumber(t.Context(), n)
		if err != nil {
			t.Fatal(err)
		}
		raw, err := proto.Marshal(block)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, raw...)
	}
	t.Logf("%d blocks, %d bytes", height, len(all))
	return all
}

// TestLedgerHoldsNothingPersonal looks for every personal text, in every form that could be guessed, in every block.
func TestLedgerHoldsNothingPersonal(t *testing.T) {
	enrolMore(t)
	blocks := wholeLedger(t)
	searched := 0
	absent := func(what string, text []byte) {
		searched++
		for form, encoded := range forms(text) {
			if bytes.Contains(blocks, encoded) {
				t.Errorf("the ledger holds %s as %s", what, form)
			}
		}
	}
	for i, c := range citizens(t) {
		for _, text := range texts(c) {
			absent("a text of citizen "+c["id"].(string), []byte(text))
		}
		number := c["number"].(string)
		for _, form := range []string{number, strings.ToLower(number), number[:17]} {
			for name, guess := range guesses(form) {
				absent(name+" of an ID number", guess)
			}
		}
		if i == 0 && searched == 0 {
			t.Fatal("nothing was searched for")
		}
	}
	for _, secret := range walletSecrets(t) {
		absent("a secret of a wallet", []byte(secret))
	}
	t.Logf("%d texts searched for", searched)
}

// TestOnlyTheEnrolmentKeyLinksANumber shows that the search above could have found something: who has the enrolment key
// finds the citizens that were enrolled, and nobody else finds any.
func TestOnlyTheEnrolmentKeyLinksANumber(t *testing.T) {
	enrolMore(t)
	blocks := wholeLedger(t)
	text, err := os.ReadFile(filepath.Join(district.dir, "organisations", "PoliceMSP", "enrolment.key"))
	if err != nil {
		t.Fatal(err)
	}
	key, err := hex.DecodeString(strings.TrimSpace(string(text)))
	if err != nil {
		t.Fatal("the enrolment key is not hexadecimal")
	}
	linked := func(key []byte) (n int) {
		for _, c := range citizens(t) {
			number, err := idnumber.Parse(c["number"].(string))
			if err != nil {
				t.Fatal(err)
			}
			tag, err := number.Tag(key)
			if err != nil {
				t.Fatal(err)
			}
			if bytes.Contains(blocks, []byte("person/"+hex.EncodeToString(tag[:]))) {
				n++
			}
		}
		return n
	}
	if n := linked(key); n < 3 {
		t.Errorf("the enrolment key links %d citizens, at least 3 were enrolled", n)
	}
	for name, wrong := range map[string][]byte{"zeros": make([]byte, 32), "another key": bytes.Repeat([]byte{0xa5}, 32), "its hash": sum(key)} {
		if n := linked(wrong); n != 0 {
			t.Errorf("%s links %d citizens", name, n)
		}
	}
}

func sum(b []byte) []byte { s := sha256.Sum256(b); return s[:] }

// forms are the encodings in which bytes could stand in a block.
func forms(text []byte) map[string][]byte {
	return map[string][]byte{
		"itself": text, "hexadecimal": []byte(hex.EncodeToString(text)),
		"base64url": []byte(base64.RawURLEncoding.EncodeToString(text)), "base64": []byte(base64.RawStdEncoding.EncodeToString(text)),
	}
}

// guesses are what a curious reader would compute from a number without any key.
func guesses(number string) map[string][]byte {
	s512, s1, m5 := sha512.Sum512([]byte(number)), sha1.Sum([]byte(number)), md5.Sum([]byte(number))
	plain := sha256.Sum256([]byte(number))
	domain := sha256.Sum256([]byte("imi person tag v1\x00" + number))
	mac := hmac.New(sha256.New, nil)
	mac.Write([]byte("imi person tag v1\x00" + number))
	return map[string][]byte{"the text": []byte(number), "SHA-256": plain[:], "double SHA-256": sum(plain[:]), "SHA-512": s512[:], "SHA-1": s1[:], "MD5": m5[:],
		"SHA-256 with the tag's domain": domain[:], "HMAC with no key": mac.Sum(nil)}
}

// texts lists what identifies a citizen: every text of at least four bytes that is not from a short public list.
func texts(v any) []string {
	var out []string
	switch v := reflect.ValueOf(v); v.Kind() {
	case reflect.Map:
		for _, key := range v.MapKeys() {
			if name := key.String(); name == "id" || name == "sex" || name == "traits" || name == "nation" {
				continue
			}
			out = append(out, texts(v.MapIndex(key).Interface())...)
		}
	case reflect.String:
		if v.Len() >= 4 {
			out = append(out, v.String())
		}
	}
	return out
}

// walletSecrets are the salts, values and private keys in the wallets the demo and these tests wrote.
func walletSecrets(t *testing.T) []string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(filepath.Dir(district.dir), "*.wallet"))
	more, err2 := filepath.Glob(filepath.Join(district.dir, "demo", "*", "wallet.json"))
	if err != nil || err2 != nil {
		t.Fatal(err, err2)
	}
	found = append(found, more...)
	var secrets []string
	for _, name := range found {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		var wallet struct {
			Keys []struct {
				Private struct {
					D string `json:"d"`
				} `json:"private"`
			} `json:"keys"`
			Credentials []struct {
				SDJWT string `json:"sdjwt"`
			} `json:"credentials"`
		}
		if err := json.Unmarshal(data, &wallet); err != nil {
			t.Fatal(err)
		}
		for _, k := range wallet.Keys {
			secrets = append(secrets, k.Private.D)
		}
		for _, c := range wallet.Credentials {
			for _, disclosure := range strings.Split(c.SDJWT, "~")[1:] {
				secrets = append(secrets, opened(t, disclosure)...)
			}
		}
	}
	if len(secrets) < 10 {
		t.Fatalf("only %d secrets in %d wallets", len(secrets), len(found))
	}
	return secrets
}

// opened returns a disclosure, its salt and its value where that is a text of some length.
func opened(t *testing.T, disclosure string) []string {
	t.Helper()
	if disclosure == "" {
		return nil
	}
	data, err := base64.RawURLEncoding.DecodeString(disclosure)
	if err != nil {
		t.Fatal(err)
	}
	var parts []any
	if err := json.Unmarshal(data, &parts); err != nil || len(parts) < 2 {
		t.Fatalf("a disclosure does not decode: %v", err)
	}
	out := []string{disclosure, parts[0].(string)}
	if value, ok := parts[len(parts)-1].(string); ok && len(value) >= 4 {
		out = append(out, value)
	}
	return out
}
