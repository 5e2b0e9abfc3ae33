package browser

import (
	"encoding/json"
	"flag"
	"testing"
	"time"

	"github.com/imi-ledger/imi/cli/proof"
)

// everything changes every byte of every kind of answer, which takes minutes:
//
//	go test ./evidence/browser -args -everything
var everything = flag.Bool("everything", false, "change every byte and member of every kind of answer, not a sample of them")

const vectorsFile = "../../testdata/vectors/answers.json"

// plan says what the page mangles: of each answer every so manyth byte and member, the latter with parts of the donors.
type plan struct {
	Bytes  map[string]int    `json:"bytes"`
	Fields map[string]int    `json:"fields"`
	Donors []string          `json:"donors"`
	Proofs map[string]string `json:"proofs"` // files by the name of their answer
}

// report is what the page tells.
type report struct {
	Vectors  int                `json:"vectors"`
	Proofs   int                `json:"proofs"`
	Bytes    int                `json:"bytes"`
	Fields   int                `json:"fields"`
	Foreign  int                `json:"foreign"` // answers to other questions
	Failures []string           `json:"failures"`
	Seconds  map[string]float64 `json:"seconds"`
}

// mangled are answers of every kind, each question once.
var mangled = []string{"record absent", "record present", "no document", "document", "document notarised three times", "document revoked",
	"credential of a batch of one", "last credential of a batch of seven", "notarisation", "presentation of all claims", "presentation of some elements"}

func newPlan() (plan, time.Duration) {
	p := plan{Bytes: map[string]int{}, Fields: map[string]int{}, Donors: []string{"document", "presentation of one claim"}}
	for _, name := range mangled {
		p.Bytes[name], p.Fields[name] = 53, 7 // primes: they come to every part of an answer
	}
	for _, name := range []string{"record absent", "record present"} { // the shortest
		p.Bytes[name], p.Fields[name] = 1, 1
	}
	if !*everything {
		return p, 5 * time.Minute
	}
	p.Donors = mangled
	for _, name := range mangled {
		p.Bytes[name], p.Fields[name] = 1, 1
	}
	return p, 20 * time.Minute
}

// proofFiles are proof files in both forms, as imi writes them.
func proofFiles(t *testing.T, vectors []byte) map[string]string {
	t.Helper()
	var all struct {
		Answers map[string]string
		Checks  []struct {
			Name     string
			Question json.RawMessage
		}
	}
	if err := json.Unmarshal(vectors, &all); err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for _, c := range all.Checks {
		if c.Name != "record present" && c.Name != "record absent" && c.Name != "credential" {
			continue
		}
		f := proof.File{Answer: all.Answers[c.Name]}
		if err := json.Unmarshal(c.Question, &f.Question); err != nil {
			t.Fatal(err)
		}
		f.Version = proof.Version
		text, err := f.Encode()
		if err != nil {
			t.Fatal(err)
		}
		files[c.Name] = string(text)
	}
	return files
}

// TestInABrowser holds the module to the vectors of package answer, and has it refuse answers that were tampered with.
func TestInABrowser(t *testing.T) {
	vectors := readFile(t, vectorsFile)
	var all struct{ Checks []json.RawMessage }
	if err := json.Unmarshal(vectors, &all); err != nil {
		t.Fatal(err)
	}
	p, limit := newPlan()
	p.Proofs = proofFiles(t, vectors)
	planned, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	s := newSite(t)
	s.serve("/test.html", "text/html; charset=utf-8", readFile(t, "testdata/test.html"))
	s.serve("/test.js", "text/javascript; charset=utf-8", readFile(t, "testdata/test.js"))
	s.serve("/vectors.json", "application/json", vectors)
	s.serve("/plan.json", "application/json", planned)
	var got report
	if err := json.Unmarshal(s.visit("/test.html", limit), &got); err != nil {
		t.Fatal(err)
	}
	for _, failure := range got.Failures {
		t.Error(failure)
	}
	if got.Vectors != len(all.Checks) || got.Vectors < 100 {
		t.Errorf("%d of %d vectors checked", got.Vectors, len(all.Checks))
	}
	if got.Proofs != 3 {
		t.Errorf("%d proof files read", got.Proofs)
	}
	if got.Bytes < 5000 || got.Fields < 500 || got.Foreign < len(mangled) {
		t.Errorf("only %d bytes and %d members changed, %d answers to other questions", got.Bytes, got.Fields, got.Foreign)
	}
	t.Logf("%d vectors as in Go; %d answers with a byte changed, dropped or doubled, %d with a member dropped, doubled, swapped or replaced, %d to other questions, all refused; %.1f s + %.1f s + %.1f s",
		got.Vectors, got.Bytes, got.Fields, got.Foreign, got.Seconds["vectors"], got.Seconds["bytes"], got.Seconds["fields"])
}
