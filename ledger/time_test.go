package ledger_test

import (
	"strings"
	"testing"
	"time"

	"github.com/imi-ledger/imi/ledger"
)

// onlyForm is the form of times as package time spells forms.
const onlyForm = "2006-01-02T15:04:05Z"

func TestTimesHaveOneForm(t *testing.T) {
	good := []string{"2000-01-01T00:00:00Z", "2026-11-02T08:09:10Z", "2024-02-29T23:59:59Z", "2199-12-31T23:59:59Z"}
	for _, text := range good {
		checkTime(t, text)
		if _, err := ledger.ParseTime(text); err != nil {
			t.Errorf("%s is refused", text)
		}
	}
	bad := []string{"", "Z", "1999-12-31T23:59:59Z", "2200-01-01T00:00:00Z", "12026-11-02T08:09:10Z", "2026-11-02T08:09:10", "2026-11-02T08:09:10+00:00",
		"2026-11-02T08:09:10+08:00", "2026-11-02T08:09:10-00:00", "2026-11-02T08:09:10.5Z", "2026-11-02T08:09:10.0Z", "2026-11-02T08:09:10,5Z", "2026-11-02t08:09:10Z",
		"2026-11-02T08:09:10z", "2026-11-02 08:09:10Z", "2026-11-02T8:09:10Z", "2026-11-02T24:00:00Z", "2026-11-02T08:09:60Z", "2023-02-29T00:00:00Z",
		"2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z", "2026-11-02T08:09:10ZZ", " 2026-11-02T08:09:10Z", "2000-01-01T00:00:00+00:01", "2199-12-31T23:59:59-00:01"}
	for _, text := range bad {
		checkTime(t, text)
		if _, err := ledger.ParseTime(text); err == nil {
			t.Errorf("%s is read", text)
		}
	}
}

// checkTime holds reading a time against package time with the form spelt out.
func checkTime(t *testing.T, text string) {
	t.Helper()
	expected, problem := time.Parse(onlyForm, text)
	legal := problem == nil && expected.Format(onlyForm) == text && expected.Year() >= 2000 && expected.Year() < 2200
	read, err := ledger.ParseTime(text)
	if legal != (err == nil) {
		t.Errorf("%q: %v", text, err)
	}
	if legal && (read != ledger.At(expected) || read.Time() != expected || read.String() != text) {
		t.Errorf("%q is read as %v", text, read)
	}
}

func FuzzTime(f *testing.F) {
	f.Add("2026-11-02T08:09:10Z")
	f.Add("2026-11-02T08:09:10+08:00")
	f.Add(strings.Repeat("2", 20))
	f.Fuzz(func(t *testing.T, text string) { checkTime(t, text) })
}
