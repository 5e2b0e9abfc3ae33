package idnumber_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/imi-ledger/imi/ledger/idnumber"
)

func mustParse(t testing.TB, text string) idnumber.Number {
	t.Helper()
	number, err := idnumber.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return number
}

// TestNeverPrinted formats and logs a number in every way that comes to mind, also inside other values.
func TestNeverPrinted(t *testing.T) {
	number := mustParse(t, standardX)
	wrapped := struct{ hidden idnumber.Number }{number}
	list := []any{number, &number, wrapped, &wrapped, []idnumber.Number{number}, map[string]idnumber.Number{"a": number}}
	var out bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d", "%x", "%X", "%t", "%30s", "%.18s"} {
		for _, value := range list {
			fmt.Fprintf(&out, verb+"\n", value)
		}
	}
	for _, value := range list {
		slog.New(slog.NewTextHandler(&out, nil)).Info("enrolled", "number", value)
		slog.New(slog.NewJSONHandler(&out, nil)).Info("enrolled", "number", value)
		if text, err := json.Marshal(value); err == nil {
			out.Write(text)
		}
	}
	if strings.Contains(out.String(), "19491231") || strings.Contains(out.String(), fmt.Sprintf("%x", "19491231")) {
		t.Errorf("the number was printed:\n%s", out.String())
	}
	if got := number.String(); got != "110*************2X" {
		t.Errorf("masked form is %s", got)
	}
}

func TestParts(t *testing.T) {
	tests := []struct {
		text, area, born string
		sex              idnumber.Sex
	}{
		{standardX, "110105", "1949-12-31", idnumber.Female},
		{standard4, "440524", "1880-01-01", idnumber.Male},
	}
	for _, test := range tests {
		n := mustParse(t, test.text)
		if got := n.BirthDate().Format(time.DateOnly); n.Area() != test.area || got != test.born || n.Sex() != test.sex {
			t.Errorf("%s: area %s, born %s, %s", n, n.Area(), got, n.Sex())
		}
	}
	var none idnumber.Number
	if !none.IsZero() || none.Reveal()+none.String()+none.Area()+string(none.Sex()) != "" || !none.BirthDate().IsZero() || none.Age(time.Now()) != 0 {
		t.Error("the zero Number says something")
	}
}

func TestAge(t *testing.T) {
	tests := []struct {
		born, on string
		want     int
	}{
		{"20080131", "2026-01-30", 17},
		{"20080131", "2026-01-31", 18},
		{"20080229", "2026-02-28", 17},
		{"20080229", "2026-03-01", 18},
		{"20080229", "2028-02-28", 19},
		{"20080229", "2028-02-29", 20},
		{"20080301", "2026-03-01", 18},
		{"20080101", "2008-01-01", 0},
		{"20080101", "1990-01-01", 0},
		{"19000101", "2026-07-31", 126},
	}
	for _, test := range tests {
		on, err := time.Parse(time.DateOnly, test.on)
		if err != nil {
			t.Fatal(err)
		}
		if got := mustParse(t, withCheck("519801"+test.born+"001")).Age(on); got != test.want {
			t.Errorf("born %s, on %s: %d years, want %d", test.born, test.on, got, test.want)
		}
	}
	evening := time.Date(2026, 1, 30, 20, 0, 0, 0, time.UTC)
	n := mustParse(t, withCheck("51980120080131001"))
	if n.Age(evening) != 17 || n.Age(evening.In(time.FixedZone("UTC+8", 8*60*60))) != 18 {
		t.Error("the day of Age is not the day in the time zone given")
	}
}

func TestTag(t *testing.T) {
	key := bytes.Repeat([]byte{7}, 32)
	number := mustParse(t, "11010519491231002x")
	got, err := number.Tag(key)
	if err != nil {
		t.Fatal(err)
	}
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte("imi person tag v1\x0011010519491231002X"))
	if !hmac.Equal(got[:], mac.Sum(nil)) {
		t.Errorf("got %x", got)
	}
	other, err := number.Tag(bytes.Repeat([]byte{8}, 32))
	if err != nil || other == got {
		t.Errorf("another key: equal tag or %v", err)
	}
	if _, err := number.Tag(key[:31]); err == nil {
		t.Error("a key of 31 bytes was taken")
	}
	if _, err := (idnumber.Number{}).Tag(key); err == nil {
		t.Error("the zero Number has a tag")
	}
}

func BenchmarkTag(b *testing.B) {
	number, key := mustParse(b, standardX), make([]byte, 32)
	for b.Loop() {
		if _, err := number.Tag(key); err != nil {
			b.Fatal(err)
		}
	}
}
