package rule

import (
	"encoding/json"
	"errors"
	"os"
	"regexp"
	"testing"

	"github.com/imi-ledger/imi/ledger"
	"github.com/imi-ledger/imi/ledger/idnumber"
)

// TestIDNumbers demands that whoever mistypes a number in one of the ways of testdata reads why without English.
func TestIDNumbers(t *testing.T) {
	text, err := os.ReadFile("../../testdata/citizens_bad.json")
	if err != nil {
		t.Fatal(err)
	}
	var samples []struct{ Number string }
	if err := json.Unmarshal(text, &samples); err != nil {
		t.Fatal(err)
	}
	for _, invisible := range []rune{0xad, 0x180e, 0x200b, 0x200c, 0x200d, 0x200e, 0x200f, 0x202a, 0x202b, 0x202c, 0x202d, 0x202e, 0x2060, 0xfeff, '\u3000', 0xfffd} {
		samples = append(samples, struct{ Number string }{"1" + string(invisible) + "2"})
	}
	samples = append(samples, struct{ Number string }{"1\xff2"})
	english := regexp.MustCompile(`[a-z]{2,}`)
	for _, sample := range samples {
		_, err := idnumber.Parse(sample.Number)
		var refused *ledger.Refusal
		if !errors.As(err, &refused) {
			continue // wrong only as of a time
		}
		if zh := Chinese(refused.Rule); zh == refused.Rule || english.MatchString(zh) {
			t.Errorf("%q is told as %q", refused.Rule, zh)
		}
	}
}
