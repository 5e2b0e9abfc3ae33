package cli

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/imi-ledger/imi/cli/proof"
	"github.com/imi-ledger/imi/ledger"
)

// answers are the vectors that every check of answers agrees on.
type answers struct {
	Answers map[string]string
	Trusts  map[string]string
	Checks  []struct {
		Name, Answer, Trust string
		Question            struct {
			proof.Question
			Document *struct {
				proof.Document
				Method ledger.CommitmentMethod
			} `json:"document"`
		}
		Now           ledger.Time
		MaxAgeSeconds int
		Finding       *struct{ Verdict, Reason string }
		Refusal       *ledger.Refusal
	}
}

func readAnswers(t *testing.T) answers {
	t.Helper()
	text, err := os.ReadFile("../testdata/vectors/answers.json")
	if err != nil {
		t.Fatal(err)
	}
	var v answers
	if err := json.Unmarshal(text, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

// TestOfflineVectors checks every kept answer of the vectors with nothing but a trust file.
func TestOfflineVectors(t *testing.T) {
	b, v, ran := newBench(t), readAnswers(t), 0
	for _, c := range v.Checks {
		q := c.Question.Question
		if d := c.Question.Document; d != nil {
			q.Document = &d.Document
			if d.Method == ledger.PlainDigest {
				q.Document = &proof.Document{Digest: d.Document.Commitment}
			} else if d.Method != "" {
				continue // a commitment says nothing of the digest behind it
			}
		}
		kept, err := proof.File{Answer: v.Answers[c.Answer], Question: q}.Encode()
		if err != nil || c.MaxAgeSeconds < 1 {
			continue // asks nothing, or for limits that this command takes for usage
		}
		ran++
		want := exitNotValid
		if c.Finding != nil {
			want = exitOfVerdict[c.Finding.Verdict]
		}
		o := b.run("-o", "json", "verify", "--offline", b.write("kept.json", string(kept)), "--trust", b.write("t.json", v.Trusts[c.Trust]),
			"--at", c.Now.String(), "--max-age", fmt.Sprintf("%ds", c.MaxAgeSeconds))
		if o.exit != want {
			t.Errorf("%s: exit %d, want %d\n%s%s", c.Name, o.exit, want, o.out, o.err)
			continue
		}
		var shown struct {
			Verdict, Reason string
			CheckedHere     *checked
		}
		if c.Finding == nil {
			continue
		}
		if err := json.Unmarshal([]byte(o.out), &shown); err != nil || shown.Verdict != c.Finding.Verdict || shown.Reason != c.Finding.Reason || shown.CheckedHere == nil {
			t.Errorf("%s: %v, %s", c.Name, err, o.out)
		}
	}
	if ran < 150 {
		t.Errorf("only %d of %d vectors were checked", ran, len(v.Checks))
	}
}

// TestProofsOfAnotherTime: a proof years old, and one by keys that the trust file no longer has, are called what they are.
func TestProofsOfAnotherTime(t *testing.T) {
	b, v := newBench(t), readAnswers(t)
	kept, err := proof.Parse([]byte(v.Answers["record present"]))
	if err != nil {
		t.Fatal(err)
	}
	text, err := kept.Encode()
	if err != nil {
		t.Fatal(err)
	}
	file := b.write("proof.json", string(text))
	for name, c := range map[string]struct {
		trust string
		args  []string
		exit  int
		said  string
	}{
		"fresh":                   {"trust", []string{"--at", "2026-11-23T11:00:10Z"}, exitDone, "VALID"},
		"ten years old":           {"trust", []string{"--at", "2036-11-23T11:00:00Z"}, exitUnknown, "imi proof refresh"},
		"ten years old, accepted": {"trust", []string{"--at", "2036-11-23T11:00:00Z", "--max-age", "0"}, exitDone, "what happened since does not show"},
		"a key was closed since":  {"without AuditMSP", []string{"--at", "2036-11-23T11:00:00Z", "--max-age", "0"}, exitNotValid, "the trust file of its time"},
	} {
		o := b.run(append([]string{"verify", "--offline", file, "--trust", b.write("t.json", v.Trusts[c.trust])}, c.args...)...)
		if o.exit != c.exit || !strings.Contains(o.out+o.err, c.said) {
			t.Errorf("%s: exit %d, %s%s", name, o.exit, o.out, o.err)
		}
	}
}

// TestVerifyTakesNothingOnTheGatewaysWord: what a gateway says counts as far as it is shown.
func TestVerifyTakesNothingOnTheGatewaysWord(t *testing.T) {
	b, g := withGateway(t)
	v := readAnswers(t)
	for _, c := range v.Checks {
		if c.Name == "credential" {
			b.now = c.Now.Time()
			digest, honest := c.Question.Credential.String(), v.Answers[c.Answer]
			b.write(trustFile, v.Trusts[c.Trust])
			evidence := strings.Index(honest, `,"evidence":`)
			for name, lie := range map[string]struct {
				text, out, err string
				exit           int
			}{
				"honest":                  {honest, "checked here against", "", exitDone},
				"a byte changed":          {strings.Replace(honest, "degree", "degrea", 1), "", "not what the organisations signed", exitNotValid},
				"without evidence":        {honest[:evidence] + "}\n", "gives no evidence", "", exitUnknown},
				"revoked, no evidence":    {strings.Replace(honest[:evidence], `"verdict":"valid"`, `"verdict":"revoked"`, 1) + "}\n", "word", "", exitNotValid},
				"not found, no evidence":  {strings.Replace(honest[:evidence], `"verdict":"valid"`, `"verdict":"not_found"`, 1) + "}\n", "gives no evidence", "", exitUnknown},
				"of another credential":   {v.Answers["credential revoked"], "", "not what the organisations signed", exitNotValid},
				"valid, and now too old":  {honest, "CANNOT BE KNOWN", "", exitUnknown},
				"without any trust file":  {honest, "no trust file", "", exitDone},
				"a trust file that isn't": {honest, "", "trust export", exitNotValid},
			} {
				t.Run(name, func(t *testing.T) {
					b.t = t
					g.answered = func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, lie.text) }
					args := []string{"verify", "credential", digest}
					switch name {
					case "valid, and now too old":
						b.later(31 * time.Second)
						defer b.later(-31 * time.Second)
					case "without any trust file":
						if err := os.Remove(b.path(trustFile)); err != nil {
							t.Fatal(err)
						}
						defer b.write(trustFile, v.Trusts[c.Trust])
					case "a trust file that isn't":
						args = append(args, "--trust", b.write("no.json", "{}"))
					}
					o := b.run(args...)
					if o.exit != lie.exit || !strings.Contains(o.out, lie.out) || !strings.Contains(o.err, lie.err) {
						t.Errorf("exit %d, want %d\n%s%s", o.exit, lie.exit, o.out, o.err)
					}
				})
			}
			return
		}
	}
	t.Fatal("no such vector")
}
