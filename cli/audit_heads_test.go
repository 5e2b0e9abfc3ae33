package cli

import (
	"crypto/ed25519"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/imi-ledger/imi/evidence/answer"
	"github.com/imi-ledger/imi/evidence/audit"
	"github.com/imi-ledger/imi/evidence/head"
	"github.com/imi-ledger/imi/ledger"
)

// headHour is when heads in these tests are signed.
var headHour = time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)

func headKey(id ledger.MSPID) ed25519.PrivateKey {
	return ed25519.NewKeyFromSeed([]byte((string(id) + strings.Repeat("-", ed25519.SeedSize))[:ed25519.SeedSize]))
}

func signHead(t *testing.T, h head.Head, ids ...ledger.MSPID) string {
	t.Helper()
	var notes []string
	for _, id := range ids {
		note, err := head.Sign(h, head.NewSigner(id, headKey(id), func() time.Time { return headHour }))
		if err != nil {
			t.Fatal(err)
		}
		notes = append(notes, note)
	}
	merged, err := head.Merge(notes...)
	if err != nil {
		t.Fatal(err)
	}
	return merged
}

// headRegistry is a trust registry of organisations with head keys from one time until another.
func headRegistry(t *testing.T, from, until time.Time, ids ...ledger.MSPID) []ledger.Organisation {
	t.Helper()
	var all []ledger.Organisation
	for _, id := range ids {
		key, err := ledger.NewPublicKey(headKey(id).Public())
		if err != nil {
			t.Fatal(err)
		}
		o := ledger.NewOrganisation(id, ledger.Title{})
		o.HeadKeys = []ledger.RegisteredKey{{Key: key, Period: ledger.Period{From: ledger.At(from), Until: ledger.At(until)}}}
		all = append(all, o)
	}
	return all
}

// oneBlock is an audit up to a block of which alone there are heads.
type oneBlock struct {
	block    audit.Block
	registry []ledger.Organisation
}

func (o oneBlock) Organisations() []ledger.Organisation { return o.registry }
func (o oneBlock) Next() uint64                         { return o.block.Number + 1 }
func (o oneBlock) At(number uint64) (audit.Block, bool) { return o.block, number == o.block.Number }

func TestHeadsAreCompared(t *testing.T) {
	ids := []ledger.MSPID{"AuditMSP", "NotaryMSP", "PoliceMSP", "ServiceMSP"}
	registry := headRegistry(t, headHour.Add(-time.Hour), headHour.Add(time.Hour), ids...)
	here := head.Head{Channel: "imi", Block: 7, BlockHash: ledger.DigestOf([]byte("7")), StateRoot: ledger.DigestOf([]byte("root"))}
	other, later, elsewhere := here, here, here
	other.StateRoot[3] ^= 1
	later.Block = 9
	elsewhere.Channel = "other"
	for name, c := range map[string]struct {
		note     string
		given    bool
		registry []ledger.Organisation
		findings int
		compared int
		lacking  bool
	}{
		"equal":                   {note: signHead(t, here, ids...), registry: registry, compared: 1},
		"too few":                 {note: signHead(t, here, ids[:2]...), registry: registry, compared: 1, lacking: true},
		"another state":           {note: signHead(t, other, ids[0]), registry: registry, findings: 1, compared: 1, lacking: true},
		"another channel":         {note: signHead(t, elsewhere, ids...), registry: registry, findings: 1, compared: 1, lacking: true},
		"nobody's":                {note: signHead(t, other, "MalloryMSP"), registry: registry, lacking: true},
		"somebody's beside":       {note: signHead(t, other, "AuditMSP", "MalloryMSP"), registry: registry, lacking: true},
		"newer, of a gateway":     {note: signHead(t, later, ids...), registry: registry, lacking: true},
		"newer, of the auditor":   {note: signHead(t, later, ids...), given: true, registry: registry, findings: 1, lacking: true},
		"key of another time":     {note: signHead(t, here, ids...), registry: headRegistry(t, headHour.Add(time.Hour), headHour.Add(2*time.Hour), ids...), lacking: true},
		"key that counted then":   {note: signHead(t, here, ids...), registry: headRegistry(t, headHour.Add(-time.Hour), headHour.Add(time.Minute), ids...), compared: 1},
		"nobody can sign one yet": {note: signHead(t, here, ids...), registry: nil, lacking: true}, // somebody did: the blocks end too early
	} {
		t.Run(name, func(t *testing.T) {
			h := &headCheck{required: true}
			if err := h.add(signedNote{from: "somebody", text: c.note, given: c.given}); err != nil {
				t.Fatal(err)
			}
			found := h.compare(oneBlock{audit.Block{Number: 7, Hash: here.BlockHash, StateRoot: here.StateRoot}, c.registry}, "imi")
			if len(found) != c.findings || len(h.Compared) != c.compared || h.lacking() != c.lacking {
				t.Errorf("findings %v, compared %+v, passed %+v, lacking %v", found, h.Compared, h.Passed, h.lacking())
			}
		})
	}
}

// TestCopiesOfAHeadAreOne puts the signatures of several gateways together.
func TestCopiesOfAHeadAreOne(t *testing.T) {
	ids := []ledger.MSPID{"AuditMSP", "NotaryMSP", "PoliceMSP"}
	here := head.Head{Channel: "imi", Block: 7}
	h := &headCheck{required: true}
	for _, id := range ids {
		if err := h.add(signedNote{from: string(id), text: signHead(t, here, id)}); err != nil {
			t.Fatal(err)
		}
	}
	found := h.compare(oneBlock{audit.Block{Number: 7}, headRegistry(t, headHour, headHour.Add(time.Hour), ids...)}, "imi")
	if len(found) != 0 || len(h.Compared) != 1 || !slices.Equal(h.Compared[0].Organisations, ids) || len(h.Compared[0].From) != 3 || h.lacking() {
		t.Errorf("%v %+v", found, h.Compared)
	}
}

// TestOldHeadsOfGatewaysAreNotEnough has a gateway show a head that everybody signed long ago, equal to where a peer that holds
// blocks back ends.
func TestOldHeadsOfGatewaysAreNotEnough(t *testing.T) {
	ids := []ledger.MSPID{"AuditMSP", "NotaryMSP", "PoliceMSP"}
	here := head.Head{Channel: "imi", Block: 7}
	for _, c := range []struct {
		fetched time.Time
		lacking bool
	}{
		{headHour, false}, {headHour.Add(recentSignature), false}, {headHour.Add(-recentSignature), false}, {time.Time{}, false},
		{headHour.Add(recentSignature + time.Second), true}, {headHour.Add(-recentSignature - time.Second), true},
	} {
		h := &headCheck{required: true, fetched: c.fetched}
		if err := h.add(signedNote{from: "somebody", text: signHead(t, here, ids...)}); err != nil {
			t.Fatal(err)
		}
		found := h.compare(oneBlock{audit.Block{Number: 7}, headRegistry(t, headHour, headHour.Add(time.Hour), ids...)}, "imi")
		if len(found) != 0 || h.lacking() != c.lacking || h.Compared[0].Signed != ledger.At(headHour) {
			t.Errorf("asked at %v: %v %+v, lacking %t", c.fetched, found, h.Compared, h.lacking())
		}
	}
}

// TestAuditAsksForHeads audits a captured ledger, of which nobody here can sign a head.
func TestAuditAsksForHeads(t *testing.T) {
	b, file, genesis := withLedger(t, "bft")
	path := b.write("l.blocks", string(file))
	b.mustFail(exitNotValid, "audit", "run", "--file", path, "--genesis", genesis, "--heads", b.write("h", "imi/imi\nnonsense\n"))
	b.mustFail(exitNotFound, "audit", "run", "--file", path, "--genesis", genesis, "--heads", b.path("none"))
	const nobodys = "no organisation of the trust registry signed this head"
	first := signHead(t, head.Head{Channel: "imi", Block: 44}, "MalloryMSP")
	second := signHead(t, head.Head{Channel: "imi", Block: 3}, "MalloryMSP")
	o := b.run("audit", "run", "--file", path, "--genesis", genesis, "--heads", b.write("h", first+second), "--heads", b.write("h2", first))
	if o.exit != exitUnknown || strings.Count(o.out, nobodys) != 2 {
		t.Errorf("exit %d, %s%s", o.exit, o.out, o.err)
	}
	asked := []string{}
	server := httptest.NewServer(&fakeGateway{t: t, answered: func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.URL.Path)
		_, _ = w.Write([]byte(first))
	}})
	defer server.Close()
	b.gateway = server.URL
	if o := b.run("audit", "run", "--genesis", genesis); o.exit != exitUnknown || !slices.Equal(asked, []string{"/v1/head"}) || !strings.Contains(o.out, nobodys) {
		t.Errorf("exit %d, asked %v, %s%s", o.exit, asked, o.out, o.err)
	}
}

// TestCutBeforeTheRegistryLacksHeads has blocks that end before anybody got a head key, and heads of later ones: that these
// cannot be opened must not make them count for nothing.
func TestCutBeforeTheRegistryLacksHeads(t *testing.T) {
	for name, c := range map[string]struct {
		check headCheck
		want  bool
	}{
		"no heads anywhere":     {headCheck{required: true}, false},
		"heads nobody can open": {headCheck{required: true, notes: make([]signedNote, 1)}, true},
		"heads not asked for":   {headCheck{notes: make([]signedNote, 1)}, false},
	} {
		if c.check.lacking() != c.want {
			t.Errorf("%s: lacking is %t", name, !c.want)
		}
	}
}

// TestClosedHeadKeysLowerNoThreshold has two of four organisations close the head keys of the other two.
func TestClosedHeadKeysLowerNoThreshold(t *testing.T) {
	open := headRegistry(t, headHour, headHour.Add(time.Hour), "AuditMSP", "NotaryMSP")
	closed := headRegistry(t, headHour.Add(-time.Hour), headHour, "PoliceMSP", "ServiceMSP")
	keyless := ledger.NewOrganisation("TaxMSP", ledger.Title{})
	trusted, threshold := trustedOf(slices.Concat(closed, open, []ledger.Organisation{keyless}), ledger.At(headHour))
	if threshold != 3 || len(trusted) != 5 || len(trusted[0].HeadKeys) != 1 || len(trusted[2].HeadKeys) != 0 {
		t.Errorf("threshold %d of %+v", threshold, trusted)
	}
	if _, threshold := trustedOf(closed, ledger.At(headHour)); threshold != 0 {
		t.Errorf("threshold %d where nobody can sign", threshold)
	}
}

// TestCopiedHeadKeysAreLeftOut has an organisation register the head key of another as its own.
func TestCopiedHeadKeysAreLeftOut(t *testing.T) {
	registry := headRegistry(t, headHour, headHour.Add(time.Hour), "AuditMSP", "NotaryMSP")
	victim := headRegistry(t, headHour.Add(-time.Hour), headHour.Add(time.Hour), "PoliceMSP")[0]
	registry[0].HeadKeys = append(registry[0].HeadKeys, victim.HeadKeys[0])
	registry[0].HeadKeys[1].From = ledger.At(headHour)
	trusted, threshold := trustedOf(append(registry, victim), ledger.At(headHour))
	if _, err := (answer.Trust{Channel: "imi", Organisations: trusted, Threshold: threshold}).Encode(); err != nil {
		t.Fatal(err)
	}
	if len(trusted[0].HeadKeys) != 1 || trusted[0].HeadKeys[0] == victim.HeadKeys[0].Key || len(trusted[2].HeadKeys) != 1 {
		t.Errorf("%+v", trusted)
	}
}
