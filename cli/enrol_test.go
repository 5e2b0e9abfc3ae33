package cli

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/imi-ledger/imi/cli/message"
	"github.com/imi-ledger/imi/ledger"
)

func TestEnrol(t *testing.T) {
	b := founded(t)
	digest := b.enrol("1", "chen.json")
	info, err := os.Stat(b.path("chen.json"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("the wallet must have mode 0600: %v %v", info, err)
	}
	if _, attested := b.channel.state[ledger.AttestationKey(digest)]; !attested {
		t.Error("the credential is not attested")
	}
	shown := asJSON[heldView](b, "wallet", "show", "--wallet", b.path("chen.json"))
	if shown.Claims["name"] != "陈思远" || shown.Claims["over_18"] != true {
		t.Errorf("the credential claims %v", shown.Claims)
	}
}

// TestEnrolTwice is the rule: one person, one identity. The number must not appear in any message.
func TestEnrolTwice(t *testing.T) {
	inBoth(t, func(t *testing.T, language message.Language) {
		b := founded(t)
		b.enrol("1", "chen.json")
		said := b.mustFail(exitConflict, "--lang", string(language), "enrol", "--citizen", samples+"#1", "--wallet", b.path("second.json"))
		if strings.Contains(said, "519801199903076233") {
			t.Errorf("the message holds the ID number: %q", said)
		}
		if exists(b.path("second.json")) || exists(b.path(".second.json.lock")) {
			t.Error("a refused enrolment leaves files behind")
		}
	})
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

func TestEnrolFromStandardInput(t *testing.T) {
	b := founded(t)
	text, err := os.ReadFile(samples)
	if err != nil {
		t.Fatal(err)
	}
	var all []json.RawMessage
	if err := json.Unmarshal(text, &all); err != nil {
		t.Fatal(err)
	}
	b.stdin = string(all[3])
	b.mustRun("enrol", "--citizen", "-", "--wallet", b.path("w.json"))
}

// TestEnrolUnknownOutcome: the wallet keeps the key and the request, and the same command finds out.
func TestEnrolUnknownOutcome(t *testing.T) {
	for name, lost := range map[string]failing{"written": lostAfter, "not written": lostBefore} {
		t.Run(name, func(t *testing.T) {
			b := founded(t)
			b.channel.trouble = func(string) failing { return lost }
			said := b.mustFail(exitUnknown, "enrol", "--citizen", samples+"#1", "--wallet", b.path("w.json"))
			if !strings.Contains(said, strings.Repeat("0", 60)) {
				t.Errorf("the transaction id is missing in %q", said)
			}
			b.channel.trouble = nil
			if v := asJSON[walletView](b, "wallet", "list", "--wallet", b.path("w.json")); !v.Pending || v.Subject == nil {
				t.Fatalf("the wallet must wait: %+v", v)
			}
			b.mustFail(exitConflict, "enrol", "--citizen", samples+"#2", "--wallet", b.path("w.json"))
			b.enrol("1", "w.json")
			if v := asJSON[walletView](b, "wallet", "list", "--wallet", b.path("w.json")); v.Pending || len(v.Credentials) != 1 {
				t.Errorf("the wallet must be complete: %+v", v)
			}
		})
	}
}

func TestEnrolAway(t *testing.T) {
	b := founded(t)
	b.channel.trouble = func(string) failing { return away }
	b.mustFail(exitUnknown, "enrol", "--citizen", samples+"#1", "--wallet", b.path("w.json"))
	if exists(b.path("w.json")) {
		t.Error("nothing was written, so no wallet may be left")
	}
}

// TestEnrolIssueLost: the identity is recorded, the credential's fate unknown; the credential is kept.
func TestEnrolIssueLost(t *testing.T) {
	b := founded(t)
	b.channel.trouble = func(function string) failing {
		if function == ledger.AttestationIssue {
			return lostAfter
		}
		return noTrouble
	}
	o := b.run("enrol", "--citizen", samples+"#1", "--wallet", b.path("w.json"))
	if o.exit != exitUnknown || !strings.Contains(o.err, "imi verify credential") && !strings.Contains(o.err, "imi credential issue") {
		t.Errorf("exit %d, %q", o.exit, o.err)
	}
	if v := asJSON[walletView](b, "wallet", "list", "--wallet", b.path("w.json")); len(v.Credentials) != 1 {
		t.Errorf("the credential may count and must be kept: %+v", v)
	}
}

func TestEnrolOwnedWallet(t *testing.T) {
	b := founded(t)
	b.enrol("1", "w.json")
	b.mustFail(exitConflict, "enrol", "--citizen", samples+"#2", "--wallet", b.path("w.json"))
}

func TestEnrolNotAllowed(t *testing.T) {
	b := founded(t)
	b.mustFail(exitNotAllowed, "--org", "NotaryMSP", "enrol", "--citizen", samples+"#1", "--wallet", b.path("w.json"))
}

func TestEnrolUsage(t *testing.T) {
	b := founded(t)
	b.mustFail(exitUsage, "enrol")
	b.mustFail(exitUsage, "enrol", "--citizen", samples)
	b.mustFail(exitNotFound, "enrol", "--citizen", samples+"#9999")
	b.mustFail(exitNotFound, "enrol", "--citizen", b.path("nothing.json"))
	said := b.mustFail(exitUsage, "enrol", "519801199903076233")
	if strings.Contains(said, "519801") {
		t.Errorf("an argument in the wrong place is repeated: %q", said)
	}
}

// TestEnrolBadNumbers enrols every bad number of testdata in the place of a good one.
func TestEnrolBadNumbers(t *testing.T) {
	text, err := os.ReadFile("../testdata/citizens_bad.json")
	if err != nil {
		t.Fatal(err)
	}
	var bad []struct{ Name, Number, Code string }
	if err := json.Unmarshal(text, &bad); err != nil || len(bad) < 10 {
		t.Fatalf("%d bad numbers, %v", len(bad), err)
	}
	b := founded(t)
	for _, one := range bad {
		data, err := json.Marshal(citizen{Number: one.Number, Name: "n", Sex: "male", Nation: "汉族", BirthDate: "1999-03-07",
			Address: address{"a", "b", "c", "d"}})
		if err != nil {
			t.Fatal(err)
		}
		b.stdin = string(data)
		o := b.run("enrol", "--citizen", "-", "--wallet", b.path("bad.json"))
		if o.exit != exitNotValid {
			t.Errorf("%s: exit %d, %s", one.Name, o.exit, o.err)
		}
		if trimmed := strings.TrimSpace(one.Number); len(trimmed) > 6 && strings.Contains(o.err, trimmed) {
			t.Errorf("%s: the number is repeated: %q", one.Name, o.err)
		}
	}
	if exists(b.path("bad.json")) {
		t.Error("a wallet was made for a bad number")
	}
}

func TestCitizenFiles(t *testing.T) {
	good := `{"number":"519801199903076233","name":"n","sex":"male","nation":"x","birthDate":"1999-03-07","address":{"province":"a","city":"b","district":"c","street":"d"}}`
	b := founded(t)
	for name, text := range map[string]string{
		"not JSON":        "name: x",
		"empty":           "",
		"empty list":      "[]",
		"unknown field":   strings.Replace(good, `"nation"`, `"nationality"`, 1),
		"GB 18030":        "{\"name\":\"\xb3\xc2\"}",
		"two values":      good + good,
		"other sex":       strings.Replace(good, `"male"`, `"female"`, 1),
		"other birthdate": strings.Replace(good, "03-07", "03-08", 1),
		"no address":      strings.Replace(good, `"d"`, `" "`, 1),
		"no name":         strings.Replace(good, `"n"`, `""`, 1),
	} {
		b.write("c.json", text)
		if o := b.run("enrol", "--citizen", b.path("c.json"), "--wallet", b.path("w.json")); o.exit != exitNotValid {
			t.Errorf("%s: exit %d, %s", name, o.exit, o.err)
		}
	}
	b.write("c.json", "\ufeff"+good)
	b.mustRun("enrol", "--citizen", b.path("c.json"), "--wallet", b.path("w.json"))
}
