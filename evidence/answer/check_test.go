package answer_test

import (
	"bytes"
	"context"
	"flag"
	"slices"
	"testing"
	"time"

	"github.com/imi-ledger/imi/evidence"
	"github.com/imi-ledger/imi/evidence/answer"
	"github.com/imi-ledger/imi/evidence/evidencetest"
	"github.com/imi-ledger/imi/ledger"
)

// everything changes every byte and mixes every two answers, which takes minutes:
//
//	go test ./evidence/answer -args -everything
var everything = flag.Bool("everything", false, "change every byte of every answer, not a sample of them")

const (
	needed = 3
	maxAge = 30
)

// bench is a ledger, and a gateway's way to answer from it.
type bench struct {
	*evidencetest.Ledger
	t     testing.TB
	trust answer.Trust
	lying bool // the gateway believes every record that anybody wrote
}

// believing is a source without what a head does not prove: which block wrote a record, and whether by the rules.
type believing struct{ evidence.Source }

func (s believing) Record(ctx context.Context, key ledger.Key, block uint64) (evidence.Entry, error) {
	e, err := s.Source.Record(ctx, key, block)
	return evidence.Entry{Key: key, Record: e.Record}, err
}

func newBench(t testing.TB) *bench {
	b := &bench{Ledger: evidencetest.New(t), t: t, trust: answer.Trust{Channel: evidencetest.Channel, Threshold: needed}}
	b.Pass(time.Hour)
	for _, id := range []ledger.MSPID{evidencetest.Audit, evidencetest.Notary, evidencetest.Police, evidencetest.Service} {
		key, err := ledger.NewPublicKey(evidencetest.HeadKey(id).Public())
		if err != nil {
			t.Fatal(err)
		}
		b.trust.Organisations = append(b.trust.Organisations, answer.Trusted{HeadKeys: []ledger.PublicKey{key}, MSPID: id})
	}
	return b
}

// questioned is a question with its answer.
type questioned struct {
	name     string
	question answer.Question
	text     []byte
	verdict  evidence.Verdict
}

// vouched is a head that three organisations signed now.
func (b *bench) vouched() (note string, recorder *answer.Recorder, vouching *evidence.Vouching) {
	h := b.Head()
	signers := []ledger.MSPID{evidencetest.Police, evidencetest.Audit, evidencetest.Notary}
	vouching = &evidence.Vouching{Signed: map[ledger.MSPID]time.Time{}, Needed: needed, MaxAge: maxAge * time.Second,
		Organisations: []ledger.MSPID{evidencetest.Service, evidencetest.Police, evidencetest.Notary, evidencetest.Audit}}
	for _, id := range signers {
		vouching.Signed[id] = b.Now.Time()
	}
	recorder = answer.NewRecorder(b.source(), h, b.Tree())
	return b.Sign(h, signers...), recorder, vouching
}

func (b *bench) source() evidence.Source {
	if b.lying {
		return believing{b.Ledger}
	}
	return b.Ledger
}

// ask answers as a gateway does.
func (b *bench) ask(name string, q answer.Question, verdict evidence.Verdict) questioned {
	b.t.Helper()
	note, recorder, vouching := b.vouched()
	ctx, audience := b.t.Context(), ""
	if q.Record != "" {
		return questioned{name, q, b.record(ctx, q.Record, note, recorder), verdict}
	}
	if q.Presentation != nil {
		audience = q.Presentation.Want.Audience
	}
	f := b.find(q, recorder, vouching)
	if f.Verdict != verdict || f.Fault != nil {
		b.t.Fatalf("%s: %s %s (%v)", name, f.Verdict, f.Reason, f.Fault)
	}
	v := answer.NewVerification(f, evidencetest.Police, audience)
	v.Evidence = recorder.Evidence(note, needed, maxAge)
	text := b.encode(v)
	if appended, err := v.Append(nil); err != nil || !bytes.Equal(appended, text) {
		b.t.Errorf("%s: Append writes (%v)\n%s\nEncode\n%s", name, err, appended, text)
	}
	return questioned{name, q, text, verdict}
}

func (b *bench) find(q answer.Question, recorder *answer.Recorder, vouching *evidence.Vouching) evidence.Finding {
	ctx := b.t.Context()
	verifier := evidence.Verifier{Channel: evidencetest.Channel, Source: recorder, MaxBehind: maxAge * time.Second}
	asked := evidence.Asked{Now: b.Now.Time(), Vouched: vouching, Unproven: recorder.Unproven}
	switch {
	case q.Document != nil:
		return verifier.VerifyDocument(ctx, *q.Document, asked)
	case q.Notarisation != nil:
		return verifier.VerifyNotarisation(ctx, *q.Notarisation, asked)
	case q.Credential != nil:
		return verifier.VerifyCredential(ctx, *q.Credential, asked)
	}
	return verifier.VerifyPresentation(ctx, q.Presentation.Text, q.Presentation.Want, asked)
}

func (b *bench) record(ctx context.Context, key ledger.Key, note string, recorder *answer.Recorder) []byte {
	entry, err := recorder.Record(ctx, key, b.Head().Block)
	if err != nil {
		b.t.Fatal(err)
	}
	shown := recorder.Evidence(note, 0, 0)
	if !entry.Found() {
		return b.encode(answer.NewAbsent(shown))
	}
	return b.encode(answer.NewRecord(key, entry.Record, b.Head(), shown))
}

func (b *bench) encode(value any) []byte {
	b.t.Helper()
	text, err := answer.Encode(value)
	if err != nil {
		b.t.Fatal(err)
	}
	return text
}

func (b *bench) check(text []byte, q answer.Question) (evidence.Finding, error) {
	return answer.Check(text, b.trust, q, b.Now.Time(), maxAge*time.Second)
}

// all are answers of every kind.
func (b *bench) all() []questioned {
	b.t.Helper()
	citizen := b.Enrol()
	compact := b.IssueCredential(citizen, nil)
	document, revoked, nothing := b.Digest(), b.Digest(), b.Digest()
	key := b.Register(document)
	notarisation := b.Notarise(document)
	b.Revoke(b.Register(revoked))
	_, batch := b.IssueMany(5)
	want := evidence.Expectation{Audience: "imi:PoliceMSP", Nonce: "bm9uY2U", MaxAge: 2 * time.Minute, Skew: time.Minute}
	presentation := b.Present(citizen, compact, want.Audience, want.Nonce, b.Now.Time(), "over_18")
	about := func(d ledger.Digest) answer.Question {
		return answer.Question{Document: &evidence.DocumentQuestion{Commitment: d}}
	}
	return []questioned{
		b.ask("document", about(document), evidence.Valid),
		b.ask("revoked document", about(revoked), evidence.Revoked),
		b.ask("no document", about(nothing), evidence.NotFound),
		b.ask("notarisation", answer.Question{Notarisation: &notarisation}, evidence.Valid),
		b.ask("credential of a batch", answer.Question{Credential: &batch[2].Credential}, evidence.Valid),
		b.ask("presentation", answer.Question{Presentation: &answer.Presentation{Text: presentation, Want: want}}, evidence.Valid),
		b.ask("record", answer.Question{Record: key}, evidence.Valid),
		b.ask("no record", answer.Question{Record: ledger.DocumentKey(nothing)}, evidence.NotFound),
	}
}

func TestAnswersAreAccepted(t *testing.T) {
	b := newBench(t)
	for _, q := range b.all() {
		if f, err := b.check(q.text, q.question); err != nil || f.Verdict != q.verdict {
			t.Errorf("%s: %s %s (%v)\n%s", q.name, f.Verdict, f.Reason, err, q.text)
		}
	}
}

// progress tells how far a test is that takes minutes.
func progress(t *testing.T, format string, args ...any) {
	if *everything {
		t.Logf(format, args...)
	}
}

// One bit of each byte changed, bytes dropped and doubled.
func TestEveryChangedByteIsRefused(t *testing.T) {
	b := newBench(t)
	tried, step := 0, 23 // prime: it comes to every part of an answer
	if *everything {
		step = 1
	}
	for _, q := range b.all() {
		progress(t, "%s: %d bytes tried so far", q.name, tried)
		for i := 0; i < len(q.text); i += step {
			tried++
			bit := byte(1) << (i % 8)
			changed := bytes.Clone(q.text)
			changed[i] ^= bit
			for what, text := range map[string][]byte{"changed": changed, "dropped": slices.Delete(bytes.Clone(q.text), i, i+1),
				"doubled": slices.Insert(bytes.Clone(q.text), i, q.text[i])} {
				if _, err := b.check(text, q.question); err == nil {
					t.Fatalf("%s: byte %d %s (%q) and accepted", q.name, i, what, q.text[max(0, i-20):min(len(q.text), i+20)])
				}
			}
		}
	}
	t.Logf("%d bytes changed, dropped and doubled; all refused", tried)
}

// Every member of an answer, at every level, dropped, doubled, given the value of its neighbour or of the same member of
// another valid answer.
func TestEveryChangedFieldIsRefused(t *testing.T) {
	b := newBench(t)
	all := b.all()
	b.Pass(time.Second)
	document := b.Digest()
	b.Register(document)
	all = append(all, b.ask("later document", answer.Question{Document: &evidence.DocumentQuestion{Commitment: document}}, evidence.Valid))
	tried := 0
	for _, q := range all {
		progress(t, "%s: %d mangled so far", q.name, tried)
		for i, donor := range all {
			if !*everything && i%4 != 0 {
				continue
			}
			for _, text := range mangled(t, q.text, donor.text) {
				if bytes.Equal(text, q.text) {
					continue
				}
				tried++
				if !*everything && tried%5 != 0 {
					continue
				}
				if _, err := b.check(text, q.question); err == nil {
					t.Fatalf("%s, with parts of %s, accepted:\n%s\ninstead of\n%s", q.name, donor.name, text, q.text)
				}
			}
			if !bytes.Equal(q.text, donor.text) {
				if _, err := b.check(donor.text, q.question); err == nil {
					t.Fatalf("the answer about %s was accepted for %s", donor.name, q.name)
				}
			}
		}
	}
	t.Logf("%d mangled answers; all that were tried were refused", tried)
	if tried < 1000 {
		t.Errorf("%d mangled answers", tried)
	}
}

func TestOldAnswersAreIndeterminate(t *testing.T) {
	b := newBench(t)
	for _, q := range b.all() {
		f, err := answer.Check(q.text, b.trust, q.question, b.Now.Time().Add(31*time.Second), maxAge*time.Second)
		if err != nil || f.Verdict == evidence.Valid || f.Verdict == evidence.NotFound {
			t.Errorf("%s: %s %s (%v)", q.name, f.Verdict, f.Reason, err)
		}
	}
}

func TestTrustDecides(t *testing.T) {
	b := newBench(t)
	q := b.all()[0]
	four := b.trust
	four.Threshold = 4
	if f, err := answer.Check(q.text, four, q.question, b.Now.Time(), maxAge*time.Second); err != nil || f.Reason != evidence.ReasonCosigners {
		t.Errorf("four needed: %s %s (%v)", f.Verdict, f.Reason, err)
	}
	other := b.trust
	other.Channel = "other"
	if _, err := answer.Check(q.text, other, q.question, b.Now.Time(), maxAge*time.Second); err == nil {
		t.Error("accepted for another channel")
	}
	fewer := b.trust
	fewer.Organisations = fewer.Organisations[1:]
	if _, err := answer.Check(q.text, fewer, q.question, b.Now.Time(), maxAge*time.Second); err == nil {
		t.Error("accepted with the signature of an organisation that is not trusted")
	}
	if _, err := answer.Check(q.text, answer.Trust{}, q.question, b.Now.Time(), maxAge*time.Second); err == nil {
		t.Error("no trust, and an answer")
	}
}

func TestTrustFile(t *testing.T) {
	b := newBench(t)
	text, err := b.trust.Encode()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := answer.ParseTrust(text); err != nil {
		t.Fatal(err)
	}
	for _, change := range []func(*answer.Trust){
		func(t *answer.Trust) { t.Channel = "" },
		func(t *answer.Trust) { t.Threshold = 0 },
		func(t *answer.Trust) { t.Threshold = 5 },
		func(t *answer.Trust) { t.Organisations[0], t.Organisations[1] = t.Organisations[1], t.Organisations[0] },
		func(t *answer.Trust) { t.Organisations[0].HeadKeys = t.Organisations[1].HeadKeys },
		func(t *answer.Trust) { t.Organisations = nil },
	} {
		changed := b.trust
		changed.Organisations = slices.Clone(changed.Organisations)
		change(&changed)
		raw, err := ledger.Encode(changed)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := answer.ParseTrust(raw); err == nil {
			t.Errorf("accepted %s", raw)
		}
	}
	if _, err := answer.ParseTrust(bytes.Replace(text, []byte(`"threshold"`), []byte(`"more":1,"threshold"`), 1)); err == nil {
		t.Error("accepted an unknown field")
	}
}

func FuzzCheck(f *testing.F) {
	b := newBench(f)
	q := b.all()[0]
	f.Add(q.text)
	f.Add([]byte(`{"evidence":{"head":"","records":null}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		if _, err := b.check(text, q.question); err == nil && !bytes.Equal(text, q.text) {
			t.Fatal("accepted another answer")
		}
	})
}
