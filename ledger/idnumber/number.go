package idnumber

import (
	"fmt"
	"io"
	"log/slog"
	"strings"
	"time"
	"unique"
)

// Length is the number of characters of a citizen identification number.
const Length = 18

// Number is a citizen identification number that Parse has accepted. Numbers are comparable with ==; the zero Number
// stands for none.
//
// The text is held behind a handle, so that not even a struct with a Number in an unexported field, where fmt cannot
// call Format, prints it.
type Number struct {
	text unique.Handle[string]
}

// Sex is what the sequence part of a number says about its bearer.
type Sex string

// The two values a number can carry.
const (
	Male   Sex = "male"
	Female Sex = "female"
)

// IsZero says whether n is no number at all.
func (n Number) IsZero() bool { return n == Number{} }

// Reveal returns the 18 characters of the number, or "" for the zero Number. The result identifies a person: it belongs
// in a wallet or under a keyed hash, never in a log, an error, a URL or a ledger record.
func (n Number) Reveal() string {
	if n.IsZero() {
		return ""
	}
	return n.text.Value()
}

// String returns the masked form, such as 519*************0X: the first three and the last two characters.
func (n Number) String() string {
	if n.IsZero() {
		return ""
	}
	text := n.Reveal()
	return text[:3] + strings.Repeat("*", Length-5) + text[Length-2:]
}

// Format writes the masked form whatever the verb, so that %d, %x and %#v leak no more than %s.
func (n Number) Format(state fmt.State, _ rune) {
	// A write error has nowhere to go from here; fmt itself drops it too.
	_, _ = io.WriteString(state, n.String())
}

// LogValue gives the masked form to log/slog.
func (n Number) LogValue() slog.Value { return slog.StringValue(n.String()) }

// Area returns the six digits of the administrative area that gave out the number. It need not be a known code:
// areas are merged and renamed, numbers stay.
func (n Number) Area() string {
	if n.IsZero() {
		return ""
	}
	return n.Reveal()[:6]
}

// BirthDate returns midnight UTC of the day of birth, or the zero time for the zero Number.
func (n Number) BirthDate() time.Time {
	if n.IsZero() {
		return time.Time{}
	}
	born, _ := calendarDate(n.Reveal()[6:14])
	return born
}

// Sex returns what the seventeenth digit says: odd for male, even for female; "" for the zero Number.
func (n Number) Sex() Sex {
	if n.IsZero() {
		return ""
	}
	if (n.Reveal()[16]-'0')%2 == 1 {
		return Male
	}
	return Female
}

// Age returns the full years from birth to the calendar day of on, in on's own time zone; 0 before birth and for the
// zero Number. Who was born on 29 February completes a year on 1 March where there is no such day, so that nobody
// counts as of age a day early.
func (n Number) Age(on time.Time) int {
	if n.IsZero() {
		return 0
	}
	born, day := n.BirthDate(), midnight(on)
	years := day.Year() - born.Year()
	birthday := time.Date(day.Year(), born.Month(), born.Day(), 0, 0, 0, 0, time.UTC)
	if day.Before(birthday) {
		years--
	}
	return max(years, 0)
}

// midnight returns the calendar day that t shows in its own time zone, as midnight UTC.
func midnight(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
}
