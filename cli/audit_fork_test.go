package cli

import (
	"crypto/ed25519"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/imi-ledger/imi/cli/keyfile"
	"github.com/imi-ledger/imi/cli/message"
	"github.com/imi-ledger/imi/evidence/answer"
	"github.com/imi-ledger/imi/evidence/head"
	"github.com/imi-ledger/imi/ledger"
)

// forkOf is the proof that PoliceMSP signed another head of block 7 than ServiceMSP.
func forkOf(t *testing.T) head.Fork {
	t.Helper()
	here := head.Head{Channel: "imi", Block: 7, BlockHash: ledger.DigestOf([]byte("7")), StateRoot: ledger.DigestOf([]byte("root"))}
	other := here
	other.StateRoot[3] ^= 1
	return head.Fork{Block: 7, Other: "PoliceMSP", Ours: signHead(t, here, "ServiceMSP"), Theirs: signHead(t, other, "PoliceMSP")}
}

func encodeForks(t *testing.T, forks ...head.Fork) string {
	t.Helper()
	text, err := json.Marshal(map[string][]head.Fork{"forks": append([]head.Fork{}, forks...)})
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// trustFile is a trust file with the head keys of organisations, in the order of their ids.
func (b *bench) trustFile(channel string, ids ...ledger.MSPID) string {
	b.t.Helper()
	trust := answer.Trust{Channel: channel, Threshold: 1}
	for _, id := range ids {
		key, err := ledger.NewPublicKey(headKey(id).Public())
		if err != nil {
			b.t.Fatal(err)
		}
		trust.Organisations = append(trust.Organisations, answer.Trusted{MSPID: id, HeadKeys: []ledger.PublicKey{key}})
	}
	text, err := trust.Encode()
	if err != nil {
		b.t.Fatal(err)
	}
	return b.write("trust-"+channel+".json", string(text))
}

func TestForkIsChecked(t *testing.T) {
	b := newBench(t)
	fork := forkOf(t)
	trust := b.trustFile("imi", "NotaryMSP", "PoliceMSP", "ServiceMSP")
	answered := b.write("forks.json", encodeForks(t, fork))
	_, list, _ := strings.Cut(encodeForks(t, fork), ":")
	kept := b.write("kept.json", strings.TrimSuffix(list, "}")+"\n")
	for _, file := range []string{answered, kept} {
		v := asJSON[forksView](b, "audit", "fork", file, "--trust", trust)
		if len(v.Forks) != 1 || !v.Forks[0].Proved || v.Forks[0].Block != 7 || joined(v.Forks[0].Sides[0].Organisations) != "ServiceMSP" ||
			joined(v.Forks[0].Sides[1].Organisations) != "PoliceMSP" || v.Keys.From != fromTrust {
			t.Errorf("%+v", v)
		}
	}
	inBoth(t, func(t *testing.T, language message.Language) {
		out := b.mustRun("--lang", string(language), "audit", "fork", answered, "--trust", trust)
		want := map[message.Language]string{message.English: "FORK PROVED at block 7: ServiceMSP and PoliceMSP signed", message.Chinese: "分叉属实，区块 7：ServiceMSP 与 PoliceMSP 签署"}[language]
		if !strings.HasPrefix(out, want) || !strings.Contains(out, "2026-11-23T10:00:00Z") {
			t.Errorf("%s", out)
		}
	})
	if b.stdin = encodeForks(t, fork, fork); len(asJSON[forksView](b, "audit", "fork", "-", "--trust", trust).Forks) != 2 {
		t.Error("not every proof is checked")
	}
}

func TestForksThatProveNothing(t *testing.T) {
	b := newBench(t)
	trust := b.trustFile("imi", "NotaryMSP", "PoliceMSP", "ServiceMSP")
	good := forkOf(t)
	equal, blamed, nobodys := good, good, good
	equal.Theirs = signHead(t, head.Head{Channel: "imi", Block: 7, BlockHash: ledger.DigestOf([]byte("7")), StateRoot: ledger.DigestOf([]byte("root"))}, "PoliceMSP")
	blamed.Other = "NotaryMSP"
	nobodys.Ours = strings.Replace(good.Ours, "ServiceMSP", "NotaryMSP", 1)
	for why, fork := range map[string]head.Fork{"两个首部相同": equal, "所指机构没有签署第二个首部": blamed, "此首部没有信任登记簿中机构的签名": nobodys} {
		o := b.run("--lang", "zh", "audit", "fork", b.write("f.json", encodeForks(t, good, fork)), "--trust", trust)
		if o.exit != exitNotValid || !strings.Contains(o.out, "不成立") || !strings.Contains(o.out, why) || !strings.Contains(o.out, "分叉属实") {
			t.Errorf("%s: exit %d, %s%s", why, o.exit, o.out, o.err)
		}
	}
	file := b.write("f.json", encodeForks(t, good))
	if o := b.run("audit", "fork", file, "--trust", b.trustFile("other", "PoliceMSP", "ServiceMSP")); o.exit != exitNotValid || !strings.Contains(o.out, "another channel") {
		t.Errorf("another channel: exit %d, %s%s", o.exit, o.out, o.err)
	}
	b.mustFail(exitNotFound, "audit", "fork", b.write("none.json", encodeForks(t)), "--trust", trust)
	b.mustFail(exitNotFound, "audit", "fork", b.path("nowhere"), "--trust", trust)
	for _, text := range []string{"", "{}", "[1]", `{"forks":[],"more":1}`, encodeForks(t, good) + "x"} {
		b.mustFail(exitNotValid, "audit", "fork", b.write("bad.json", text), "--trust", trust)
	}
	b.mustFail(exitNotValid, "audit", "fork", file, "--trust", file)
}

// TestForksOfAGateway asks a gateway, and takes the keys from the trust registry.
func TestForksOfAGateway(t *testing.T) {
	b := founded(t)
	forks := []head.Fork{}
	server := httptest.NewServer(&fakeGateway{t: t, answered: func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/v1/forks" {
			t.Errorf("asked %s", r.URL.Path)
		}
		_, _ = w.Write([]byte(encodeForks(t, forks...)))
	}})
	defer server.Close()
	b.gateway = server.URL
	b.mustFail(exitNotFound, "audit", "fork")
	here := head.Head{Channel: "imi", Block: 7}
	other := here
	other.BlockHash[0] = 1
	forks = append(forks, head.Fork{Block: 7, Other: "PoliceMSP", Ours: b.signHead(here, "ServiceMSP"), Theirs: b.signHead(other, "PoliceMSP")})
	if v := asJSON[forksView](b, "audit", "fork"); len(v.Forks) != 1 || !v.Forks[0].Proved || v.Keys.From != fromNetwork || v.Forks[0].From != server.URL {
		t.Errorf("%+v", v)
	}
	forks = append(forks, forkOf(t)) // signed with keys that are in no registry
	if o := b.run("audit", "fork"); o.exit != exitNotValid || !strings.Contains(o.out, "NO PROOF about block 7") {
		t.Errorf("exit %d, %s%s", o.exit, o.out, o.err)
	}
	b.gateway = "http://127.0.0.1:1"
	b.mustFail(exitUnknown, "audit", "fork")
}

// signHead signs with the head key of an organisation of the bench.
func (b *bench) signHead(h head.Head, id ledger.MSPID) string {
	b.t.Helper()
	key, err := keyfile.LoadSigner(filepath.Join(b.dir, "organisations", string(id), keyfile.Head))
	if err != nil {
		b.t.Fatal(err)
	}
	note, err := head.Sign(h, head.NewSigner(id, key.(ed25519.PrivateKey), func() time.Time { return b.now }))
	if err != nil {
		b.t.Fatal(err)
	}
	return note
}
