package cli

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/imi-ledger/imi/cli/inquiry"
	"github.com/imi-ledger/imi/cli/message"
	"github.com/imi-ledger/imi/evidence/credential"
)

// fakeGateway answers like a gateway: nonces that serve once, findings as told, blocks that arrive late.
type fakeGateway struct {
	t        *testing.T
	finding  inquiry.Finding
	asked    inquiry.Verification
	missing  atomic.Int32 // how many times a block is not there yet
	answered http.HandlerFunc
}

func (g *fakeGateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	answer := func(status int, value any) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		if err := json.NewEncoder(w).Encode(value); err != nil {
			g.t.Error(err)
		}
	}
	problem := func(status int, code string) {
		answer(status, map[string]any{"code": code, "detail": "no such thing", "field": "path"})
	}
	switch {
	case g.answered != nil:
		g.answered(w, r)
	case r.Method == http.MethodPost && r.Header.Get("Content-Type") != "application/json":
		problem(http.StatusUnsupportedMediaType, "malformed")
	case r.URL.Path == "/v1/nonces":
		answer(http.StatusCreated, inquiry.Nonce{Nonce: "bm9uY2U", Audience: "imi:ServiceMSP"})
	case r.URL.Path == "/v1/verifications":
		decoder := json.NewDecoder(r.Body)
		decoder.DisallowUnknownFields()
		g.asked = inquiry.Verification{}
		if err := decoder.Decode(&g.asked); err != nil {
			problem(http.StatusBadRequest, "malformed")
			return
		}
		answer(http.StatusOK, g.finding)
	case strings.HasPrefix(r.URL.Path, "/v1/blocks/"):
		if g.missing.Add(-1) >= 0 {
			problem(http.StatusNotFound, "not_found")
			return
		}
		answer(http.StatusOK, map[string]any{})
	default:
		problem(http.StatusNotFound, "not_found")
	}
}

func withGateway(t *testing.T) (*bench, *fakeGateway) {
	b, g := founded(t), &fakeGateway{t: t}
	server := httptest.NewServer(g)
	t.Cleanup(server.Close)
	b.gateway = server.URL
	return b, g
}

func TestPresentAndVerify(t *testing.T) {
	b, g := withGateway(t)
	b.enrol("1", "w.json")
	request, presentation := b.path("request.json"), b.path("p.txt")
	b.mustRun("nonce", "--out", request)
	b.mustRun("present", "--wallet", b.path("w.json"), "--claims", "name,over_18,address.city", "--request", request, "--out", presentation)
	text, err := os.ReadFile(presentation)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := credential.Parse([]byte(strings.TrimSpace(string(text))))
	if err != nil {
		t.Fatal(err)
	}
	opened, err := parsed.Open()
	if err != nil || len(opened.Disclosed) != 4 {
		t.Errorf("disclosed %v, %v: name, over_18, the city and the address around it", opened.Disclosed, err)
	}
	g.finding.Verdict, g.finding.Audience = "valid", "imi:ServiceMSP"
	b.mustRun("verify", "presentation", presentation, "--request", request)
	if g.asked.Nonce != "bm9uY2U" || g.asked.Presentation != strings.TrimSpace(string(text)) {
		t.Errorf("asked %+v", g.asked)
	}
	for _, other := range []string{"", "imi:NotaryMSP"} { // a nonce that the gateway had a holder answer to somebody else
		g.finding.Audience = other
		b.mustFail(exitNotValid, "verify", "presentation", presentation, "--request", request)
	}
	b.stdin = string(text)
	b.mustRun("verify", "presentation", "-")
	if g.asked.Nonce != "bm9uY2U" {
		t.Errorf("the nonce of the presentation is used: %+v", g.asked)
	}
	if said := b.mustFail(exitNotValid, "present", "--wallet", b.path("w.json"), "--claims", "salary", "--request", request); !strings.Contains(said, "imi wallet show --wallet "+b.path("w.json")) {
		t.Errorf("%q does not say where the claims stand", said)
	}
	b.mustFail(exitUsage, "present", "--wallet", b.path("w.json"), "--nonce", "x")
	b.mustFail(exitUsage, "present", "--wallet", b.path("w.json"), "--request", request, "--nonce", "x", "--audience", "y")
	b.mustFail(exitNotFound, "present", "--wallet", b.path("none.json"))
	b.mustFail(exitNotValid, "verify", "presentation", b.write("x.txt", "no presentation"))
	out := b.mustRun("present", "--wallet", b.path("w.json"), "--claims", "name")
	if strings.Count(out, "\n") != 1 || strings.Count(out, "~") != 2 {
		t.Errorf("a presentation is printed alone, for a pipe: %q", out)
	}
}

// TestVerdicts holds the exit code and the words of every verdict.
func TestVerdicts(t *testing.T) {
	b, g := withGateway(t)
	file := b.write("d", "d")
	for verdict, exit := range exitOfVerdict {
		g.finding = inquiry.Finding{Verdict: verdict, Reason: "some_reason",
			Checks:        []inquiry.Check{{Name: "integrity", Result: "pass", Detail: "x"}, {Name: "status", Result: "fail"}, {Name: "evidence", Result: "skipped"}},
			Notarisations: []inquiry.Finding{{Verdict: verdict, Key: "notarisation/00"}}}
		inBoth(t, func(t *testing.T, language message.Language) {
			o := b.run("--lang", string(language), "verify", "document", file)
			if o.exit != exit || o.err != "" || !strings.Contains(o.out, verdictWords[verdict].In(language)) || !strings.Contains(o.out, checkWords["evidence"].In(language)) {
				t.Errorf("%s: exit %d, %s%s", verdict, o.exit, o.out, o.err)
			}
		})
		if o := b.run("-o", "json", "verify", "document", file); o.exit != exit || !json.Valid([]byte(o.out)) {
			t.Errorf("%s as JSON: exit %d, %s", verdict, o.exit, o.out)
		}
	}
	g.finding = inquiry.Finding{Verdict: "marvellous"}
	if o := b.run("verify", "document", file); o.exit != exitFault {
		t.Errorf("an unknown verdict must not look like a good one: exit %d", o.exit)
	}
}

func TestVerifyQuestions(t *testing.T) {
	b, g := withGateway(t)
	g.finding.Verdict = "valid"
	digest := strings.Repeat("ab", 32)
	b.mustRun("verify", "document", "--digest", digest, "--block", "7")
	if g.asked.Document.Digest.String() != digest || *g.asked.AsOf.Block != 7 {
		t.Errorf("%+v", g.asked)
	}
	b.mustRun("verify", "document", "--commitment", digest, "--at", "2026-11-23T18:00:00+08:00")
	if g.asked.Document.Commitment.String() != digest || g.asked.AsOf.Time.String() != "2026-11-23T10:00:00Z" {
		t.Errorf("%+v", g.asked)
	}
	b.mustRun("verify", "credential", digest)
	b.mustRun("verify", "notarisation", digest[:32])
	b.mustFail(exitNotValid, "verify", "credential", "abc")
	b.mustFail(exitUsage, "verify", "document", "--digest", digest, "--at", "yesterday")
	b.mustFail(exitUsage, "verify", "document", "--digest", digest, "--at", "2026-11-23T10:00:00Z", "--block", "1")
	b.mustFail(exitUsage, "verify", "document", "--digest", digest, "--block", "-1")
}

// TestReadYourWrites: whoever wrote a block from here and then asks, waits until the gateway has it.
func TestReadYourWrites(t *testing.T) {
	b, g := withGateway(t)
	g.finding.Verdict = "valid"
	b.mustRun("document", "register", b.write("d", "d"), "--kind", "attachment")
	g.missing.Store(3)
	b.mustRun("verify", "document", b.path("d"))
	if left := g.missing.Load(); left >= 0 {
		t.Errorf("the question was asked %d blocks early", left)
	}
}

// TestReadYourWritesElsewhere: the peers of other organisations are given time to get what was written from here.
func TestReadYourWritesElsewhere(t *testing.T) {
	b := founded(t)
	file := b.write("d", "d")
	b.mustRun("document", "register", file, "--kind", "attachment")
	b.channel.behind = 3
	b.mustRun("notarise", file)
	if b.channel.behind != 0 {
		t.Errorf("the notary's peer was asked %d blocks early", b.channel.behind)
	}
}

func TestGatewayTroubles(t *testing.T) {
	b, g := withGateway(t)
	file := b.write("d", "d")
	for name, c := range map[string]struct {
		status int
		body   string
		exit   int
	}{
		"problem":       {422, `{"code":"invalid","field":"asOf","detail":"give a block or a time"}`, exitNotValid},
		"quota":         {429, `{"code":"unavailable","detail":"slow down"}`, exitUnknown},
		"quota, plain":  {429, "slow down", exitUnknown},
		"fault":         {500, `{"code":"fault","detail":"x"}`, exitFault},
		"redirect":      {302, "", exitFault},
		"not JSON":      {200, "<html>", exitFault},
		"no connection": {0, "", exitUnknown},
	} {
		g.answered = func(w http.ResponseWriter, _ *http.Request) {
			if c.status == 0 {
				panic(http.ErrAbortHandler)
			}
			w.Header().Set("Location", "http://127.0.0.1:1/")
			w.WriteHeader(c.status)
			_, _ = w.Write([]byte(c.body))
		}
		if o := b.run("verify", "document", file); o.exit != c.exit {
			t.Errorf("%s: exit %d, %s", name, o.exit, o.err)
		}
	}
	b.gateway = "ftp://example"
	b.mustFail(exitNotValid, "nonce")
}
