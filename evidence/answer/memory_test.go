package answer_test

import (
	"testing"
	"time"

	"github.com/imi-ledger/imi/evidence"
	"github.com/imi-ledger/imi/evidence/answer"
	"github.com/imi-ledger/imi/evidence/evidencetest"
	"github.com/imi-ledger/imi/ledger"
)

// remembering gives answers anew and from a memory, side by side.
type remembering struct {
	*bench
	memory   *answer.Memory
	question answer.Question
	about    answer.Subject
	shelf    *answer.Shelf
}

func subjectOf(q answer.Question) answer.Subject {
	switch {
	case q.Document != nil:
		return answer.Subject{Key: ledger.DocumentKey(q.Document.Commitment), Method: q.Document.Method}
	case q.Notarisation != nil:
		return answer.Subject{Key: ledger.NotarisationKey(*q.Notarisation)}
	}
	return answer.Subject{Key: ledger.AttestationKey(*q.Credential)}
}

// ask demands that what the memory gives, if it gives anything, is to the byte what is found anew. It reports whether it does.
func (r *remembering) ask(what string) bool {
	r.t.Helper()
	note, _, vouching := r.vouched()
	if h := r.Head(); r.shelf == nil || r.shelf.Head() != h {
		r.shelf = answer.NewShelf(h, r.Tree())
	}
	now := r.shelf.Standing(note, vouching, r.Now.Time())
	given, verdict, again := r.memory.Again([]byte("before"), r.about, now, r.source())
	recorder := r.shelf.Recorder(r.source())
	f := r.find(r.question, recorder, vouching)
	v := answer.NewVerification(f, evidencetest.Police, "")
	if recorder.Unproven() == "" {
		v.Evidence = recorder.Evidence(note, needed, maxAge)
	}
	want, err := v.Append([]byte("before"))
	switch {
	case err != nil:
		r.t.Fatal(err)
	case !again && string(given) != "before":
		r.t.Errorf("%s: nothing is given, but written: %s", what, given)
	case again && (string(given) != string(want) || verdict != f.Verdict):
		r.t.Errorf("%s: the memory says %s\n%s\nanew it is %s\n%s", what, verdict, given, f.Verdict, want)
	}
	if text, _, ok := r.memory.Again(nil, r.about, r.shelf.Standing(note, &evidence.Vouching{Signed: vouching.Signed, Organisations: vouching.Organisations, Needed: 4, MaxAge: vouching.MaxAge}, r.Now.Time()), r.source()); ok {
		r.t.Errorf("%s: without enough signatures the memory says %s", what, text)
	}
	if text, kept := r.memory.Keep([]byte("before"), r.about, &v, recorder, now); kept && string(text) != string(want) || !kept && string(text) != "before" {
		r.t.Errorf("%s: kept (%v) is\n%s\nwhere it is\n%s", what, kept, text, want)
	}
	return again
}

// TestMemoryGivesWhatIsFoundAnew asks about everything again and again: at once, a second later, under other heads, after
// changes of the record and of the trust registry, and when periods of validity are over.
func TestMemoryGivesWhatIsFoundAnew(t *testing.T) {
	kept := map[evidence.Verdict]bool{evidence.Valid: true, evidence.Expired: true, evidence.Suspended: true, evidence.Revoked: true}
	for _, s := range allScenes() {
		b := newBench(t)
		q := s.arrange(b)
		if q.Presentation != nil || q.Record != "" {
			continue
		}
		t.Run(s.name, func(t *testing.T) {
			b.t = t
			r := &remembering{bench: b, memory: answer.NewMemory(10), question: q, about: subjectOf(q)}
			if r.ask("first") {
				t.Error("an answer is given that was never kept")
			}
			lasts := func(what string) {
				t.Helper()
				if got := r.ask(what); got != kept[s.verdict] {
					t.Errorf("%s: given again: %v", what, got)
				}
			}
			lasts("at once")
			b.Pass(time.Second)
			lasts("a second later")
			b.Enrol()
			lasts("after a block about something else")
			if !kept[s.verdict] {
				return
			}
			b.Amend(evidencetest.Audit, func(o *ledger.Organisation) { o.Title.En += "!" })
			r.ask("after another organisation changed")
			b.RotateKey(evidencetest.Service)
			b.RotateKey(evidencetest.Police)
			b.RotateKey(evidencetest.Notary)
			if r.ask("after the authors changed keys") {
				t.Error("the trust registry changed, and the same answer is given")
			}
			r.ask("again")
			if s.verdict == evidence.Valid {
				b.Change(r.about.Key, ledger.Suspended, ledger.ReasonHold)
				if r.ask("suspended") {
					t.Error("the record changed, and the same answer is given")
				}
				lasts("suspended, again")
				b.Change(r.about.Key, ledger.Active, ledger.ReasonReinstated)
				r.ask("reinstated")
			}
			b.Pass(100 * evidencetest.Year)
			if r.ask("after a hundred years") && s.verdict == evidence.Valid && q.Document == nil {
				t.Error("its time is over, and the same answer is given")
			}
		})
	}
}

// TestMemoryKeepsFewAnswers forgets.
func TestMemoryKeepsFewAnswers(t *testing.T) {
	b := newBench(t)
	memory := answer.NewMemory(1)
	given := 0
	for round := range 2 {
		for _, s := range attestationScenes()[:4] {
			q := s.arrange(b)
			r := &remembering{bench: b, memory: memory, question: q, about: subjectOf(q)}
			if r.ask(s.name); r.ask(s.name) {
				given++
			}
		}
		if want := 4 * (round + 1); given != want {
			t.Errorf("%d answers were given at once again, want %d", given, want)
		}
	}
	var nothing *answer.Memory
	r := &remembering{bench: b, memory: nothing, question: aboutDocument(b.Digest()), about: answer.Subject{}}
	if r.ask("no memory"); r.ask("no memory") {
		t.Error("no memory gives an answer")
	}
}
