package proof_test

import (
	"bytes"
	"encoding/json"
	"os"
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

// TestProofsStaySmall: a proof of a record has less than 4 KB where its path has 28 siblings, as with 300 million records.
func TestProofsStaySmall(t *testing.T) {
	const siblings = 28 * 32 * 4 / 3
	for _, name := range []string{"record present", "record of an attestation"} {
		f, err := proof.Parse([]byte(answers(t)[name]))
		if err != nil {
			t.Fatal(err)
		}
		text, err := f.Encode()
		if err != nil || len(text)+siblings >= 4096 {
			t.Errorf("%s: %d bytes and %d of siblings, %v", name, len(text), siblings, err)
		}
		t.Logf("%s: %d bytes", name, len(text))
	}
}

func TestOneForm(t *testing.T) {
	f, err := proof.Parse([]byte(answers(t)["record present"]))
	if err != nil {
		t.Fatal(err)
	}
	good, err := f.Encode()
	if err != nil {
		t.Fatal(err)
	}
	if again, err := proof.Parse(good); err != nil || again != f {
		t.Errorf("%+v, %v", again, err)
	}
	for name, bad := range map[string]string{
		"two line breaks": string(good) + "\n",
		"spaces":          string(bytes.Replace(good, []byte(`"question":`), []byte(`"question": `), 1)),
		"another version": string(bytes.Replace(good, []byte(`"version":1`), []byte(`"version":2`), 1)),
		"two questions":   string(bytes.Replace(good, []byte(`"question":{`), []byte(`"question":{"nonce":"x",`), 1)),
		"no key":          string(bytes.Replace(good, []byte(`"record":"document/`), []byte(`"record":"documents/`), 1)),
		"no question":     `{"answer":"","question":{},"version":1}`,
		"nothing":         "",
	} {
		if _, err := proof.Parse([]byte(bad)); ledger.CodeOf(err) == "" {
			t.Errorf("%s: %v", name, err)
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
