package gateway

import (
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/imi-ledger/imi/evidence"
	"github.com/imi-ledger/imi/evidence/answer"
	"github.com/imi-ledger/imi/gateway/wire"
	"github.com/imi-ledger/imi/ledger"
)

// holderSkew is how far a holder's clock may be off. The nonce, not the clock, keeps presentations from being replayed.
const holderSkew = time.Minute

// verify answers one question. Whatever the verdict, the status is 200: the question was answered.
func (a *api) verify(w http.ResponseWriter, r *http.Request) error {
	request, err := wire.ReadJSON[wire.Verification](w, r, wire.MaxVerification)
	if err != nil {
		return err
	}
	if err := request.Check(); err != nil {
		return err
	}
	state := a.vouch(request.AsOf != nil)
	if done := a.verifyAgain(w, r, request, state); done {
		return nil
	}
	return a.verifyAnew(w, r, request, a.recorded(state))
}

// verifyAgain answers with what was found out before, if nothing that it rests on has changed.
func (a *api) verifyAgain(w http.ResponseWriter, r *http.Request, request wire.Verification, state vouched) bool {
	about, ok := subjectOf(request)
	if !ok || state.shelf == nil {
		return false
	}
	buffer := answers.Get().(*[]byte)
	defer giveBack(buffer)
	text, verdict, ok := a.memory.Again((*buffer)[:0], about, a.standingOf(state, a.now()).Standing, a.index)
	if *buffer = text; ok {
		a.sendVerification(w, r, verdict, text)
	}
	return ok
}

func (a *api) verifyAnew(w http.ResponseWriter, r *http.Request, request wire.Verification, state vouched) error {
	asked, verifier := a.asked(asOf(request.AsOf), state), a.verifierOf(state)
	var finding evidence.Finding
	var audience string
	shows := true // the evidence shows what the verdict rests on
	switch ctx := r.Context(); {
	case request.Presentation != nil:
		audience = a.audience
		finding, shows = a.verifyPresentation(r, verifier, request, asked)
	case request.Document != nil:
		finding = verifier.VerifyDocument(ctx, questionOf(*request.Document), asked)
	case request.Notarisation != nil:
		finding = verifier.VerifyNotarisation(ctx, *request.Notarisation, asked)
	default:
		finding = verifier.VerifyCredential(ctx, *request.Credential, asked)
	}
	exchangeOf(w).cause = finding.Fault
	result := answer.NewVerification(finding, ledger.MSPID(a.organisation), audience)
	if shows && finding.Fault == nil {
		result.Evidence = a.evidence(state, a.witness.cosigners, a.maxAgeSeconds())
	}
	buffer := answers.Get().(*[]byte)
	defer giveBack(buffer)
	text, kept := (*buffer)[:0], false
	if about, ok := subjectOf(request); ok && result.Evidence != nil {
		text, kept = a.memory.Keep(text, about, &result, state.recorder, a.standingOf(state, asked.Now).Standing)
	}
	if !kept {
		var err error
		if text, err = result.Append(text); err != nil {
			return err
		}
	}
	*buffer = text
	a.sendVerification(w, r, finding.Verdict, text)
	return nil
}

// answers are buffers that answers are written in.
var answers = sync.Pool{New: func() any { return new([]byte) }}

// maxPooled is the greatest buffer kept for the next answer, in bytes.
const maxPooled = 64 << 10

func giveBack(buffer *[]byte) {
	if cap(*buffer) <= maxPooled {
		answers.Put(buffer)
	}
}

func (a *api) sendVerification(w http.ResponseWriter, r *http.Request, verdict evidence.Verdict, text []byte) {
	a.metrics.verifications.WithLabelValues(string(verdict)).Inc()
	w.Header().Set("Content-Length", strconv.Itoa(len(text)))
	sendWhole(w, r, func() { sendText(w, "application/json", http.StatusOK, text) })
}

// subjectOf is what a question is about that is answered the same way each time. Presentations are not: each is for one nonce.
func subjectOf(request wire.Verification) (answer.Subject, bool) {
	switch {
	case request.AsOf != nil || request.Presentation != nil:
		return answer.Subject{}, false
	case request.Document != nil:
		q := questionOf(*request.Document)
		return answer.Subject{Key: ledger.DocumentKey(q.Commitment), Method: q.Method}, true
	case request.Notarisation != nil:
		return answer.Subject{Key: ledger.NotarisationKey(*request.Notarisation)}, true
	}
	return answer.Subject{Key: ledger.AttestationKey(*request.Credential)}, true
}

// verifyPresentation uses the nonce up, unless nothing could be found out. It reports whether the nonce was as it should
// be: what is wrong with one only this gateway knows, and no evidence shows it.
func (a *api) verifyPresentation(r *http.Request, verifier evidence.Verifier, request wire.Verification, asked evidence.Asked) (evidence.Finding, bool) {
	state := a.nonces.take(*request.Nonce)
	want := evidence.Expectation{Audience: a.audience, Nonce: *request.Nonce, MaxAge: a.nonces.lifetime, Skew: holderSkew,
		NonceRefused: refusalOf(state)}
	finding := verifier.VerifyPresentation(r.Context(), []byte(*request.Presentation), want, asked)
	if state == nonceFresh && finding.Verdict == evidence.Indeterminate {
		a.nonces.giveBack(*request.Nonce)
	}
	return finding, state == nonceFresh
}

func refusalOf(state nonceState) string {
	switch state {
	case nonceFresh:
		return ""
	case nonceUsed:
		return "the nonce was used before: each serves one verification"
	case nonceExpired:
		return "the nonce has expired: ask for a new one"
	}
	return "this gateway has not given this nonce out, or long ago: ask for a new one"
}

// questionOf computes the commitment of a document from what the asker has.
func questionOf(d wire.DocumentName) evidence.DocumentQuestion {
	switch {
	case d.Commitment != nil:
		return evidence.DocumentQuestion{Commitment: *d.Commitment}
	case d.Salt != nil:
		return evidence.DocumentQuestion{Commitment: ledger.SaltedCommitment(*d.Salt, *d.Digest), Method: ledger.SaltedDigest}
	}
	return evidence.DocumentQuestion{Commitment: *d.Digest, Method: ledger.PlainDigest}
}

func asOf(asked *wire.AsOf) evidence.AsOf {
	if asked == nil {
		return evidence.AsOf{}
	}
	asOf := evidence.AsOf{Block: asked.Block}
	if asked.Time != nil {
		asOf.Time = *asked.Time
	}
	return asOf
}

// nonceAnswer is what a holder needs to know to make a presentation.
type nonceAnswer struct {
	Nonce     string    `json:"nonce"`
	Audience  string    `json:"audience"`
	ExpiresAt time.Time `json:"expiresAt"`
}

func (a *api) issueNonce(w http.ResponseWriter, r *http.Request) error {
	request, err := wire.ReadJSON[wire.Nonce](w, r, wire.MaxBody)
	if err != nil {
		return err
	}
	if err := request.Check(); err != nil {
		return err
	}
	text, expires, err := a.nonces.issue()
	if err != nil {
		return err
	}
	return send(w, http.StatusCreated, nonceAnswer{text, a.audience, expires.UTC().Truncate(time.Second)})
}
