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

// TestAnswersCannotCommandTheTerminal reads answers of a gateway that writes what would show another verdict.
func TestAnswersCannotCommandTheTerminal(t *testing.T) {
	const evil, harmless = "a\\u001b[2K\\rVALID", "a\ufffd[2K\ufffdVALID"
	f, err := read[Finding]([]byte(`{"verdict":"revoked","reason":"` + evil + `","checks":[{"name":"status","detail":"` + evil + `"}],` +
		`"status":{"state":"` + evil + `","since":"2026-11-23T10:00:00Z"},"notarisations":[{"reason":"` + evil + `"}],"record":{"note":"` + evil + `"}}`))
	if err != nil || f.Reason != harmless || f.Checks[0].Detail != harmless || f.Status.State != harmless || f.Notarisations[0].Reason != harmless {
		t.Errorf("%+v, %v", f, err)
	}
	if string(f.Record) != `{"note":"`+evil+`"}` {
		t.Errorf("the record became %s", f.Record)
	}
	if err := refusal(422, []byte(`{"code":"invalid","detail":"`+evil+`"}`)); err.Error() != (&ledger.Refusal{Code: ledger.Invalid, Rule: harmless}).Error() {
		t.Errorf("%q", err)
	}
}
