package wallet_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/imi-ledger/imi/cli/wallet"
	"github.com/imi-ledger/imi/evidence/credential"
	"github.com/imi-ledger/imi/ledger"
)

var morning = ledger.At(time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC))

// sample is a wallet with a subject and a credential.
func sample(t testing.TB) *wallet.Wallet {
	w, err := wallet.New(rand.Reader, morning)
	if err != nil {
		t.Fatal(err)
	}
	w.Subject = &ledger.ID{1}
	issuer, err := credential.GenerateKey(rand.Reader, credential.EdDSA)
	if err != nil {
		t.Fatal(err)
	}
	text, err := credential.Issue(rand.Reader, issuer, credential.Issuance{Issuer: "PoliceMSP", Type: "urn:imi:credential:identity:1",
		IssuedAt: morning.Time(), Holder: w.Current().Public(), Claims: map[string]any{"name": "陈思远"}, Policy: credential.Policy{Disclosable: []string{"name"}}})
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := credential.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	w.Add(wallet.Credential{Type: "identity/1", Digest: ledger.Digest(parsed.Digest()), Issuer: "PoliceMSP", SDJWT: string(text)})
	return w
}

func encode(t testing.TB, w *wallet.Wallet) []byte {
	text, err := w.Encode()
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestRoundTrip(t *testing.T) {
	w := sample(t)
	w.Pending = &wallet.Pending{Function: "subject:Enrol", Request: `{"a":"<>&"}`, TransactionID: "00"}
	text := encode(t, w)
	again, err := wallet.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(text, encode(t, again)) {
		t.Error("a wallet does not come back as it was")
	}
	if _, found := again.KeyFor(w.Current().Public()); !found {
		t.Error("the key is lost")
	}
}

// TestMangled changes a wallet file in every way a hand or a bad disk could.
func TestMangled(t *testing.T) {
	good := string(encode(t, sample(t)))
	for name, text := range map[string]string{
		"empty":            "",
		"not JSON":         "wallet",
		"cut short":        good[:len(good)/2],
		"no line end":      strings.TrimSuffix(good, "\n"),
		"more":             good + "\n",
		"other spacing":    strings.ReplaceAll(good, "  ", " "),
		"unknown field":    strings.Replace(good, `"version": 1,`, `"version": 1, "colour": "red",`, 1),
		"doubled field":    strings.Replace(good, `"version": 1,`, `"version": 1, "version": 1,`, 1),
		"other case":       strings.Replace(good, `"keys"`, `"Keys"`, 1),
		"later version":    strings.Replace(good, `"version": 1`, `"version": 2`, 1),
		"no version":       strings.Replace(good, `"version": 1,`, ``, 1),
		"other digest":     strings.Replace(good, `"digest": "`, `"digest": "00`, 1)[:len(good)],
		"null credentials": `{"version":1,"keys":[],"credentials":null}`,
		"no keys":          "{\n  \"version\": 1,\n  \"keys\": [],\n  \"credentials\": []\n}\n",
		"null key":         "{\n  \"version\": 1,\n  \"keys\": [{\"private\":null,\"from\":\"2026-11-23T10:00:00Z\"}],\n  \"credentials\": []\n}\n",
	} {
		_, err := wallet.Parse([]byte(text))
		if code := ledger.CodeOf(err); code != ledger.Malformed {
			t.Errorf("%s: %v", name, err)
		}
		if err != nil && strings.Contains(err.Error(), "陈") {
			t.Errorf("%s: the message shows content: %v", name, err)
		}
	}
	if _, err := wallet.Parse(make([]byte, 9<<20)); ledger.CodeOf(err) != ledger.TooLarge {
		t.Errorf("a huge file: %v", err)
	}
}

func TestLaterVersionIsNamed(t *testing.T) {
	_, err := wallet.Parse([]byte(`{"version": 7, "anything": []}`))
	if err == nil || !strings.Contains(err.Error(), "is 7; this program reads version 1") {
		t.Errorf("%v", err)
	}
}

func TestFind(t *testing.T) {
	w := sample(t)
	c := w.Credentials[0]
	for choice, want := range map[string]bool{"": true, "identity/1": true, c.Digest.String(): true, c.Digest.String()[:6]: true, c.Digest.String()[:5]: false, "degree/1": false} {
		if _, found := w.Find(choice); found != want {
			t.Errorf("%q: found %v", choice, found)
		}
	}
	w.Add(c)
	if len(w.Credentials) != 1 {
		t.Error("the same credential stands twice")
	}
}

func TestWriteIsPrivateAndWhole(t *testing.T) {
	path := filepath.Join(t.TempDir(), "钱包 1", "w.json")
	file, err := wallet.Open(context.Background(), path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := file.Read(); ledger.CodeOf(err) != ledger.NotFound {
		t.Errorf("%v", err)
	}
	for range 2 {
		if err := file.Write(sample(t)); err != nil {
			t.Fatal(err)
		}
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(entries) != 1 {
		t.Errorf("%v, %v: only the wallet may stay", entries, err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode: %v", err)
	}
}

// TestOneAtATime has many hands add a key each; none may be lost.
func TestOneAtATime(t *testing.T) {
	path := filepath.Join(t.TempDir(), "w.json")
	const hands = 8
	var wait sync.WaitGroup
	for range hands {
		wait.Go(func() {
			file, err := wallet.Open(context.Background(), path)
			if err != nil {
				t.Error(err)
				return
			}
			defer file.Close()
			w, err := file.Read()
			if ledger.CodeOf(err) == ledger.NotFound {
				w, err = wallet.New(rand.Reader, morning)
			} else if err == nil {
				_, err = w.AddKey(rand.Reader, morning)
			}
			if err != nil {
				t.Error(err)
				return
			}
			if err := file.Write(w); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	w, err := wallet.Load(context.Background(), path)
	if err != nil || len(w.Keys) != hands {
		t.Errorf("%d keys of %d, %v", len(w.Keys), hands, err)
	}
}

func TestOpenGivesUp(t *testing.T) {
	path := filepath.Join(t.TempDir(), "w.json")
	file, err := wallet.Open(context.Background(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Millisecond)
	defer cancel()
	if _, err := wallet.Open(ctx, path); ledger.CodeOf(err) != ledger.Unavailable {
		t.Errorf("%v", err)
	}
}

// FuzzParse: what is accepted is exactly what would be written.
func FuzzParse(f *testing.F) {
	f.Add(encode(f, sample(f)))
	f.Add([]byte(`{"version":1}`))
	f.Add([]byte("{\n  \"version\": 1,\n  \"keys\": [],\n  \"credentials\": []\n}\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		w, err := wallet.Parse(data)
		if err != nil {
			return
		}
		if !bytes.Equal(encode(t, w), data) {
			t.Error("accepted in another form than it is written in")
		}
		_ = w.Current()
	})
}
