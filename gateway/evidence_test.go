package gateway

import (
	"bytes"
	"context"
	"database/sql"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/imi-ledger/imi/evidence"
	"github.com/imi-ledger/imi/evidence/answer"
	"github.com/imi-ledger/imi/evidence/evidencetest"
	"github.com/imi-ledger/imi/ledger"
)

func trust(t testing.TB) answer.Trust {
	t.Helper()
	tr := answer.Trust{Channel: evidencetest.Channel, Threshold: 3}
	for _, id := range []ledger.MSPID{evidencetest.Audit, evidencetest.Notary, evidencetest.Police, evidencetest.Service} {
		key, err := ledger.NewPublicKey(evidencetest.HeadKey(id).Public())
		if err != nil {
			t.Fatal(err)
		}
		tr.Organisations = append(tr.Organisations, answer.Trusted{HeadKeys: []ledger.PublicKey{key}, MSPID: id})
	}
	return tr
}

// checked demands that an answer passes the offline check with a verdict.
func (h *harness) checked(r response, q answer.Question, verdict evidence.Verdict) evidence.Finding {
	h.t.Helper()
	finding, err := answer.Check(r.body, trust(h.t), q, h.clock.read(), 30*time.Second)
	if err != nil || finding.Verdict != verdict {
		h.t.Fatalf("%s %s (%v), want %s\n%s", finding.Verdict, finding.Reason, err, verdict, r.body)
	}
	return finding
}

func TestAnswersCarryEvidence(t *testing.T) {
	h, n := startCosigned(t)
	citizen := h.Enrol()
	compact := h.IssueCredential(citizen, nil)
	document := h.Digest()
	key := h.Register(document)
	notarisation := h.Notarise(document)
	_, batch := h.IssueMany(3)
	h.cosign(n, evidencetest.Service, evidencetest.Notary)

	h.checked(h.post("/v1/verifications", `{"document":{"commitment":"`+document.String()+`"}}`), answer.Question{Document: &evidence.DocumentQuestion{Commitment: document}}, evidence.Valid)
	h.checked(h.post("/v1/verifications", `{"notarisation":"`+notarisation.String()+`"}`), answer.Question{Notarisation: &notarisation}, evidence.Valid)
	h.checked(h.post("/v1/verifications", `{"credential":"`+batch[1].Credential.String()+`"}`), answer.Question{Credential: &batch[1].Credential}, evidence.Valid)
	nothing := h.Digest()
	h.checked(h.post("/v1/verifications", `{"credential":"`+nothing.String()+`"}`), answer.Question{Credential: &nothing}, evidence.NotFound)
	h.checked(h.get("/v1/records/"+string(key)), answer.Question{Record: key}, evidence.Valid)
	h.checked(h.get("/v1/records/"+string(ledger.DocumentKey(nothing))), answer.Question{Record: ledger.DocumentKey(nothing)}, evidence.NotFound)

	given := read[nonceAnswer](t, h.post("/v1/nonces", `{}`), http.StatusCreated)
	presentation := h.Present(citizen, compact, given.Audience, given.Nonce, h.Now.Time(), "over_18")
	r := h.post("/v1/verifications", `{"presentation":"`+string(presentation)+`","nonce":"`+given.Nonce+`"}`)
	want := evidence.Expectation{Audience: given.Audience, Nonce: given.Nonce, MaxAge: 2 * time.Minute, Skew: holderSkew}
	if f := h.checked(r, answer.Question{Presentation: &answer.Presentation{Text: presentation, Want: want}}, evidence.Valid); f.Claims["over_18"] != true {
		t.Errorf("claims %v", f.Claims)
	}

	h.Revoke(key)
	h.cosign(n, evidencetest.Service, evidencetest.Notary)
	h.checked(h.post("/v1/verifications", `{"document":{"commitment":"`+document.String()+`"}}`), answer.Question{Document: &evidence.DocumentQuestion{Commitment: document}}, evidence.Revoked)
}

func TestWithoutCosignersNothingIsKnown(t *testing.T) {
	h, n := startCosigned(t)
	document := h.Digest()
	h.Register(document)
	ask := func() answer.Verification {
		return read[answer.Verification](t, h.post("/v1/verifications", `{"document":{"commitment":"`+document.String()+`"}}`), http.StatusOK)
	}
	h.cosign(n, evidencetest.Notary)
	if a := ask(); a.Verdict != evidence.Indeterminate || a.Reason != evidence.ReasonCosigners || a.Evidence != nil {
		t.Errorf("never cosigned: %s %s", a.Verdict, a.Reason)
	}
	h.cosign(n, evidencetest.Notary, evidencetest.Audit)
	if a := ask(); a.Verdict != evidence.Valid || a.Evidence == nil {
		t.Errorf("cosigned: %s %s", a.Verdict, a.Reason)
	}
	h.clock.set(h.Now.Time().Add(31 * time.Second)) // the others are frozen, this one goes on signing
	h.api.follower.askHeight(t.Context())
	if err := h.api.witness.tick(t.Context()); err != nil {
		t.Fatal(err)
	}
	a := ask()
	if a.Verdict != evidence.Indeterminate || !strings.Contains(a.Checks[5].Detail, "AuditMSP, NotaryMSP, ServiceMSP missing") {
		t.Errorf("frozen: %s %s %+v", a.Verdict, a.Reason, a.Checks[5])
	}
	past := read[answer.Verification](t, h.post("/v1/verifications", `{"document":{"commitment":"`+document.String()+`"},"asOf":{"block":3}}`), http.StatusOK)
	if past.Checks[5].Result != evidence.Skipped || past.Evidence != nil {
		t.Errorf("the past: %+v", past.Checks[5])
	}
}

func TestChangedIndexIsNamed(t *testing.T) {
	h, n := startCosigned(t)
	document := h.Digest()
	key := h.Register(document)
	h.cosign(n, evidencetest.Service, evidencetest.Notary)
	db, err := sql.Open("sqlite", "file:"+h.file)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(context.Background(), "DELETE FROM versions WHERE record = (SELECT id FROM records WHERE key = ?)", string(key)); err != nil {
		t.Fatal(err)
	}
	a := read[answer.Verification](t, h.post("/v1/verifications", `{"document":{"commitment":"`+document.String()+`"}}`), http.StatusOK)
	if a.Verdict != evidence.Indeterminate || a.Reason != evidence.ReasonDisagreement || !strings.Contains(a.Checks[0].Detail, string(key)) {
		t.Errorf("%s %s %+v", a.Verdict, a.Reason, a.Checks[0])
	}
	if r := h.get("/v1/records/" + string(key)); r.StatusCode != http.StatusInternalServerError {
		t.Errorf("record: %d", r.StatusCode)
	}
}

// TestChangedIndexChangesNoAnswer edits rows behind answers that the gateway gave before: what it remembers is what the
// ledger has, so further answers stay right. After a block wrote the record it is read again, and the edit is named.
func TestChangedIndexChangesNoAnswer(t *testing.T) {
	h, n := startCosigned(t)
	document := h.Digest()
	key := h.Register(document)
	h.cosign(n, evidencetest.Service, evidencetest.Notary)
	question := `{"document":{"commitment":"` + document.String() + `"}}`
	asked := answer.Question{Document: &evidence.DocumentQuestion{Commitment: document}}
	h.checked(h.post("/v1/verifications", question), asked, evidence.Valid)
	db, err := sql.Open("sqlite", "file:"+h.file)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	edit := func(from, to ledger.MSPID) {
		t.Helper()
		if _, err := db.ExecContext(t.Context(), `UPDATE versions SET content = CAST(replace(CAST(content AS TEXT), ?, ?) AS BLOB)
			WHERE record = (SELECT id FROM records WHERE key = ?)`, string(from), string(to), string(key)); err != nil {
			t.Fatal(err)
		}
	}
	edit(evidencetest.Service, evidencetest.Police)
	h.checked(h.post("/v1/verifications", question), asked, evidence.Valid)
	edit(evidencetest.Police, evidencetest.Service)
	h.Revoke(key)
	h.cosign(n, evidencetest.Service, evidencetest.Notary)
	edit(evidencetest.Service, evidencetest.Police)
	a := read[answer.Verification](t, h.post("/v1/verifications", question), http.StatusOK)
	if a.Verdict != evidence.Indeterminate || a.Reason != evidence.ReasonDisagreement {
		t.Errorf("%s %s", a.Verdict, a.Reason)
	}
}

// TestMemoryChangesNoAnswer asks everything twice as the ledger goes on, and a third time with nothing remembered.
func TestMemoryChangesNoAnswer(t *testing.T) {
	h, n := startCosigned(t)
	document := h.Digest()
	documentKey := h.Register(document)
	notarisation := h.Notarise(document)
	_, batch := h.IssueMany(3)
	attestation := h.Issue(h.Attestation(evidencetest.Service, evidencetest.Degree, h.Digest()))
	questions := []string{
		`{"document":{"commitment":"` + document.String() + `"}}`,
		`{"document":{"digest":"` + document.String() + `"}}`,
		`{"document":{"digest":"` + document.String() + `","salt":"` + someDigest + `"}}`,
		`{"notarisation":"` + notarisation.String() + `"}`,
		`{"credential":"` + batch[1].Credential.String() + `"}`,
		`{"credential":"` + attestation.ID() + `"}`,
		`{"credential":"` + someDigest + `"}`,
		`{"credential":"` + attestation.ID() + `","asOf":{"block":3}}`,
	}
	ask := func(what string) {
		t.Helper()
		for _, q := range questions {
			first, second := h.post("/v1/verifications", q), h.post("/v1/verifications", q)
			answers, memory := h.api.memory, h.api.verifier.Memory
			h.api.memory, h.api.verifier.Memory = nil, nil
			anew := h.post("/v1/verifications", q)
			h.api.memory, h.api.verifier.Memory = answers, memory
			if !bytes.Equal(first.body, anew.body) || !bytes.Equal(second.body, anew.body) {
				t.Errorf("%s: %s\n1 %s\n2 %s\nanew %s", what, q, first.body, second.body, anew.body)
			}
		}
	}
	ask("without cosigners")
	after := func(what string, do func()) {
		t.Helper()
		do()
		h.level()
		ask(what + ", not cosigned yet")
		h.cosign(n, evidencetest.Service, evidencetest.Notary)
		ask(what)
	}
	after("at first", func() {})
	after("an hour later", func() { h.Pass(time.Hour) })
	after("others registered", func() { h.Register(h.Digest()) })
	after("notarised twice", func() { h.Notarise(document) })
	after("one suspended", func() { h.Change(ledger.AttestationKey(batch[1].Credential), ledger.Suspended, ledger.ReasonHold) })
	after("one revoked", func() { h.Revoke(attestation) })
	after("keys changed", func() { h.RotateKey(evidencetest.Service) })
	after("an accreditation ended", func() {
		h.Amend(evidencetest.Service, func(o *ledger.Organisation) { o.Accreditations[0].Until = h.Now.Add(time.Minute) })
		h.Pass(time.Hour)
	})
	after("the document revoked", func() { h.Revoke(documentKey) })
	after("a century later", func() { h.Pass(100 * evidencetest.Year) })
	h.clock.set(h.Now.Time().Add(31 * time.Second))
	ask("all signatures old")
}
