package cli

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/imi-ledger/imi/ledger"
)

const degreeClaims = `{"name":"陈思远","id_number":"519801199903076233","institution":"云麓理工大学","degree":"学士","field":"工学",
"majors":["软件工程"],"awarded_on":"2021-06-30","certificate_number":"1000042021000318","issuing_authority":"云麓理工大学"}`

func TestIssue(t *testing.T) {
	b := founded(t)
	b.enrol("1", "w.json")
	claims := b.write("degree.json", degreeClaims)
	v := asJSON[issuedView](b, "credential", "issue", "--type", "degree/1", "--claims", claims, "--wallet", b.path("w.json"), "--days", "30")
	if v.Issuer != "ServiceMSP" || v.NotAfter != ledger.At(b.now.Add(30*24*time.Hour)) {
		t.Errorf("%+v", v)
	}
	b.mustRun("credential", "show", v.Credential.String())
	b.mustRun("wallet", "show", "--wallet", b.path("w.json"), "--credential", "degree/1")
	shown := b.mustRun("wallet", "show", "--wallet", b.path("w.json"), "--credential", v.Credential.String()[:8])
	for _, want := range []string{"until       " + v.NotAfter.String(), "name                Name                      yes", "issuing_authority   Issuing authority         no", "majors[0]"} {
		if !strings.Contains(shown, want) {
			t.Errorf("no %q in\n%s", want, shown)
		}
	}
	if zh := b.mustRun("--lang", "zh", "wallet", "show", "--wallet", b.path("w.json")); !strings.Contains(zh, "姓名") || strings.Contains(zh, "Name") {
		t.Errorf("not in Chinese:\n%s", zh)
	}
	b.mustFail(exitNotFound, "wallet", "show", "--wallet", b.path("w.json"), "--credential", "marriage/1")
}

func TestIssueRefused(t *testing.T) {
	b := founded(t)
	b.enrol("1", "w.json")
	wallet := b.path("w.json")
	before := b.channel.block
	for name, text := range map[string]string{
		"missing claim": strings.Replace(degreeClaims, `"field":"工学",`, "", 1),
		"unknown claim": strings.Replace(degreeClaims, `"field"`, `"colour":"red","field"`, 1),
		"other value":   strings.Replace(degreeClaims, `"学士"`, `"院士"`, 1),
		"not an object": "[]",
		"null":          "null",
		"name twice":    strings.Replace(degreeClaims, `"field"`, `"name":"李四","field"`, 1),
	} {
		o := b.run("credential", "issue", "--type", "degree/1", "--claims", b.write("c.json", text), "--wallet", wallet)
		if o.exit != exitNotValid || strings.Contains(o.err, "519801") {
			t.Errorf("%s: exit %d, %s", name, o.exit, o.err)
		}
	}
	good := b.write("c.json", degreeClaims)
	b.mustFail(exitNotValid, "credential", "issue", "--type", "degree/1", "--claims", good, "--wallet", wallet, "--days", "40000")
	b.mustFail(exitNotAllowed, "credential", "issue", "--type", "degree/1", "--claims", good, "--wallet", wallet, "--org", "PoliceMSP")
	b.mustFail(exitNotFound, "credential", "issue", "--type", "driving/1", "--claims", good, "--wallet", wallet)
	b.mustFail(exitNotFound, "credential", "issue", "--type", "degree/1", "--claims", good, "--wallet", b.path("none.json"))
	b.mustFail(exitUsage, "credential", "issue", "--type", "degree/1", "--citizen", samples+"#1", "--wallet", wallet)
	if b.channel.block != before {
		t.Error("a refused credential was attested")
	}
}

func TestIssueMany(t *testing.T) {
	b := founded(t)
	var rows []applicant
	for i := range 5 {
		wallet := fmt.Sprintf("w%d.json", i)
		b.enrol(fmt.Sprint(i+1), wallet)
		var claims map[string]any
		if err := json.Unmarshal([]byte(degreeClaims), &claims); err != nil {
			t.Fatal(err)
		}
		rows = append(rows, applicant{wallet, claims})
	}
	file := func() string {
		text, err := json.Marshal(rows)
		if err != nil {
			t.Fatal(err)
		}
		return b.write("rows.json", string(text))
	}
	before := b.channel.block
	r := asJSON[issuedMany](b, "credential", "issue-many", "--type", "degree/1", file())
	if len(r.Credentials) != 5 || b.channel.block != before+1 {
		t.Errorf("%d credentials in %d blocks", len(r.Credentials), b.channel.block-before)
	}
	b.issuesOnce(r, file())
	b.mustRun("credential", "revoke", r.Credentials[3].String())
	rows[2].Claims["degree"] = "院士"
	if said := b.mustFail(exitNotValid, "credential", "issue-many", "--type", "degree/1", file()); !strings.Contains(said, "row 3: not valid: claims") {
		t.Errorf("the bad row is not named: %q", said)
	}
	rows[2] = rows[1]
	if said := b.mustFail(exitNotValid, "credential", "issue-many", "--type", "degree/1", file()); !strings.Contains(said, "row 3, column wallet: ") {
		t.Errorf("the bad row is not named: %q", said)
	}
	rows[2].Wallet = "none.json"
	if said := b.mustFail(exitNotFound, "credential", "issue-many", "--type", "degree/1", file()); !strings.Contains(said, "row 3, column wallet: ") {
		t.Errorf("the bad row is not named: %q", said)
	}
	rows = nil
	b.mustFail(exitNotValid, "credential", "issue-many", "--type", "degree/1", file())
}

// issuesOnce repeats an import: what was issued and still counts is recognised, what was revoked, claims something else, or has
// another period is issued.
func (b *bench) issuesOnce(first issuedMany, file string) {
	b.t.Helper()
	before := b.channel.block
	repeat := func(args ...string) issuedMany {
		b.t.Helper()
		return asJSON[issuedMany](b, append([]string{"credential", "issue-many", "--type", "degree/1", file}, args...)...)
	}
	if r := repeat(); b.channel.block != before || r.Already != 5 || !slices.Equal(r.Credentials, first.Credentials) || r.Receipt.Key != "" {
		b.t.Errorf("the repeat wrote %d blocks: %+v", b.channel.block-before, r)
	}
	if said := b.mustRun("credential", "issue-many", "--type", "degree/1", file); !strings.Contains(said, "5 were issued before") || strings.Contains(said, "issued 0") {
		b.t.Errorf("%q", said)
	}
	b.mustRun("credential", "revoke", first.Credentials[1].String())
	r := repeat()
	if r.Already != 4 || r.Credentials[0] != first.Credentials[0] || r.Credentials[1] == first.Credentials[1] {
		b.t.Errorf("after one was revoked: %+v", r)
	}
	if r := repeat(); r.Already != 5 {
		b.t.Errorf("and again: %+v", r)
	}
	if r := repeat("--days", "30"); r.Already != 0 {
		b.t.Errorf("for another period: %+v", r)
	}
	if r := repeat("--days", "30"); r.Already != 5 {
		b.t.Errorf("for that period again: %+v", r)
	}
	if r := repeat("--again"); r.Already != 0 {
		b.t.Errorf("anew: %+v", r)
	}
	b.mustRun("wallet", "rotate-key", "--wallet", b.path("w4.json"))
	b.later(2 * time.Second)
	if r := repeat(); r.Already != 4 || r.Credentials[4] == first.Credentials[4] {
		b.t.Errorf("bound to another key: %+v", r)
	}
}

func TestStatus(t *testing.T) {
	b := founded(t)
	digest := b.enrol("1", "w.json").String()
	b.mustFail(exitNotValid, "credential", "reinstate", digest)
	b.mustRun("credential", "suspend", digest)
	b.mustFail(exitNotValid, "credential", "suspend", digest)
	b.mustRun("credential", "reinstate", digest)
	b.mustFail(exitNotAllowed, "credential", "revoke", digest, "--org", "ServiceMSP")
	if said := b.mustFail(exitNotValid, "credential", "revoke", digest, "--reason", "because"); !strings.Contains(said, "--reason is one of key_compromise, ") {
		t.Errorf("%q does not name the reasons", said)
	}
	b.mustRun("credential", "revoke", "attestation/"+digest, "--reason", "holder_request")
	b.mustFail(exitNotValid, "credential", "reinstate", digest)
	b.mustFail(exitNotFound, "credential", "revoke", strings.Repeat("0", 64))
	b.mustFail(exitNotValid, "credential", "revoke", "0f3a")
	h := asJSON[historyView](b, "history", "attestation/"+digest, "--peer")
	if len(h.Versions) != 4 {
		t.Errorf("%d versions", len(h.Versions))
	}
	if out := b.mustRun("history", "attestation/"+digest, "--peer"); !strings.Contains(out, "revoked (holder_request)") {
		t.Errorf("%s", out)
	}
	b.mustFail(exitNotFound, "history", "attestation/"+strings.Repeat("0", 64), "--peer")
}

func TestRevokedIdentityMayBeMadeAnew(t *testing.T) {
	b := founded(t)
	b.enrol("1", "w.json")
	v := asJSON[walletView](b, "wallet", "list", "--wallet", b.path("w.json"))
	b.mustRun("wallet", "revoke", v.Subject.String(), "--reason", "issued_in_error")
	b.enrol("1", "again.json")
}

func TestHolderKeys(t *testing.T) {
	b := founded(t)
	b.enrol("1", "w.json")
	first := asJSON[keyChanged](b, "wallet", "rotate-key", "--wallet", b.path("w.json"))
	second := asJSON[keyChanged](b, "wallet", "rebind", "--wallet", b.path("w.json"), "--witness", "NotaryMSP")
	if first.Key == second.Key || !first.From.Before(second.From) || first.Unbound != 1 || second.Unbound != 1 {
		t.Errorf("%+v, %+v", first, second)
	}
	v := asJSON[walletView](b, "wallet", "list", "--wallet", b.path("w.json"))
	if len(v.Keys) != 3 || v.Keys[2].ID != second.Key || v.Credentials[0].Bound {
		t.Errorf("%+v", v)
	}
	if o := b.run("present", "--wallet", b.path("w.json"), "--claims", "name", "--nonce", "n", "--audience", "imi:ServiceMSP"); !strings.Contains(o.err, "was replaced") {
		t.Errorf("the holder is not told that the credential counts no more: exit %d, %q", o.exit, o.err)
	}
	b.mustFail(exitNotAllowed, "wallet", "rebind", "--wallet", b.path("w.json"), "--witness", "PoliceMSP")
	if got := asJSON[walletView](b, "wallet", "list", "--wallet", b.path("w.json")); len(got.Keys) != 3 {
		t.Errorf("a refused re-binding leaves %d keys", len(got.Keys))
	}
	b.mustRun("wallet", "rebind", "--wallet", b.path("new.json"), "--subject", v.Subject.String(), "--witness", "AuditMSP")
	if said := b.mustFail(exitNotAllowed, "wallet", "rotate-key", "--wallet", b.path("w.json")); !strings.Contains(said, "imi wallet rebind") {
		t.Errorf("whoever has a key that was replaced is told %q", said)
	}
	b.mustRun("credential", "issue", "--type", "identity/1", "--citizen", samples+"#1", "--wallet", b.path("new.json"))
	b.mustFail(exitConflict, "wallet", "rebind", "--wallet", b.path("new.json"), "--subject", v.Subject.String(), "--witness", "AuditMSP")
}

// TestHolderKeyUnknownOutcome: a key that may count is never lost, and the same command takes it up.
func TestHolderKeyUnknownOutcome(t *testing.T) {
	for name, lost := range map[string]failing{"written": lostAfter, "not written": lostBefore} {
		t.Run(name, func(t *testing.T) {
			b := founded(t)
			b.enrol("1", "w.json")
			b.channel.trouble = func(string) failing { return lost }
			b.mustFail(exitUnknown, "wallet", "rotate-key", "--wallet", b.path("w.json"))
			b.channel.trouble = nil
			changed := asJSON[keyChanged](b, "wallet", "rotate-key", "--wallet", b.path("w.json"))
			v := asJSON[walletView](b, "wallet", "list", "--wallet", b.path("w.json"))
			if last := v.Keys[len(v.Keys)-1].ID; last != changed.Key {
				t.Errorf("the wallet uses %s, the ledger %s", last, changed.Key)
			}
			b.mustRun("wallet", "rotate-key", "--wallet", b.path("w.json"))
		})
	}
}
