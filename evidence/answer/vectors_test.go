package answer_test

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/cryptotest"
	"time"

	"github.com/imi-ledger/imi/evidence"
	"github.com/imi-ledger/imi/evidence/answer"
	"github.com/imi-ledger/imi/evidence/evidencetest"
	"github.com/imi-ledger/imi/ledger"
)

var update = flag.Bool("update", false, "write testdata/vectors/answers.json anew")

const vectorsFile = "../../testdata/vectors/answers.json"

// vectors are answers with what their check must find, for readers in other languages. The module that does it in a browser,
// evidence/browser, is held to them.
type vectors struct {
	Comment string            `json:"comment"`
	Trusts  map[string]string `json:"trusts"`
	Answers map[string]string `json:"answers"`
	Checks  []vector          `json:"checks"`
}

// vector is one check. It has a finding or a refusal.
type vector struct {
	Name     string          `json:"name"`
	Answer   string          `json:"answer"` // its name
	Trust    string          `json:"trust"`  // its name
	Question vectorQuestion  `json:"question"`
	Now      ledger.Time     `json:"now"`
	MaxAge   int             `json:"maxAgeSeconds"`
	Finding  json.RawMessage `json:"finding,omitempty"`
	Refusal  *ledger.Refusal `json:"refusal,omitempty"`
}

// vectorQuestion is a question as JSON.
type vectorQuestion struct {
	Document     *vectorDocument `json:"document,omitempty"`
	Notarisation *ledger.ID      `json:"notarisation,omitempty"`
	Credential   *ledger.Digest  `json:"credential,omitempty"`
	Record       ledger.Key      `json:"record,omitempty"`
	Presentation *string         `json:"presentation,omitempty"`
	Audience     string          `json:"audience,omitempty"`
	Nonce        string          `json:"nonce,omitempty"`
	MaxAge       int             `json:"maxAgeSeconds,omitempty"`
	Skew         int             `json:"skewSeconds,omitempty"`
}

type vectorDocument struct {
	Commitment ledger.Digest           `json:"commitment"`
	Method     ledger.CommitmentMethod `json:"method,omitempty"`
}

func newVectorQuestion(q answer.Question) vectorQuestion {
	v := vectorQuestion{Notarisation: q.Notarisation, Credential: q.Credential, Record: q.Record}
	if d := q.Document; d != nil {
		v.Document = &vectorDocument{d.Commitment, d.Method}
	}
	if p := q.Presentation; p != nil {
		text := string(p.Text)
		v.Presentation, v.Audience, v.Nonce = &text, p.Want.Audience, p.Want.Nonce
		v.MaxAge, v.Skew = int(p.Want.MaxAge/time.Second), int(p.Want.Skew/time.Second)
	}
	return v
}

func (v vectorQuestion) question() answer.Question {
	q := answer.Question{Notarisation: v.Notarisation, Credential: v.Credential, Record: v.Record}
	if d := v.Document; d != nil {
		q.Document = &evidence.DocumentQuestion{Commitment: d.Commitment, Method: d.Method}
	}
	if v.Presentation != nil {
		q.Presentation = &answer.Presentation{Text: []byte(*v.Presentation), Want: evidence.Expectation{Audience: v.Audience, Nonce: v.Nonce,
			MaxAge: time.Duration(v.MaxAge) * time.Second, Skew: time.Duration(v.Skew) * time.Second}}
	}
	return q
}

// TestVectors checks the answers of the file. That they can be made is checked too, but not that they come out the same to
// the byte: how cryptography uses randomness may change with Go.
func TestVectors(t *testing.T) {
	made := makeVectors(t)
	if *update {
		if err := os.WriteFile(vectorsFile, encodeVectors(t, made), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(vectorsFile)
	if err != nil {
		t.Fatal(err)
	}
	var kept vectors
	if err := json.Unmarshal(text, &kept); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(encodeVectors(t, kept), text) {
		t.Errorf("%s is not as this test writes it; run it with -args -update", vectorsFile)
	}
	if got, want := namesOf(kept), namesOf(made); !slices.Equal(got, want) {
		t.Errorf("%s has\n%q, not\n%q; run the test with -args -update", vectorsFile, got, want)
	}
	for i, v := range kept.Checks {
		finding, refusal := v.check(t, kept)
		if !bytes.Equal(finding, compact(t, v.Finding)) || !sameRefusal(refusal, v.Refusal) {
			t.Errorf("%s: %s %v, want %s %v", v.Name, finding, refusal, v.Finding, v.Refusal)
		}
		if i < len(made.Checks) && verdictOf(t, made.Checks[i]) != verdictOf(t, v) {
			t.Errorf("%s: %s in the file, %s when made anew", v.Name, verdictOf(t, v), verdictOf(t, made.Checks[i]))
		}
	}
	t.Logf("%d checks of %d answers", len(kept.Checks), len(kept.Answers))
}

func (v vector) check(t *testing.T, all vectors) ([]byte, *ledger.Refusal) {
	t.Helper()
	trust, err := answer.ParseTrust([]byte(all.Trusts[v.Trust]))
	if err != nil {
		return nil, refusalOf(t, v.Name, err)
	}
	f, err := answer.Check([]byte(all.Answers[v.Answer]), trust, v.Question.question(), v.Now.Time(), time.Duration(v.MaxAge)*time.Second)
	if err != nil {
		return nil, refusalOf(t, v.Name, err)
	}
	text, err := answer.Encode(f)
	if err != nil {
		t.Fatal(err)
	}
	return bytes.TrimSpace(text), nil
}

func refusalOf(t *testing.T, name string, err error) *ledger.Refusal {
	t.Helper()
	var refusal *ledger.Refusal
	if !errors.As(err, &refusal) {
		t.Fatalf("%s: %v is no refusal", name, err)
	}
	return refusal
}

func sameRefusal(a, b *ledger.Refusal) bool {
	return (a == nil) == (b == nil) && (a == nil || *a == *b)
}

func verdictOf(t *testing.T, v vector) string {
	t.Helper()
	if v.Refusal != nil {
		return "refused: " + v.Refusal.Rule
	}
	var f struct{ Verdict, Reason string }
	if err := json.Unmarshal(v.Finding, &f); err != nil {
		t.Fatal(err)
	}
	return f.Verdict + " " + f.Reason
}

func namesOf(v vectors) []string {
	var names []string
	for _, c := range v.Checks {
		names = append(names, c.Name)
	}
	return names
}

func compact(t *testing.T, text []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	if len(text) > 0 {
		if err := json.Compact(&b, text); err != nil {
			t.Fatal(err)
		}
	}
	return b.Bytes()
}

// encodeVectors writes each check on a line of its own.
func encodeVectors(t *testing.T, v vectors) []byte {
	t.Helper()
	checks := v.Checks
	v.Checks = []vector{}
	head, ok := bytes.CutSuffix(indented(t, v), []byte("[]\n}\n"))
	if !ok {
		t.Fatal("the checks are not the last")
	}
	out := append(head, "["...)
	for i, c := range checks {
		line, err := answer.Encode(c)
		if err != nil {
			t.Fatal(err)
		}
		out = append(append(out, strings.Repeat(",", min(i, 1))+"\n  "...), bytes.TrimSpace(line)...)
	}
	return append(out, "\n ]\n}\n"...)
}

func indented(t *testing.T, v any) []byte {
	t.Helper()
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	if err := e.Encode(v); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// makeVectors answers the questions of every scene, and checks the answers in the ways of every twist.
func makeVectors(t *testing.T) vectors {
	t.Helper()
	v := vectors{
		Comment: "Answers of a gateway and what their check must find, made by evidence/answer/vectors_test.go. " +
			"Answers and trust files are the text itself, every byte of it. Findings are compared as JSON, refusals by code, field and rule.",
		Trusts: map[string]string{}, Answers: map[string]string{},
	}
	trusts := trustsOf(newBench(t).trust)
	for name, trust := range trusts {
		text, err := ledger.Encode(trust)
		if err != nil {
			t.Fatal(err)
		}
		v.Trusts[name] = string(text) + "\n"
	}
	scenes := map[string]vector{}
	for _, s := range allScenes() {
		seed := ledger.DigestOf([]byte(s.name)) // its own, so that a new scene changes no other
		cryptotest.SetGlobalRandom(t, binary.BigEndian.Uint64(seed[:]))
		b := newBench(t)
		q := s.arrange(b)
		told := b.ask(s.name, q, s.verdict)
		v.Answers[s.name] = string(told.text)
		scenes[s.name] = v.add(t, vector{Name: s.name, Answer: s.name, Trust: "trust", Question: newVectorQuestion(q), Now: b.Now, MaxAge: maxAge})
		if got := strings.Fields(verdictOf(t, scenes[s.name]))[0]; got != string(s.verdict) {
			t.Errorf("%s: the gateway says %s, the check %s", s.name, s.verdict, got)
		}
	}
	for _, w := range allTwists() {
		check := scenes[w.of]
		check.Name, check.Finding, check.Refusal = w.name, nil, nil
		if w.text != nil {
			check.Answer, v.Answers[w.name] = w.name, w.text(v.Answers[w.of])
		}
		if w.check != nil {
			w.check(&check)
		}
		if got := verdictOf(t, v.add(t, check)); !strings.Contains(got, w.want) {
			t.Errorf("%s: %s, not %s", w.name, got, w.want)
		}
	}
	return v
}

func (v *vectors) add(t *testing.T, c vector) vector {
	t.Helper()
	c.Finding, c.Refusal = c.check(t, *v)
	v.Checks = append(v.Checks, c)
	return c
}

// trustsOf are the trust files: the good one, called trust, and others.
func trustsOf(good answer.Trust) map[string]answer.Trust {
	all := map[string]answer.Trust{}
	for name, change := range map[string]func(*answer.Trust){
		"trust":                  func(*answer.Trust) {},
		"four signatures needed": func(t *answer.Trust) { t.Threshold = 4 },
		"five signatures needed": func(t *answer.Trust) { t.Threshold = 5 },
		"one signature needed":   func(t *answer.Trust) { t.Threshold = 1 },
		"none needed":            func(t *answer.Trust) { t.Threshold = 0 },
		"another channel":        func(t *answer.Trust) { t.Channel = "other" },
		"no channel":             func(t *answer.Trust) { t.Channel = "" },
		"without AuditMSP":       func(t *answer.Trust) { t.Organisations = t.Organisations[1:] },
		"nobody":                 func(t *answer.Trust) { t.Organisations = nil },
		"only ServiceMSP":        func(t *answer.Trust) { t.Organisations, t.Threshold = t.Organisations[3:], 1 },
		"in disorder": func(t *answer.Trust) {
			t.Organisations[0], t.Organisations[1] = t.Organisations[1], t.Organisations[0]
		},
		"one key for two": func(t *answer.Trust) { t.Organisations[0].HeadKeys = t.Organisations[1].HeadKeys },
		"an organisation without keys": func(t *answer.Trust) {
			t.Organisations = slices.Insert(t.Organisations, 4, answer.Trusted{MSPID: "SilentMSP"})
		},
		"with another key of PoliceMSP": func(t *answer.Trust) {
			next, err := ledger.NewPublicKey(evidencetest.HeadKey("next").Public())
			if err != nil {
				panic(err)
			}
			t.Organisations[2].HeadKeys = append([]ledger.PublicKey{next}, t.Organisations[2].HeadKeys...)
		},
	} {
		trust := good
		trust.Organisations = slices.Clone(trust.Organisations)
		change(&trust)
		all[name] = trust
	}
	return all
}
