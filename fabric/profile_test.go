package fabric

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/imi-ledger/imi/ledger"
)

func TestLoadProfileRefuses(t *testing.T) {
	a := newAuthority(t)
	path := a.writeProfile(&fakePeer{organisation: "PoliceMSP", name: "peer", address: "127.0.0.1:1"})
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	change := func(old, new string) []byte { return bytes.Replace(good, []byte(old), []byte(new), 1) }
	cases := map[string][]byte{
		"unknown field":   change(`"channel"`, `"colour": "red", "channel"`),
		"after the clos":  append(bytes.Clone(good), []byte("{}")...),
		`"channel" is mi`: change(`"channel": "imi"`, `"channel": ""`),
		`"peers" is empt`: good[:bytes.Index(good, []byte(`"peers"`))],
		"must be host:po": change("127.0.0.1:1", "127.0.0.1"),
		`"tlsKey" is mis`: change(`"client.key"`, `""`),
		"the first peer ": change(`"organisation": "PoliceMSP",`+"\n"+`      "address"`, `"organisation": "OtherMSP", "address"`),
	}
	cases[`"peers" is empt`] = append(bytes.Clone(cases[`"peers" is empt`]), []byte(`"peers": []}`)...)
	for want, text := range cases {
		writeFile(t, path, text)
		if _, err := LoadProfile(path); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), path) {
			t.Errorf("want %q naming the file, got %v", want, err)
		}
	}
	if _, err := LoadProfile(path + "x"); err == nil || !strings.Contains(err.Error(), path+"x") {
		t.Errorf("missing file gave %v", err)
	}
}

func TestDialRefusesBadFiles(t *testing.T) {
	a := newAuthority(t)
	expired := a.issue("admin", time.Now().Add(-time.Minute))
	stranger := a.issue("admin", time.Now().Add(time.Hour))
	cases := []struct {
		want, file string
		spoil      func(path string)
	}{
		{"run: chmod 600", "admin.key", func(p string) { _ = os.Chmod(p, 0o640) }},
		{"run: chmod 600", "client.key", func(p string) { _ = os.Chmod(p, 0o604) }},
		{"not a PEM private key", "admin.key", func(p string) { writeFile(t, p, []byte("PRIVATE "+secret)) }},
		{"is not the key of", "admin.key", func(p string) { writeFile(t, p, stranger.keyPEM(t)) }},
		{"is not the key of", "client.key", func(p string) { writeFile(t, p, stranger.keyPEM(t)) }},
		{"expired on", "admin.crt", func(p string) { writeFile(t, p, expired.certificatePEM()) }},
		{"not a PEM certificate", "admin.crt", func(p string) { writeFile(t, p, []byte(secret)) }},
		{"holds no PEM certificate", "tls-ca.crt", func(p string) { writeFile(t, p, []byte(secret)) }},
		{"larger than", "tls-ca.crt", func(p string) { writeFile(t, p, make([]byte, maxPEM+1)) }},
		{"no such file", "admin.crt", func(p string) { _ = os.Remove(p) }},
	}
	for _, c := range cases {
		path := a.writeProfile(&fakePeer{organisation: "PoliceMSP", name: "peer", address: "127.0.0.1:1"})
		profile, err := LoadProfile(path)
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(filepath.Dir(path), c.file)
		c.spoil(file)
		_, err = Dial(t.Context(), profile, Options{Connect: -1})
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), file) || strings.Contains(err.Error(), secret) {
			t.Errorf("%s: want %q, got %v", c.file, c.want, err)
		}
	}
}

func TestDialWaitsForThePeer(t *testing.T) {
	a := newAuthority(t)
	profile, err := LoadProfile(a.writeProfile(&fakePeer{organisation: "PoliceMSP", name: "peer", address: "127.0.0.1:1"}))
	if err != nil {
		t.Fatal(err)
	}
	_, err = Dial(t.Context(), profile, Options{Connect: 100 * time.Millisecond})
	wantCode(t, err, ledger.Unavailable)
	client, err := Dial(t.Context(), profile, Options{Connect: -1})
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	_, err = client.Height(t.Context())
	wantCode(t, err, ledger.Unavailable)
}

func FuzzDecodeProfile(f *testing.F) {
	f.Add([]byte(`{"organisation":"A","channel":"imi","chaincode":"imi","certificate":"a","key":"b","peers":[]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		if p, err := decodeProfile(text); err == nil && p.check() != nil {
			t.Error("accepted a profile that does not pass its own check")
		}
	})
}
