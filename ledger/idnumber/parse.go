package idnumber

import (
	"strings"
	"time"
	"unicode/utf8"
	"unique"

	"github.com/imi-ledger/imi/ledger"
)

// field is the name under which refusals speak of the number.
const field = "idNumber"

// firstYear is the earliest year of birth accepted. Nobody born earlier lived to be given a number; such a date is a slip.
const firstYear = 1800

// Parse reads a number. ASCII white space around it is dropped and a final x becomes X; everything else must be
// exactly right. Refusals are *ledger.Refusal: Malformed for what does not have the form of a number, with the position
// of the first wrong character (counted from 1, after white space in front), Invalid for what a rule forbids.
func Parse(text string) (Number, error) {
	text = strings.Trim(text, " \t\r\n\v\f")
	if err := checkForm(text); err != nil {
		return Number{}, err
	}
	text = text[:Length-1] + strings.ToUpper(text[Length-1:])
	if err := checkRules(text); err != nil {
		return Number{}, err
	}
	return Number{unique.Make(text)}, nil
}

// ParseAsOf is Parse, and refuses a birth date after the calendar day of on as well.
func ParseAsOf(text string, on time.Time) (Number, error) {
	number, err := Parse(text)
	if err != nil {
		return Number{}, err
	}
	if number.BirthDate().After(midnight(on)) {
		return Number{}, ledger.Refuse(ledger.Invalid, field, "the birth date (characters 7 to 14) must not be in the future")
	}
	return number, nil
}

// checkForm accepts 17 ASCII digits followed by a digit, x or X. Characters come before the length, because a stray
// invisible character is the likeliest reason for a wrong length.
func checkForm(text string) error {
	if text == "" {
		return ledger.Refuse(ledger.Malformed, field, "must not be empty")
	}
	if err := checkCharacters(text); err != nil {
		return err
	}
	last := text[len(text)-1]
	switch {
	case len(text) == 15 && isDigit(rune(last)):
		return ledger.Refuse(ledger.Invalid, field, "a 15-digit number was issued before 1999-10-01 and "+
			"has not been valid since 2013-01-01; use the 18-digit number of the same person")
	case len(text) != Length:
		return ledger.Refuse(ledger.Malformed, field, "must have %d characters, has %d", Length, len(text))
	}
	return nil
}

// checkCharacters finds the first character that may not stand where it does.
func checkCharacters(text string) error {
	position := 0
	for offset, r := range text {
		position++
		size := utf8.RuneLen(r)
		if r == utf8.RuneError {
			_, size = utf8.DecodeRuneInString(text[offset:])
		}
		last := offset+size == len(text)
		switch {
		case isDigit(r), last && (r == 'x' || r == 'X'):
			continue
		case r == utf8.RuneError && size == 1:
			return refuseCharacter(position, "is not valid UTF-8")
		default:
			return refuseCharacter(position, describe(r))
		}
	}
	return nil
}

func refuseCharacter(position int, what string) error {
	return ledger.Refuse(ledger.Malformed, field, "character %d %s; only the digits 0 to 9, and X in the last place, may be used",
		position, what)
}

// checkRules checks what 18 characters of the right form must say.
func checkRules(text string) error {
	born, real := calendarDate(text[6:14])
	switch {
	case !real:
		return ledger.Refuse(ledger.Invalid, field, "characters 7 to 14 must be a date of the calendar, as YYYYMMDD")
	case born.Year() < firstYear:
		return ledger.Refuse(ledger.Invalid, field, "the year of birth (characters 7 to 10) must not be before %d", firstYear)
	case CheckCharacter(text[:Length-1]) != text[Length-1]:
		return ledger.Refuse(ledger.Invalid, field, "the check character does not fit the other 17; one of them is mistyped")
	}
	return nil
}

// CheckCharacter returns the ISO 7064 MOD 11-2 check character, 0 to 9 or X, of a string of ASCII digits.
func CheckCharacter(digits string) byte {
	sum := 0
	for i := range len(digits) {
		sum = (sum + int(digits[i]-'0')) * 2 % 11
	}
	return "0123456789X"[(12-sum)%11]
}

// calendarDate reads eight digits as a date; time.Parse refuses days that the month does not have.
func calendarDate(digits string) (time.Time, bool) {
	date, err := time.Parse("20060102", digits)
	return date, err == nil
}

func isDigit(r rune) bool { return '0' <= r && r <= '9' }
