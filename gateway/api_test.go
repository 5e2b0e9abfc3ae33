package gateway

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/imi-ledger/imi/evidence"
	"github.com/imi-ledger/imi/evidence/answer"
	"github.com/imi-ledger/imi/evidence/evidencetest"
	"github.com/imi-ledger/imi/gateway/index"
	"github.com/imi-ledger/imi/gateway/wire"
	"github.com/imi-ledger/imi/ledger"
)

func TestReads(t *testing.T) {
	h := start(t)
	document := h.Digest()
	key := h.Register(document)
	registered := uint64(len(h.Blocks)) - 1
	h.Pass(time.Hour)
	h.Notarise(document)
	batch, _ := h.IssueMany(5)
	h.Revoke(key)
	h.level()

	now := read[recordAnswer](t, h.get("/v1/records/"+string(key)), 200)
	if now.Event != "document.revoked" || now.Ledger.Block != uint64(len(h.Blocks))-1 {
		t.Errorf("now: %+v", now)
	}
	for _, query := range []string{fmt.Sprintf("?block=%d", registered), "?time=2026-11-23T10:30:00Z"} {
		if then := read[recordAnswer](t, h.get("/v1/records/"+string(key)+query), 200); then.Event != "document.registered" || then.AsOf != registered {
			t.Errorf("%s: %+v", query, then)
		}
	}
	if kind := read[recordAnswer](t, h.get("/v1/records/type/identity/1"), 200); kind.Key != "type/identity/1" {
		t.Errorf("type: %+v", kind)
	}
	history := read[historyAnswer](t, h.get("/v1/history/"+string(key)), 200)
	if len(history.Versions) != 2 || history.Versions[0].Event != "document.revoked" || history.More {
		t.Errorf("history: %+v", history)
	}
	if short := read[historyAnswer](t, h.get("/v1/history/"+string(key)+"?limit=1"), 200); len(short.Versions) != 1 || !short.More {
		t.Errorf("history of one: %+v", short)
	}
	read[historyAnswer](t, h.get("/v1/history/type/identity/1"), 200)
	path := read[pathAnswer](t, h.get("/v1/batches/"+batch.Statement.Root.String()+"/path/3"), 200)
	if path.Size != 5 || len(path.Path) == 0 {
		t.Errorf("path: %+v", path)
	}
	page := read[index.Page](t, h.get("/v1/records?kind=attestation&organisation=ServiceMSP&type=degree/1&state=active&limit=2"), 200)
	rest := read[index.Page](t, h.get("/v1/records?kind=attestation&limit=1000&after="+page.Next), 200)
	if len(page.Records) != 2 || len(rest.Records) != 3 || rest.Next != "" {
		t.Errorf("pages of %d and %d records", len(page.Records), len(rest.Records))
	}
	if late := read[index.Page](t, h.get("/v1/records?kind=document&from=2026-11-23T10:30:00Z"), 200); len(late.Records) != 0 {
		t.Errorf("from: %+v", late)
	}
}

func TestReadsOfBlocks(t *testing.T) {
	h := start(t)
	h.Register(h.Digest())
	h.level()
	blocks := read[blocksAnswer](t, h.get("/v1/blocks?limit=2"), 200)
	if len(blocks.Blocks) != 2 || blocks.Before == nil || *blocks.Before != blocks.Blocks[1].Number {
		t.Fatalf("blocks: %+v", blocks)
	}
	first := read[blocksAnswer](t, h.get("/v1/blocks?before=1"), 200)
	if len(first.Blocks) != 1 || first.Before != nil {
		t.Errorf("the first block: %+v", first)
	}
	newest := read[index.Block](t, h.get(fmt.Sprintf("/v1/blocks/%d", blocks.Blocks[0].Number)), 200)
	if len(newest.Transactions) != 1 {
		t.Fatalf("newest block: %+v", newest)
	}
	transaction := read[index.Transaction](t, h.get("/v1/transactions/"+newest.Transactions[0].ID), 200)
	if len(transaction.Keys) != 1 || !transaction.Valid || transaction.Creator != string(evidencetest.Service) {
		t.Errorf("transaction: %+v", transaction)
	}
	if s := read[index.Statistics](t, h.get("/v1/statistics"), 200); s.Records["document"]["active"] != 1 {
		t.Errorf("statistics: %+v", s)
	}
}

func TestReadsThatFindNothing(t *testing.T) {
	h := start(t)
	for _, path := range []string{
		"/v1/records/document/" + someDigest, "/v1/history/document/" + someDigest, "/v1/records/type/nothing/1",
		"/v1/blocks/99", "/v1/transactions/" + someDigest, "/v1/batches/" + someDigest + "/path/0",
		"/v1/nothing", "/v2/records",
	} {
		if p := read[wire.Problem](t, h.get(path), 404); p.Code != ledger.NotFound || p.Status != 404 {
			t.Errorf("%s: %+v", path, p)
		}
	}
	if p := read[wire.Problem](t, h.get("/v1/records/type/identity/1?block=99"), 503); p.Code != ledger.Unavailable {
		t.Errorf("a block to come: %+v", p)
	}
}

type verificationResult struct {
	Verdict   evidence.Verdict
	Reason    string
	Checks    []evidence.Check
	Claims    map[string]any
	Subject   string
	Audience  string
	Ledger    *answer.Block
	Documents json.RawMessage `json:"notarisations"`
}

func (h *harness) verify(question string) verificationResult {
	h.t.Helper()
	return read[verificationResult](h.t, h.post("/v1/verifications", question), 200)
}

func TestVerifiesDocuments(t *testing.T) {
	h := start(t)
	document := h.Digest()
	key := h.Register(document)
	id := h.Notarise(document)
	registered := len(h.Blocks) - 1
	h.level()
	question := fmt.Sprintf(`{"document":{"digest":"%s"}}`, document)
	if v := h.verify(question); v.Verdict != evidence.Valid || len(v.Documents) == 0 {
		t.Errorf("digest: %+v", v)
	}
	if v := h.verify(fmt.Sprintf(`{"document":{"commitment":"%s"}}`, document)); v.Verdict != evidence.Valid {
		t.Errorf("commitment: %+v", v)
	}
	if v := h.verify(fmt.Sprintf(`{"notarisation":"%s"}`, id)); v.Verdict != evidence.Valid {
		t.Errorf("notarisation: %+v", v)
	}
	if v := h.verify(fmt.Sprintf(`{"document":{"digest":"%s","salt":"%s"}}`, document, someDigest)); v.Verdict != evidence.NotFound {
		t.Errorf("with a salt: %+v", v)
	}
	h.Pass(time.Minute)
	h.Revoke(key)
	h.level()
	if v := h.verify(question); v.Verdict != evidence.Revoked {
		t.Errorf("revoked: %+v", v)
	}
	then := fmt.Sprintf(`{"document":{"digest":"%s"},"asOf":{"block":%d}}`, document, registered)
	if v := h.verify(then); v.Verdict != evidence.Valid {
		t.Errorf("as of block %d: %+v", registered, v)
	}
	if v := h.verify(fmt.Sprintf(`{"document":{"digest":"%s"},"asOf":{"time":"2026-11-23T10:00:30Z"}}`, document)); v.Verdict != evidence.Valid {
		t.Errorf("as of a time: %+v", v)
	}
	if v := h.verify(fmt.Sprintf(`{"document":{"digest":"%s"},"asOf":{"block":999}}`, document)); v.Verdict != evidence.Indeterminate || v.Ledger != nil {
		t.Errorf("as of a block to come: %+v", v)
	}
}

func TestVerifiesPresentationsOnce(t *testing.T) {
	h := start(t)
	citizen := h.Enrol()
	compact := h.IssueCredential(citizen, nil)
	h.level()
	present := func(audience, nonce string) string {
		text, err := json.Marshal(map[string]string{"nonce": nonce,
			"presentation": string(h.Present(citizen, compact, audience, nonce, h.Now.Time(), "name", "over_18"))})
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	ask := func() nonceAnswer {
		return read[nonceAnswer](t, h.post("/v1/nonces", `{"purpose":"办理居住证"}`), 201)
	}
	nonce := ask()
	question := present(nonce.Audience, nonce.Nonce)
	first := h.verify(question)
	if first.Verdict != evidence.Valid || first.Claims["over_18"] != true || first.Subject == "" || first.Audience != "imi:PoliceMSP" {
		t.Fatalf("first: %+v", first)
	}
	for name, again := range map[string]verificationResult{
		"replayed":         h.verify(question),
		"another audience": h.verify(present("imi:NotaryMSP", ask().Nonce)),
		"made-up nonce":    h.verify(present(nonce.Audience, "AAAAAAAAAAAAAAAAAAAAAA")),
	} {
		at := slices.IndexFunc(again.Checks, func(c evidence.Check) bool { return c.Name == evidence.CheckHolderBinding })
		if again.Verdict != evidence.Mismatch || again.Checks[at].Result != evidence.Fail || again.Claims != nil {
			t.Errorf("%s: %+v", name, again)
		}
	}
	late := ask()
	question = present(late.Audience, late.Nonce)
	h.clock.set(h.Now.Time().Add(maxNonceAge))
	h.api.follower.askHeight(t.Context())
	if v := h.verify(question); v.Verdict != evidence.Mismatch {
		t.Errorf("after two minutes: %+v", v)
	}
}

func TestOutageIsNeverInvalid(t *testing.T) {
	h := start(t)
	citizen := h.Enrol()
	compact := h.IssueCredential(citizen, nil)
	h.level()
	nonce := read[nonceAnswer](t, h.post("/v1/nonces", `{}`), 201)
	text, err := json.Marshal(map[string]string{"nonce": nonce.Nonce,
		"presentation": string(h.Present(citizen, compact, nonce.Audience, nonce.Nonce, h.Now.Time(), "name"))})
	if err != nil {
		t.Fatal(err)
	}
	h.peer.change(func() { h.peer.away = true })
	h.clock.set(h.Now.Time().Add(31 * time.Second))
	h.api.follower.askHeight(t.Context())
	for range 2 {
		if v := h.verify(string(text)); v.Verdict != evidence.Indeterminate || v.Reason != "behind" {
			t.Errorf("peer away: %+v", v)
		}
	}
	if v := h.verify(`{"document":{"digest":"` + someDigest + `"}}`); v.Verdict != evidence.Indeterminate {
		t.Errorf("unknown document while the peer is away: %+v", v)
	}
	ready := read[readiness](t, h.get("/readyz"), 503)
	if ready.Ready || ready.Reason != troubleSilent || ready.AgeSeconds == nil || *ready.AgeSeconds != 31 {
		t.Errorf("readiness: %+v", ready)
	}
	read[map[string]bool](t, h.get("/livez"), 200)
	h.peer.change(func() { h.peer.away = false })
	h.api.follower.askHeight(t.Context())
	if v := h.verify(string(text)); v.Verdict != evidence.Valid {
		t.Errorf("peer back, nonce given back: %+v", v)
	}
	read[readiness](t, h.get("/readyz"), 200)
}

func TestUnreadableIndexIsNeverInvalid(t *testing.T) {
	h := start(t)
	if err := h.api.index.Close(); err != nil {
		t.Fatal(err)
	}
	if v := h.verify(`{"credential":"` + someDigest + `"}`); v.Verdict != evidence.Indeterminate || v.Reason != "fault" {
		t.Errorf("got %+v", v)
	}
	if p := read[wire.Problem](t, h.get("/v1/statistics"), http.StatusInternalServerError); p.Code != wire.Fault {
		t.Errorf("got %+v", p)
	}
}
