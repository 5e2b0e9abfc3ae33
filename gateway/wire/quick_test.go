package wire

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// FuzzQuickly demands that whatever is read quickly is read to the same by the strict reader.
func FuzzQuickly(f *testing.F) {
	digest := strings.Repeat("0a", 32)
	for _, text := range []string{
		`{"credential":"` + digest + `"}`, `{"notarisation":"` + digest[:32] + `"}`, ` { "document" : { "digest" : "` + digest + `" , "salt" : "` + digest + `" } } `,
		`{"document":{"commitment":"` + digest + `"}}` + "\n", `{"presentation":"a~b","nonce":"c"}`, `{"nonce":"c","nonce":"d"}`, `{"document":{},"document":{}}`,
		`{"document":null}`, `{"nonce":"\u0061"}`, `{"nonce":"é"}`, `{"nonce":"c"} x`, `{"nonce":"c"`, `{"nonce":1}`, `{}`, `{"nonce":"c",}`, `{"asOf":{"block":1}}`,
		"{\"nonce\":\"c\"}\x00", `{"Nonce":"c"}`,
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var quick Verification
		if !quick.readQuickly(data) {
			return
		}
		strict, err := decodeStrictly[Verification](data)
		if err != nil || !cmp.Equal(quick, strict) {
			t.Fatalf("%q: read quickly as %+v, strictly as %+v, %v", data, quick, strict, err)
		}
	})
}

func TestUsualQuestionsAreReadQuickly(t *testing.T) {
	digest := strings.Repeat("0a", 32)
	for _, text := range []string{`{"credential":"` + digest + `"}`, `{"document":{"digest":"` + digest + `"}}`, `{"presentation":"a~b~c.d-e_f","nonce":"x"}`} {
		var quick Verification
		if !quick.readQuickly([]byte(text)) {
			t.Errorf("%s is not", text)
		}
		if again, err := json.Marshal(quick); err != nil || len(again) != len(text) {
			t.Errorf("%s became %s, %v", text, again, err)
		}
	}
}
