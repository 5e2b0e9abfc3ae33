package answer

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"
	"time"

	"github.com/imi-ledger/imi/evidence"
	"github.com/imi-ledger/imi/evidence/head"
	"github.com/imi-ledger/imi/ledger"
)

// maxAnswer bounds an answer, in bytes: a document with a hundred notarisations has some hundred records.
const maxAnswer = 16 << 20

// Question is what was asked: exactly one thing.
type Question struct {
	Document     *evidence.DocumentQuestion
	Notarisation *ledger.ID
	Credential   *ledger.Digest
	Presentation *Presentation
	Record       ledger.Key // a record, present or absent
}

// Presentation is a holder's presentation and what it had to be made for.
type Presentation struct {
	Text []byte
	Want evidence.Expectation
}

// inputs are the parts of an answer that it is made anew from.
type inputs struct {
	AsOf         json.RawMessage `json:"asOf"`
	Organisation ledger.MSPID    `json:"organisation"`
	Evidence     *Evidence       `json:"evidence"`
}

// check is one answer being checked.
type check struct {
	trust    Trust
	question Question
	in       inputs
	signed   head.Signed
	proven   *proven
}

// Check checks an answer about now without a network. It makes the answer anew from the question and the evidence, by the
// gateway's own clock and limits, and refuses it unless every byte is the same. Then it verifies the same records by the
// time now and the limits of the caller: that finding it returns. It is indeterminate when the signatures of the head are
// older than maxAge, or fewer than the trust demands.
func Check(text []byte, trust Trust, question Question, now time.Time, maxAge time.Duration) (evidence.Finding, error) {
	var none evidence.Finding
	if err := trust.check(); err != nil {
		return none, err
	}
	c, err := open(text, trust, question)
	if err != nil {
		return none, err
	}
	again, err := c.remake()
	if err != nil {
		return none, err
	}
	if !bytes.Equal(again, text) {
		return none, refuse("answer", "it is not what its evidence shows")
	}
	finding := c.find(now.UTC().Truncate(time.Second), trust.Threshold, maxAge, c.recorder())
	return finding, nil
}

func refuse(field, rule string) error { return ledger.Refuse(ledger.Invalid, field, "%s", rule) }

// open takes the evidence apart and checks it: the head's signatures and every proof.
func open(text []byte, trust Trust, question Question) (*check, error) {
	if len(text) > maxAnswer {
		return nil, ledger.Refuse(ledger.TooLarge, "answer", "at most %d bytes", maxAnswer)
	}
	c := &check{trust: trust, question: question}
	if err := json.Unmarshal(text, &c.in); err != nil {
		return nil, ledger.Refuse(ledger.Malformed, "answer", "must be the JSON of a gateway's answer")
	}
	e := c.in.Evidence
	if e == nil {
		return nil, refuse("evidence", "the answer carries none")
	}
	if e.MaxAge < 0 || e.MaxAge > 1<<31 || e.Cosigners < 0 || (question.Record != "" && (e.MaxAge != 0 || e.Cosigners != 0)) {
		return nil, refuse("evidence", "its limits make no sense")
	}
	if one, err := head.Merge(e.Head); err != nil || one != e.Head {
		return nil, refuse("evidence.head", "must have its signatures in order")
	}
	var err error
	if c.signed, err = head.Open(e.Head, trust.keys()); err != nil {
		return nil, err
	}
	if c.signed.Channel != trust.Channel {
		return nil, refuse("evidence.head", "it is about another channel")
	}
	c.proven, err = e.prove(c.signed.Head)
	return c, err
}

func (c *check) recorder() *Recorder {
	return NewRecorder(source{c.proven}, c.signed.Head, c.proven)
}

// remake writes the answer that an honest gateway gives on this evidence. What the evidence has besides what the answer
// needs is not in it.
func (c *check) remake() ([]byte, error) {
	r := c.recorder()
	if c.question.Record != "" {
		return c.remakeRecord(r)
	}
	var asOf evidence.Moment
	if err := json.Unmarshal(c.in.AsOf, &asOf); err != nil || asOf.Time.IsZero() {
		return nil, refuse("asOf", "must say when the answer was made")
	}
	if !strings.Contains(c.in.Evidence.Head, "\n\n— "+string(c.in.Organisation)+" ") {
		return nil, refuse("organisation", "must be the one whose signature on the head is the first")
	}
	finding := c.find(asOf.Time.Time(), c.in.Evidence.Cosigners, time.Duration(c.in.Evidence.MaxAge)*time.Second, r)
	if finding.Fault != nil {
		return nil, finding.Fault
	}
	audience := ""
	if p := c.question.Presentation; p != nil {
		audience = p.Want.Audience
	}
	v := NewVerification(finding, c.in.Organisation, audience)
	v.Evidence = c.evidence(r)
	return Encode(v)
}

func (c *check) evidence(r *Recorder) *Evidence {
	return r.Evidence(c.in.Evidence.Head, c.in.Evidence.Cosigners, c.in.Evidence.MaxAge)
}

func (c *check) remakeRecord(r *Recorder) ([]byte, error) {
	entry, err := r.Record(context.Background(), c.question.Record, c.signed.Block)
	if err != nil {
		return nil, err
	}
	if !entry.Found() {
		return Encode(NewAbsent(c.evidence(r)))
	}
	return Encode(NewRecord(entry.Key, entry.Record, c.signed.Head, c.evidence(r)))
}

// find verifies the proven records at a time and by limits of somebody's choice.
func (c *check) find(now time.Time, needed int, maxAge time.Duration, r *Recorder) evidence.Finding {
	asked := evidence.Asked{Now: now, Vouched: &evidence.Vouching{Signed: c.signed.Times, Organisations: c.trust.signatories(),
		Needed: needed, MaxAge: maxAge}}
	verifier := evidence.Verifier{Channel: c.trust.Channel, Source: r, MaxBehind: maxAge}
	ctx := context.Background() // nothing here waits
	switch q := c.question; {
	case q.Document != nil:
		return verifier.VerifyDocument(ctx, *q.Document, asked)
	case q.Notarisation != nil:
		return verifier.VerifyNotarisation(ctx, *q.Notarisation, asked)
	case q.Credential != nil:
		return verifier.VerifyCredential(ctx, *q.Credential, asked)
	case q.Presentation != nil:
		return verifier.VerifyPresentation(ctx, q.Presentation.Text, q.Presentation.Want, asked)
	case q.Record != "":
		return verifier.VerifyPresence(ctx, q.Record, asked)
	}
	return evidence.Finding{Verdict: evidence.Indeterminate, Reason: evidence.ReasonFault, Fault: refuse("question", "nothing was asked")}
}
