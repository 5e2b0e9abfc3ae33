package idnumber_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/imi-ledger/imi/ledger"
	"github.com/imi-ledger/imi/ledger/idnumber"
)

// The two numbers printed as examples in GB 11643-1999 itself.
const (
	standardX = "11010519491231002X"
	standard4 = "440524188001010014"
)

// invented has an area code that was never given out, as have all numbers of testdata.
var invented = withCheck("51980119900307001")

func withCheck(body string) string { return body + string(idnumber.CheckCharacter(body)) }

func TestParseAccepts(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"example of the standard, X", standardX, standardX},
		{"example of the standard, born 1880", standard4, standard4},
		{"small x", "11010519491231002x", standardX},
		{"ASCII white space around it", "\t 11010519491231002x\r\n", standardX},
		{"unknown area", withCheck("99999920000101001"), withCheck("99999920000101001")},
		{"leap day", withCheck("51980120000229001"), withCheck("51980120000229001")},
		{"first day", withCheck("51980118000101001"), withCheck("51980118000101001")},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := idnumber.Parse(test.text)
			if err != nil {
				t.Fatal(err)
			}
			if got.Reveal() != test.want {
				t.Errorf("got %s, want another number", got)
			}
		})
	}
}

// refused are texts that Parse refuses, with the code and a part of the rule.
var refused = []struct {
	name, text string
	code       ledger.Code
	rule       string // part of it
}{
	{"empty", "", ledger.Malformed, "empty"},
	{"only spaces", " \t\n", ledger.Malformed, "empty"},
	{"17 characters", invented[:17], ledger.Malformed, "must have 18 characters, has 17"},
	{"19 characters", "1" + invented, ledger.Malformed, "must have 18 characters, has 19"},
	{"15 digits", "519801900307001", ledger.Invalid, "not been valid since 2013-01-01; use the 18-digit number"},
	{"14 digits and X", "51980190030700X", ledger.Malformed, "has 15"},
	{"full-width digit", invented[:4] + "５" + invented[5:], ledger.Malformed, "character 5 is a full-width digit"},
	{"all full-width", "５１９８０１", ledger.Malformed, "character 1 is a full-width digit"},
	{"Arabic-Indic", invented[:2] + "٩" + invented[3:], ledger.Malformed, "character 3 is an Arabic-Indic digit"},
	{"Persian", invented[:2] + "۹" + invented[3:], ledger.Malformed, "character 3 is an Extended Arabic-Indic digit"},
	{"Tibetan", "༥" + invented[1:], ledger.Malformed, "character 1 is a Tibetan digit"},
	{"mathematical", "𝟓" + invented[1:], ledger.Malformed, "character 1 is a digit or numeral other than"},
	{"circled", "⑤" + invented[1:], ledger.Malformed, "character 1 is a digit or numeral other than"},
	{"Chinese numeral", invented[:9] + "〇" + invented[10:], ledger.Malformed, "character 10 is a Chinese numeral"},
	{"letter O", invented[:4] + "O" + invented[5:], ledger.Malformed, "character 5 is a letter that looks like a digit"},
	{"letter l", invented[:5] + "l" + invented[6:], ledger.Malformed, "character 6 is a letter or sign that looks like"},
	{"zero-width space", invented[:6] + "\u200b" + invented[6:], ledger.Malformed, "character 7 is invisible: zero-width space, U+200B"},
	{"after a 4-byte character", "𝟓𝟓" + invented[2:], ledger.Malformed, "character 1 "},
	{"zero-width at the end", invented + "\u200d", ledger.Malformed, "character 19 is invisible: zero-width joiner"},
	{"byte order mark", "\ufeff" + invented, ledger.Malformed, "character 1 is invisible: byte order mark"},
	{"override", "\u202e" + invented, ledger.Malformed, "character 1 is invisible: right-to-left override"},
	{"tag character", "\U000e0031" + invented, ledger.Malformed, "character 1 is invisible: U+E0031"},
	{"combining mark", invented[:1] + "\u0301" + invented[1:], ledger.Malformed, "character 2 is invisible: U+0301"},
	{"space inside", invented[:6] + " " + invented[6:], ledger.Malformed, "character 7 is a space"},
	{"no-break space in front", "\u00a0" + invented, ledger.Malformed, "character 1 is white space"},
	{"full-width space behind", invented + "\u3000", ledger.Malformed, "character 19 is a full-width space"},
	{"newline inside", invented[:6] + "\n" + invented[6:], ledger.Malformed, "character 7 is a line break"},
	{"NUL", invented[:6] + "\x00" + invented[7:], ledger.Malformed, "character 7 is a control character: U+0000"},
	{"hyphen", invented[:6] + "-" + invented[6:], ledger.Malformed, "character 7 is a hyphen"},
	{"letter A", invented[:17] + "A", ledger.Malformed, "character 18 is not a digit: U+0041"},
	{"X inside", invented[:9] + "X" + invented[10:], ledger.Malformed, "character 10 is X;"},
	{"full-width X", standardX[:17] + "Ｘ", ledger.Malformed, "character 18 looks like the letter X"},
	{"Cyrillic x", standardX[:17] + "х", ledger.Malformed, "character 18 looks like the letter X"},
	{"Roman ten", standardX[:17] + "Ⅹ", ledger.Malformed, "character 18 looks like the letter X"},
	{"invalid UTF-8", invented[:3] + "\xff" + invented[4:], ledger.Malformed, "character 4 is not valid UTF-8"},
	{"cut UTF-8", invented[:17] + "\xef\xbc", ledger.Malformed, "character 18 is not valid UTF-8"},
	{"replacement character", invented[:3] + "\ufffd", ledger.Malformed, "character 4 is not a digit: U+FFFD"},
	{"30 February", withCheck("51980119900230001"), ledger.Invalid, "date of the calendar"},
	{"29 February of a common year", withCheck("51980119000229001"), ledger.Invalid, "date of the calendar"},
	{"month 13", withCheck("51980119901301001"), ledger.Invalid, "date of the calendar"},
	{"month 0", withCheck("51980119900001001"), ledger.Invalid, "date of the calendar"},
	{"day 0", withCheck("51980119900300001"), ledger.Invalid, "date of the calendar"},
	{"born 1799", withCheck("51980117991231001"), ledger.Invalid, "before 1800"},
	{"wrong check digit", "110105194912310021", ledger.Invalid, "check character"},
	{"X for another check", standard4[:17] + "X", ledger.Invalid, "check character"},
}

func TestParseRefuses(t *testing.T) {
	for _, test := range refused {
		t.Run(test.name, func(t *testing.T) {
			got, err := idnumber.Parse(test.text)
			if ledger.CodeOf(err) != test.code || !strings.Contains(fmt.Sprint(err), test.rule) {
				t.Errorf("got %v, want %s … %s …", err, test.code, test.rule)
			}
			if !got.IsZero() {
				t.Error("a number came with the refusal")
			}
			refuseEcho(t, test.text, err)
		})
	}
}

// refuseEcho fails when an error repeats six digits in a row of what was refused.
func refuseEcho(t *testing.T, text string, err error) {
	t.Helper()
	message := err.Error()
	for i := 0; i+6 <= len(text); i++ {
		window := text[i : i+6]
		if strings.Trim(window, "0123456789") == "" && strings.Contains(message, window) {
			t.Errorf("the refusal repeats characters %d to %d of the number", i+1, i+6)
		}
	}
}

func TestParseAsOf(t *testing.T) {
	text := withCheck("51980120260731001")
	shanghai := time.FixedZone("UTC+8", 8*60*60)
	tests := []struct {
		name string
		on   time.Time
		code ledger.Code
	}{
		{"the day before", time.Date(2026, 7, 30, 23, 59, 59, 0, shanghai), ledger.Invalid},
		{"the day itself, which is yesterday in UTC", time.Date(2026, 7, 31, 0, 0, 0, 0, shanghai), ""},
		{"later", time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC), ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if _, err := idnumber.ParseAsOf(text, test.on); ledger.CodeOf(err) != test.code {
				t.Errorf("got %v, want code %q", err, test.code)
			}
		})
	}
	if _, err := idnumber.ParseAsOf("1", time.Now()); ledger.CodeOf(err) != ledger.Malformed {
		t.Errorf("got %v, want malformed", err)
	}
}

// TestEveryMistypedDigit shows what the check character promises: each single wrong digit and each swap of neighbours
// is noticed.
func TestEveryMistypedDigit(t *testing.T) {
	for place := range idnumber.Length {
		for _, digit := range "0123456789X" {
			wrong := invented[:place] + string(digit) + invented[place+1:]
			if _, err := idnumber.Parse(wrong); wrong != invented && err == nil {
				t.Errorf("accepted another character in place %d", place+1)
			}
		}
	}
	for place := range idnumber.Length - 1 {
		wrong := invented[:place] + invented[place+1:place+2] + invented[place:place+1] + invented[place+2:]
		if _, err := idnumber.Parse(wrong); wrong != invented && err == nil {
			t.Errorf("accepted places %d and %d swapped", place+1, place+2)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{standardX, standard4, invented, " " + invented + "\n", "519801900307001", "", "５１", "\xff", "1\u200b"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		number, err := idnumber.Parse(text)
		if err != nil {
			if code := ledger.CodeOf(err); code != ledger.Malformed && code != ledger.Invalid {
				t.Fatalf("refused without a code: %v", err)
			}
			refuseEcho(t, text, err)
			return
		}
		again, err := idnumber.Parse(number.Reveal())
		if err != nil || again != number {
			t.Fatalf("does not parse to itself: %v", err)
		}
		if born := number.BirthDate().Format("20060102"); born != number.Reveal()[6:14] {
			t.Fatal("the birth date is another one")
		}
	})
}

func BenchmarkParse(b *testing.B) {
	for b.Loop() {
		if _, err := idnumber.Parse(invented); err != nil {
			b.Fatal(err)
		}
	}
}
