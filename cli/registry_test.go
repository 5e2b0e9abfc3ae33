package cli

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/imi-ledger/imi/cli/keyfile"
	"github.com/imi-ledger/imi/cli/message"
	"github.com/imi-ledger/imi/ledger"
)

func TestFound(t *testing.T) {
	b := founded(t)
	list := asJSON[organisationTable](b, "org", "list")
	if len(list.Organisations) != 4 {
		t.Fatalf("%d organisations", len(list.Organisations))
	}
	at := ledger.At(b.now)
	for _, o := range list.Organisations {
		if len(o.SigningKeys) != 1 || len(o.HeadKeys) != 1 {
			t.Errorf("%s has %d signing and %d head keys", o.MSPID, len(o.SigningKeys), len(o.HeadKeys))
		}
		if o.MSPID == "PoliceMSP" && (!o.AccreditedAt(ledger.Enroller, "", at) || !o.AccreditedAt(ledger.Issuer, "identity/1", at)) {
			t.Error("PoliceMSP must enrol and issue identity/1")
		}
	}
	for _, name := range []string{"organisations/PoliceMSP/" + keyfile.Signing, "organisations/PoliceMSP/" + keyfile.Enrolment, "organisations/AuditMSP/" + keyfile.Head} {
		if info, err := os.Stat(b.path(name)); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s must have mode 0600: %v", name, err)
		}
	}
	block := b.channel.block
	b.mustRun("org", "found")
	if b.channel.block != block {
		t.Error("founding twice writes something")
	}
}

// TestFoundInterrupted breaks off after each of the five transactions and carries on.
func TestFoundInterrupted(t *testing.T) {
	for after := range 4 {
		b := newBench(t)
		left := after
		b.channel.trouble = func(string) failing {
			left--
			if left < 0 {
				return away
			}
			return noTrouble
		}
		b.mustFail(exitUnknown, "org", "found")
		b.channel.trouble = nil
		b.mustRun("org", "found")
		if list := asJSON[organisationTable](b, "org", "list"); len(list.Organisations) != 4 {
			t.Errorf("after %d: %d organisations", after, len(list.Organisations))
		}
		if p := asJSON[proposalTable](b, "org", "proposals"); len(p.Proposals) != 1 {
			t.Errorf("after %d: %d proposals", after, len(p.Proposals))
		}
	}
}

func TestNotFounded(t *testing.T) {
	b := newBench(t)
	for _, args := range [][]string{{"org", "list"}, {"enrol", "--citizen", samples + "#1", "--wallet", b.path("w.json")}} {
		if said := b.mustFail(exitNotFound, args...); !strings.Contains(said, "imi org found") {
			t.Errorf("%q does not say how to found", said)
		}
	}
}

func TestTextOfRegistry(t *testing.T) {
	b := founded(t)
	for _, args := range [][]string{{"org", "list"}, {"org", "show", "PoliceMSP"}, {"org", "proposals"}, {"type", "list"}, {"type", "show", "identity/1"}} {
		inBoth(t, func(t *testing.T, language message.Language) {
			out := b.mustRun(append([]string{"--lang", string(language)}, args...)...)
			if strings.Contains(out, "%!") || len(out) < 100 {
				t.Errorf("imi %v prints %q", args, out)
			}
		})
	}
}

func TestRotateOrganisationKey(t *testing.T) {
	b := founded(t)
	old := b.enrol("1", "w.json")
	b.later(time.Minute)
	p := asJSON[proposed](b, "org", "rotate-key", "PoliceMSP")
	before := b.channel.block
	if said := b.mustFail(exitConflict, "org", "rotate-key", "PoliceMSP"); !strings.Contains(said, "imi org approve "+p.ID.String()) || b.channel.block != before {
		t.Errorf("a second proposal while the first is open: %q", said)
	}
	b.mustFail(exitNotAllowed, "org", "approve", p.ID.String(), "--org", "PoliceMSP")
	b.enrol("2", "w2.json") // the old key counts until the approval
	b.later(time.Minute)
	if a := asJSON[approved](b, "org", "approve", p.ID.String(), "--org", "AuditMSP"); !a.Applied {
		t.Fatal("two organisations suffice")
	}
	b.later(time.Minute)
	b.enrol("3", "w3.json") // with the new key, taken into use by itself
	b.mustRun("credential", "suspend", old.String())
	if exists(b.path("organisations/PoliceMSP/" + keyfile.NextSigning)) {
		t.Error("the next key is still waiting")
	}
	again := asJSON[proposed](b, "org", "rotate-key", "PoliceMSP") // the first is carried out
	if open := asJSON[proposalTable](b, "org", "proposals"); again.ID == p.ID || len(open.Outdated) != 0 {
		t.Errorf("%+v", open.Outdated)
	}
}

// TestOutdatedProposal: of two proposals for one organisation, the first that is approved leaves the other behind.
func TestOutdatedProposal(t *testing.T) {
	b := founded(t)
	b.later(time.Minute)
	rotation := asJSON[proposed](b, "org", "rotate-key", "NotaryMSP")
	title := asJSON[proposed](b, "org", "accredit", "NotaryMSP", "notary", "--withdraw")
	b.later(time.Minute)
	b.mustRun("org", "approve", title.ID.String(), "--org", "PoliceMSP")
	if list := asJSON[proposalTable](b, "org", "proposals"); !slices.Equal(list.Outdated, []ledger.ID{rotation.ID}) {
		t.Errorf("outdated: %v, want %v", list.Outdated, rotation.ID)
	}
	if text := b.mustRun("org", "proposals"); !strings.Contains(text, "outdated") {
		t.Errorf("%s", text)
	}
	b.mustFail(exitConflict, "org", "approve", rotation.ID.String(), "--org", "PoliceMSP")
	again := asJSON[proposed](b, "org", "rotate-key", "NotaryMSP") // in place of the outdated one
	b.later(time.Minute)
	b.mustRun("org", "approve", again.ID.String(), "--org", "PoliceMSP")
}

func TestAccredit(t *testing.T) {
	b := founded(t)
	b.mustFail(exitConflict, "org", "accredit", "NotaryMSP", "notary")
	b.mustFail(exitConflict, "org", "accredit", "NotaryMSP", "enroller", "--withdraw")
	p := asJSON[proposed](b, "org", "accredit", "NotaryMSP", "notary", "--withdraw")
	b.later(time.Minute)
	b.mustRun("org", "approve", p.ID.String(), "--org", "PoliceMSP")
	b.later(time.Minute)
	file := b.write("d.txt", "text")
	b.mustRun("document", "register", file, "--kind", "attachment")
	b.mustFail(exitNotAllowed, "notarise", file)
}

func TestProposeFromFile(t *testing.T) {
	b := founded(t)
	record := asJSON[ledger.Organisation](b, "org", "show", "AuditMSP")
	record.Sequence++
	record.Title.En = "Office of audit"
	text, err := json.Marshal(map[string]any{"organisations": []any{record}})
	if err != nil {
		t.Fatal(err)
	}
	p := asJSON[proposed](b, "org", "propose", b.write("changes.json", string(text)))
	b.mustRun("org", "approve", p.ID.String(), "--org", "NotaryMSP")
	if got := asJSON[ledger.Organisation](b, "org", "show", "AuditMSP"); got.Title.En != "Office of audit" {
		t.Errorf("title %q", got.Title.En)
	}
	b.mustFail(exitNotValid, "org", "propose", b.write("changes.json", `{"organisation":[]}`))
	b.mustFail(exitUsage, "org", "approve", p.ID.String())
}

func TestAddType(t *testing.T) {
	b := founded(t)
	text, err := os.ReadFile("../testdata/types/residence.json")
	if err != nil {
		t.Fatal(err)
	}
	file := b.write("new.json", strings.Replace(string(text), `"version": 1`, `"version": 2`, 1))
	p := asJSON[proposed](b, "type", "add", file)
	b.later(time.Minute)
	b.mustRun("org", "approve", p.ID.String(), "--org", "AuditMSP")
	b.mustRun("type", "show", "residence/2")
	b.mustFail(exitConflict, "type", "add", file)
	b.mustFail(exitNotValid, "type", "add", b.write("bad.json", "{}"))
}
