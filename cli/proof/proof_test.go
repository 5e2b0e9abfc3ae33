package proof_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/imi-ledger/imi/cli/proof"
	"github.com/imi-ledger/imi/ledger"
)

// answers are the answers of the vectors, by name.
func answers(t testing.TB) map[string]string {
	t.Helper()
	text, err := os.ReadFile("../../testdata/vectors/answers.json")
	if err != nil {
		t.Fatal(err)
	}
	var v struct{ Answers map[string]string }
	if err := json.Unmarshal(text, &v); err != nil {
		t.Fatal(err)
	}
	return v.Answers
}

func TestBareAnswersTellTheirQuestion(t *testing.T) {
	for name, kind := range map[string]ledger.Kind{"record present": ledger.KindDocument, "document": ledger.KindDocument,
		"no document": ledger.KindDocument, "credential": ledger.KindAttestation, "notarisation": ledger.KindNotarisation} {
		f, err := proof.Parse([]byte(answers(t)[name]))
		if err != nil || f.Question.Key().Kind() != kind || (f.Question.Record != "") != (name == "record present") {
			t.Errorf("%s: %+v, %v", name, f.Question, err)
		}
	}
	for _, name := range []string{"record absent", "presentation of one claim"} {
		if _, err := proof.Parse([]byte(answers(t)[name])); ledger.CodeOf(err) != ledger.Malformed {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestProofsStaySmall: a proof of a record has less than 4 KB where its path has 28 siblings, as with 300 million records, also
// when the record was revoked, and is of a batch.
func TestProofsStaySmall(t *testing.T) {
	const siblings, limit = 28 * 32 * 4 / 3, 4096
	sizes := 0
	for name, text := range answers(t) {
		f, err := proof.Parse([]byte(text))
		if err != nil || f.Question.Record == "" {
			continue
		}
		kept, err := f.Encode()
		if err != nil || len(kept)+siblings >= limit {
			t.Errorf("%s: %d bytes and %d of siblings, %v", name, len(kept), siblings, err)
		}
		if again, err := proof.Parse(kept); err != nil || again != f {
			t.Errorf("%s: reads otherwise after it was written: %v", name, err)
		}
		sizes++
	}
	if sizes < 2 {
		t.Errorf("only %d answers about records", sizes)
	}
	// The longest there is: an index of a batch of 1,000, a long kind, the longest reason, a status change with its signature.
	text, err := os.ReadFile("testdata/revoked.json")
	if err != nil {
		t.Fatal(err)
	}
	f, err := proof.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	kept, err := f.Encode()
	const has = 17 * 32 * 4 / 3 // its own siblings
	if err != nil || len(kept) >= len(text)*2/3 || len(kept)-has+siblings >= limit {
		t.Errorf("%d bytes from %d, %v", len(kept), len(text), err)
	}
	t.Logf("%d bytes in place of %d", len(kept), len(text))
}

func TestOneForm(t *testing.T) {
	for name, changes := range map[string]map[string][2]string{
		"document": {
			"spaces":          {`"question":`, `"question": `},
			"another version": {`"version":1}` + "\n", `"version":2}` + "\n"},
			"two questions":   {`"question":{`, `"question":{"nonce":"x",`},
			"no digest":       {`"question":{"document":{"commitment":"`, `"question":{"document":{"commitment":"x`},
		},
		"record present": {
			"spaces":          {`"proof":`, `"proof": `},
			"another version": {`"version":2}` + "\n", `"version":1}` + "\n"},
			"an answer too":   {`{"head":`, `{"answer":"","head":`},
			"a question too":  {`"record":{`, `"question":{},"record":{`},
			"no key":          {`"key":"document/`, `"key":"documents/`},
			"no record":       {`"record":{`, `"record":null,"x":{`},
			"spaces inside":   {`"record":{"`, `"record":{ "`},
			"no head":         {`"head":"imi/`, `"head":"`},
			"cut off":         {`"version":2}` + "\n", ""},
		},
	} {
		f, err := proof.Parse([]byte(answers(t)[name]))
		if err != nil {
			t.Fatal(err)
		}
		good, err := f.Encode()
		if err != nil {
			t.Fatal(err)
		}
		again, err := proof.Parse(good)
		if text, err2 := again.Encode(); err != nil || err2 != nil || again.Answer != f.Answer || string(text) != string(good) {
			t.Errorf("%s: %v, %v, %s", name, err, err2, text)
		}
		if _, err := proof.Parse(append(good, '\n')); ledger.CodeOf(err) == "" {
			t.Errorf("%s, two line breaks: %v", name, err)
		}
		for what, change := range changes {
			bad := strings.Replace(string(good), change[0], change[1], 1)
			if bad == string(good) {
				t.Errorf("%s, %s: nothing was changed in %s", name, what, good)
			}
			if _, err := proof.Parse([]byte(bad)); ledger.CodeOf(err) == "" {
				t.Errorf("%s, %s: %v", name, what, err)
			}
		}
	}
	for _, bad := range []string{`{"answer":"","question":{},"version":1}`, ""} {
		if _, err := proof.Parse([]byte(bad)); ledger.CodeOf(err) == "" {
			t.Errorf("%s: %v", bad, err)
		}
	}
}

// FuzzParse: a proof is refused with a code, or reads the same after it was written.
func FuzzParse(f *testing.F) {
	all := answers(f)
	for _, name := range []string{"record present", "credential"} {
		f.Add([]byte(all[name]))
		kept, err := proof.Parse([]byte(all[name]))
		if err != nil {
			f.Fatal(err)
		}
		text, err := kept.Encode()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Add([]byte(`{"answer":"x","question":{"document":{"digest":"00"}},"version":1}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		kept, err := proof.Parse(text)
		if err != nil {
			if ledger.CodeOf(err) == "" {
				t.Fatalf("refused without a code: %v", err)
			}
			return
		}
		kept.Question.Key()
		kept.Evidence()
		again, err := kept.Encode()
		if err != nil {
			return // a bare answer that is no text
		}
		if read, err := proof.Parse(again); err != nil || read.Answer != kept.Answer {
			t.Fatalf("reads otherwise after it was written: %v", err)
		}
	})
}
