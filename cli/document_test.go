package cli

import (
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/imi-ledger/imi/ledger"
)

func TestRegister(t *testing.T) {
	b := founded(t)
	file := b.write("学位 证书.pdf", "content")
	r := asJSON[registered](b, "document", "register", file, "--kind", "degree-certificate")
	if r.Commitment != r.Digest || r.Registrar != "ServiceMSP" {
		t.Errorf("%+v", r)
	}
	if out := b.mustRun("document", "hash", file); strings.TrimSpace(out) != r.Digest.String() {
		t.Errorf("hash prints %q", out)
	}
	b.mustRun("document", "show", r.Commitment.String())
	b.later(time.Minute)
	before := b.channel.block
	if again := asJSON[registered](b, "document", "register", file, "--kind", "degree-certificate"); !again.Before || b.channel.block != before {
		t.Errorf("a repeat must be harmless: %+v", again)
	}
	b.mustFail(exitConflict, "document", "register", file, "--kind", "licence")
	b.mustFail(exitNotAllowed, "document", "register", b.write("x", "x"), "--kind", "passport")
	b.mustFail(exitNotFound, "document", "register", b.path("none"), "--kind", "degree-certificate")
	b.mustFail(exitNotValid, "document", "register", b.dir, "--kind", "degree-certificate")
	next := asJSON[registered](b, "document", "register", b.write("y", "y"), "--kind", "degree-certificate", "--supersedes", r.Commitment.String())
	b.mustFail(exitNotValid, "document", "revoke", r.Commitment.String())
	b.mustRun("document", "revoke", next.Commitment.String())
	b.stdin = "from standard input"
	b.mustRun("document", "register", "-", "--kind", "attachment")
}

func TestRegisterSalted(t *testing.T) {
	b := founded(t)
	file := b.write("m.pdf", "content")
	r := asJSON[registered](b, "document", "register", file, "--kind", "marriage-certificate", "--salted")
	if r.Commitment == r.Digest || r.ReceiptFile != file+".receipt.json" {
		t.Errorf("%+v", r)
	}
	if info, err := os.Stat(r.ReceiptFile); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the receipt must have mode 0600: %v", err)
	}
	if again := asJSON[registered](b, "document", "register", file, "--kind", "marriage-certificate", "--salted"); !again.Before || again.Commitment != r.Commitment {
		t.Errorf("a repeat must be harmless: %+v", again)
	}
	b.mustFail(exitConflict, "document", "register", b.write("other.pdf", "other"), "--kind", "marriage-certificate", "--salted", "--receipt", r.ReceiptFile)
	n := asJSON[notarised](b, "notarise", file, "--receipt", r.ReceiptFile)
	if n.Document != r.Commitment {
		t.Errorf("notarised %v, registered %v", n.Document, r.Commitment)
	}
	b.mustFail(exitNotFound, "notarise", file)
}

func TestNotarise(t *testing.T) {
	b := founded(t)
	file := b.write("d.pdf", "content")
	r := asJSON[registered](b, "document", "register", file, "--kind", "degree-certificate")
	b.stdin = "(2026) 云证字第 318 号\n"
	n := asJSON[notarised](b, "notarise", "--commitment", r.Commitment.String(), "--number", "-", "--certificate", b.path("c.json"))
	if n.Number != "(2026) 云证字第 318 号" || n.Notary != "NotaryMSP" || !exists(b.path("c.json")) {
		t.Errorf("%+v", n)
	}
	for key, s := range b.channel.state {
		if strings.Contains(string(s.record), "云证字") || strings.Contains(string(s.record), n.Salt.String()) {
			t.Errorf("%s holds the number or the salt", key)
		}
	}
	b.mustFail(exitConflict, "notarise", file, "--certificate", b.path("c.json"))
	if said := b.mustFail(exitNotFound, "notarise", b.write("unregistered", "x"), "--certificate", b.path("none.json")); !strings.Contains(said, "document register") || exists(b.path("none.json")) {
		t.Errorf("%s; there must be no certificate", said)
	}
	b.mustFail(exitUsage, "notarise", file, "--days", "0")
	b.mustFail(exitUsage, "notarise")
	b.stdin = "two\nlines"
	b.mustFail(exitNotValid, "notarise", file, "--number", "-")
	b.mustRun("notarise", "revoke", n.ID.String(), "--reason", "issued_in_error")
	b.mustRun("notarise", file)
	b.mustFail(exitNotAllowed, "notarise", file, "--org", "ServiceMSP")
}

// TestNotariseUnknownOutcome: the salt of a notarisation that may count is never lost, and the same command takes it up.
func TestNotariseUnknownOutcome(t *testing.T) {
	for name, lost := range map[string]failing{"written": lostAfter, "not written": lostBefore} {
		t.Run(name, func(t *testing.T) {
			b := founded(t)
			file := b.write("d.pdf", "content")
			b.mustRun("document", "register", file, "--kind", "degree-certificate")
			b.channel.trouble = func(string) failing { return lost }
			if said := b.mustFail(exitUnknown, "notarise", file); !strings.Contains(said, "salt ") {
				t.Errorf("the salt is lost: %s", said)
			}
			b.mustFail(exitUnknown, "notarise", file, "--certificate", b.path("c.json"))
			var kept notarised
			text, err := os.ReadFile(b.path("c.json"))
			if err := errors.Join(err, json.Unmarshal(text, &kept)); err != nil {
				t.Fatal(err)
			}
			b.channel.trouble = nil
			b.later(time.Minute)
			n := asJSON[notarised](b, "notarise", file, "--certificate", b.path("c.json"))
			if n.ID != kept.ID || n.Salt != kept.Salt || n.Number != kept.Number {
				t.Errorf("%+v, and %+v before", n, kept)
			}
			record := b.channel.state[ledger.NotarisationKey(n.ID)]
			if want := ledger.CertificateCommitment(n.Salt, n.Number); !strings.Contains(string(record.record), want.String()) {
				t.Error("the certificate does not open what is recorded")
			}
			b.mustFail(exitConflict, "notarise", file, "--certificate", b.path("c.json"))
		})
	}
}

func TestRegisterMany(t *testing.T) {
	b := founded(t)
	for _, name := range []string{"一.pdf", "two words.pdf", "three"} {
		b.write(name, name)
	}
	list := b.write("list.csv", "\ufefffile,kind\r\n一.pdf,licence\r\n\"two words.pdf\",contract\r\nthree,licence\r\nthree,licence\r\n")
	before := b.channel.block
	r := asJSON[registeredMany](b, "document", "register-many", "--list", list)
	if r.Registered != 3 || r.Before != 1 || b.channel.block != before+1 {
		t.Errorf("%+v in %d blocks", r, b.channel.block-before)
	}
	b.later(time.Minute)
	if again := asJSON[registeredMany](b, "document", "register-many", "--list", list); again.Registered != 0 || b.channel.block != before+1 {
		t.Errorf("a repeat must be harmless: %+v", again)
	}
	b.mustRun("document", "register-many", "--kind", "attachment", b.write("a", "a"), b.write("b", "b"))
}

func TestRegisterManyRefused(t *testing.T) {
	b := founded(t)
	b.write("a", "a")
	b.mustRun("document", "register", b.write("known", "known"), "--kind", "contract")
	before := b.channel.block
	for name, c := range map[string]struct {
		list string
		exit int
		says string
	}{
		"no heading":   {"a,licence\n", exitNotValid, "file,kind"},
		"one column":   {"file,kind\na,licence\na\n", exitNotValid, "row 3: malformed: list"},
		"first kind":   {"file,kind\na,passport\n", exitNotAllowed, "row 2, column kind: none of the organisations"},
		"other kind":   {"file,kind\n\na,licence\nlist.csv,passport\n", exitNotAllowed, "row 4, column kind: not allowed: ServiceMSP must be"},
		"bad kind":     {"file,kind\na,licence\nlist.csv,No Kind\n", exitNotValid, "row 3, column kind: not valid: a code is"},
		"registered":   {"file,kind\na,licence\na,licence\nknown,licence\n", exitConflict, "row 4, column file: conflict"},
		"missing file": {"file,kind\na,licence\nnone,licence\n", exitNotFound, "row 3, column file: there is no file"},
		"GB 18030":     {"file,kind\na,licence\n\xce\xc4.pdf,licence\n", exitNotValid, "row 3: malformed: must be UTF-8; GB 18030"},
		"UTF-16":       {"\xff\xfef\x00i\x00", exitNotValid, "this is UTF-16"},
		"no name":      {"file,kind\n,licence\n", exitNotValid, "row 2, column file: malformed: list: must name a file"},
		"open quote":   {"file,kind\n\"a", exitNotValid, "row 2: malformed"},
		"empty":        {"file,kind\n", exitNotValid, "no row to import"},
		"too many":     {"file,kind\n" + strings.Repeat("a,licence\n", 1001), exitNotValid, "at most 1000 rows"},
	} {
		if said := b.mustFail(c.exit, "document", "register-many", "--list", b.write("list.csv", c.list)); !strings.Contains(said, c.says) {
			t.Errorf("%s: %q", name, said)
		}
	}
	if b.channel.block != before {
		t.Error("a refused import was written in part")
	}
	o := b.run("document", "register-many", "--list", b.write("list.csv", "file,kind\nnone,licence\n"), "-o", "json")
	if text := compact(t, o.out); !strings.Contains(text, `"row":2,"column":"file"`) {
		t.Errorf("programs are told %s", text)
	}
	if o := b.run("--lang", "zh", "document", "register", b.path("a"), "--kind", "passport"); !strings.Contains(o.err, "没有任何机构有此权限：登记文件 passport") {
		t.Errorf("%s", o.err)
	}
	if o := b.run("--lang", "zh", "document", "register-many", "--kind", "licence", b.path("a"), b.path("none")); !strings.HasPrefix(o.err, "imi: 第 2 行 file 列：没有文件") {
		t.Errorf("%s", o.err)
	}
}
