package ledger

import "time"

// Skew is how far a time written by an author may be from the time of the transaction that records it. Peers refuse
// transactions whose own time is further than that from their clock, so nothing can be backdated by more than twice this.
const Skew = 15 * time.Minute

// Time is a moment in whole seconds, UTC. Text form: RFC 3339 with "Z", years 2000 to 2199. The zero value is no time.
type Time struct{ t time.Time }

// At returns t cut to whole seconds.
func At(t time.Time) Time { return Time{t.UTC().Truncate(time.Second)} }

// ParseTime reads the text form.
func ParseTime(text string) (Time, error) {
	var t Time
	err := t.UnmarshalText([]byte(text))
	return t, err
}

// Time returns the moment as a time.Time.
func (t Time) Time() time.Time { return t.t }

// IsZero reports whether t is no time at all.
func (t Time) IsZero() bool { return t.t.IsZero() }

// Before reports whether t is earlier than u.
func (t Time) Before(u Time) bool { return t.t.Before(u.t) }

// Add returns t moved by d.
func (t Time) Add(d time.Duration) Time { return At(t.t.Add(d)) }

// String returns the text form.
func (t Time) String() string { return t.t.Format(time.RFC3339) } // UTC, so that it ends with Z

// MarshalText returns the text form.
func (t Time) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// UnmarshalText accepts the text form only.
func (t *Time) UnmarshalText(text []byte) error {
	parsed, err := time.Parse(time.RFC3339, string(text)) // a form that package time reads and writes far quicker than others
	read := At(parsed)
	if err != nil || read.String() != string(text) || parsed.Year() < 2000 || parsed.Year() > 2199 {
		return Refuse(Malformed, "", "a time is written like 2026-01-31T08:00:00Z (UTC, whole seconds, years 2000 to 2199)")
	}
	*t = read
	return nil
}

// near reports whether t is within Skew of u.
func (t Time) near(u Time) bool { return t.t.Sub(u.t).Abs() <= Skew }

func (t Time) checkNear(field string, now Time) error {
	if !t.near(now) {
		return Refuse(Invalid, field, "must be within %v of the transaction's time", Skew)
	}
	return nil
}

// Period is a span of time: from is in it, until is not; no until means no end.
type Period struct {
	From  Time `json:"from"`
	Until Time `json:"until,omitzero"`
}

// Covers reports whether t lies in the period.
func (p Period) Covers(t Time) bool {
	return !t.Before(p.From) && (p.Until.IsZero() || t.Before(p.Until))
}

// Side is where t lies: -1 before the period, 0 in it, 1 behind it.
func (p Period) Side(t Time) int {
	switch {
	case t.Before(p.From):
		return -1
	case p.Covers(t):
		return 0
	}
	return 1
}

func (p Period) check(field string) error {
	if !p.Until.IsZero() && !p.From.Before(p.Until) {
		return Refuse(Invalid, field, "a period must end after it begins")
	}
	return nil
}
