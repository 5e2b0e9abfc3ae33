package inquiry

import (
	"testing"

	"github.com/imi-ledger/imi/ledger"
)

func TestNew(t *testing.T) {
	for base, good := range map[string]bool{"http://127.0.0.1:7155": true, "https://gateway.example/": true, "": false, "127.0.0.1:7155": false,
		"ftp://x": false, "http://": false, "http://x?y=z": false, "http://user:secret@x": false} {
		if _, err := New(base); (err == nil) != good {
			t.Errorf("%q: %v", base, err)
		}
	}
}

func TestPath(t *testing.T) {
	if got := path(ledger.CredentialTypeKey("identity/1")); got != "type/identity/1" {
		t.Errorf("got %s", got)
	}
}

// FuzzRefusal: any body of any failure becomes an error, and only one with a code of a problem gets that code.
func FuzzRefusal(f *testing.F) {
	f.Add(422, []byte(`{"code":"invalid","field":"asOf","detail":"give a block or a time"}`))
	f.Add(429, []byte("slow down"))
	f.Add(500, []byte(`{"code":"fault"}`))
	f.Fuzz(func(t *testing.T, status int, body []byte) {
		err := refusal(status, body)
		if err == nil || ledger.CodeOf(err) == "fault" {
			t.Errorf("HTTP %d becomes %v", status, err)
		}
	})
}
