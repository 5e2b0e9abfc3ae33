package main

// badNumber is one case of citizens_bad.json: a text that must be refused with the code, and, when one character is to
// blame, its position counted in characters from 1; 0 otherwise.
type badNumber struct {
	Name     string `json:"name"`
	Number   string `json:"number"`
	Code     string `json:"code"`
	Position int    `json:"position"`
	Reason   string `json:"reason"`
}

// goodBody is a well-formed number without its check character, from which the bad ones are made.
const goodBody = "51980119900307001"

func makeBadNumbers() []badNumber {
	var all []badNumber
	all = append(all, wrongLengths()...)
	all = append(all, wrongCharacters()...)
	return append(all, wrongRules()...)
}

func wrongLengths() []badNumber {
	good := goodBody + checkCharacter(goodBody)
	return []badNumber{
		{"empty", "", "malformed", 0, "nothing was entered"},
		{"only white space", " \t ", "malformed", 0, "nothing was entered"},
		{"one digit", "5", "malformed", 0, "too short"},
		{"17 digits", goodBody, "malformed", 0, "the check character is missing"},
		{"19 digits", good + "1", "malformed", 0, "too long"},
		{"twice", good + good, "malformed", 0, "too long: pasted twice"},
		{"15 digits, male", "519801900307001", "invalid", 0, "issued before 1999-10-01, not valid since 2013-01-01"},
		{"15 digits, female", "119801551231024", "invalid", 0, "issued before 1999-10-01, not valid since 2013-01-01"},
		{"15 digits, centenarian sequence", "319801180229996", "invalid", 0, "issued before 1999-10-01, not valid since 2013-01-01"},
		{"14 digits and X", "51980190030700X", "malformed", 0, "neither 15 digits nor 18 characters"},
	}
}

func wrongCharacters() []badNumber {
	good := goodBody + checkCharacter(goodBody)
	replace := func(position int, with string) string { return good[:position-1] + with + good[position:] }
	insert := func(position int, what string) string { return good[:position-1] + what + good[position-1:] }
	return []badNumber{
		{"full-width digits", "５１９８０１１９９００３０７００１１", "malformed", 1, "full-width digits"},
		{"one full-width digit", replace(5, "０"), "malformed", 5, "full-width digit"},
		{"full-width X", replace(18, "Ｘ"), "malformed", 18, "full-width letter"},
		{"Arabic-Indic digits", "٥١٩٨٠١١٩٩٠٠٣٠٧٠٠١١", "malformed", 1, "Arabic-Indic digits"},
		{"one Arabic-Indic digit", replace(9, "٩"), "malformed", 9, "Arabic-Indic digit"},
		{"Extended Arabic-Indic digit", replace(9, "۹"), "malformed", 9, "Extended Arabic-Indic digit"},
		{"Devanagari digit", replace(8, "९"), "malformed", 8, "Devanagari digit"},
		{"Tibetan digit", replace(2, "༡"), "malformed", 2, "Tibetan digit"},
		{"Mongolian digit", replace(2, "᠑"), "malformed", 2, "Mongolian digit"},
		{"mathematical bold digit", replace(1, "𝟓"), "malformed", 1, "digit beyond the basic plane"},
		{"superscript digit", replace(17, "¹"), "malformed", 17, "superscript digit"},
		{"circled digit", replace(17, "①"), "malformed", 17, "circled digit"},
		{"Chinese numeral zero", replace(5, "〇"), "malformed", 5, "Chinese numeral"},
		{"letter O for 0", replace(5, "O"), "malformed", 5, "letter for a digit"},
		{"letter o for 0", replace(11, "o"), "malformed", 11, "letter for a digit"},
		{"letter I for 1", replace(2, "I"), "malformed", 2, "letter for a digit"},
		{"letter l for 1", replace(2, "l"), "malformed", 2, "letter for a digit"},
		{"Cyrillic O for 0", replace(5, "О"), "malformed", 5, "letter of another script for a digit"},
		{"Greek omicron for 0", replace(5, "Ο"), "malformed", 5, "letter of another script for a digit"},
		{"Cyrillic Ha for X", replace(18, "Х"), "malformed", 18, "letter of another script for X"},
		{"Greek chi for X", replace(18, "χ"), "malformed", 18, "letter of another script for X"},
		{"multiplication sign for X", replace(18, "×"), "malformed", 18, "sign for X"},
		{"Roman numeral ten for X", replace(18, "Ⅹ"), "malformed", 18, "sign for X"},
		{"X inside", replace(10, "X"), "malformed", 10, "X before the last place"},
		{"zero-width space", insert(7, "\u200b"), "malformed", 7, "invisible character"},
		{"zero-width joiner at the end", good + "\u200d", "malformed", 19, "invisible character"},
		{"zero-width non-joiner in front", "\u200c" + good, "malformed", 1, "invisible character"},
		{"byte order mark", "\ufeff" + good, "malformed", 1, "invisible character"},
		{"word joiner", insert(15, "\u2060"), "malformed", 15, "invisible character"},
		{"soft hyphen", insert(7, "\u00ad"), "malformed", 7, "invisible character"},
		{"right-to-left override", "\u202e" + good, "malformed", 1, "changes the order of display"},
		{"combining mark", insert(2, "\u0301"), "malformed", 2, "invisible on a digit"},
		{"variation selector", insert(2, "\ufe0f"), "malformed", 2, "invisible character"},
		{"embedded newline", insert(7, "\n"), "malformed", 7, "line break"},
		{"embedded carriage return", insert(7, "\r\n"), "malformed", 7, "line break"},
		{"embedded space", insert(7, " "), "malformed", 7, "space"},
		{"embedded tab", insert(7, "\t"), "malformed", 7, "white space"},
		{"groups with spaces", "519801 19900307 0011", "malformed", 7, "space"},
		{"groups with hyphens", "519801-19900307-0011", "malformed", 7, "hyphen"},
		{"full-width space behind", good + "\u3000", "malformed", 19, "only ASCII white space is dropped"},
		{"no-break space in front", "\u00a0" + good, "malformed", 1, "only ASCII white space is dropped"},
		{"NUL", insert(7, "\x00"), "malformed", 7, "control character"},
		{"quoted", `"` + good + `"`, "malformed", 1, "quotation mark"},
		{"formula of a spreadsheet", "'" + good, "malformed", 1, "apostrophe"},
		{"scientific notation", "5.19801E+17", "malformed", 2, "what a spreadsheet makes of it"},
		{"position counts from the first character kept", "  " + replace(5, "O"), "malformed", 5, "white space in front does not count"},
		{"name for number", "陈思远", "malformed", 1, "not a number"},
	}
}

func wrongRules() []badNumber {
	dated := func(date string) string {
		body := "519801" + date + "001"
		return body + checkCharacter(body)
	}
	good := goodBody + checkCharacter(goodBody)
	swapped := good[:2] + good[3:4] + good[2:3] + good[4:]
	return []badNumber{
		{"wrong check digit", goodBody + other(checkCharacter(goodBody)), "invalid", 0, "check character"},
		{"X where a digit is due", goodBody + "X", "invalid", 0, "check character"},
		{"two digits swapped", swapped, "invalid", 0, "check character"},
		{"one digit mistyped", "61" + good[2:], "invalid", 0, "check character"},
		{"30 February", dated("19900230"), "invalid", 0, "no such day"},
		{"29 February of a common year", dated("19990229"), "invalid", 0, "no such day"},
		{"29 February 1900", dated("19000229"), "invalid", 0, "1900 was not a leap year"},
		{"31 April", dated("19900431"), "invalid", 0, "no such day"},
		{"month 13", dated("19901301"), "invalid", 0, "no such month"},
		{"month 00", dated("19900001"), "invalid", 0, "no such month"},
		{"day 00", dated("19900300"), "invalid", 0, "no such day"},
		{"day 32", dated("19900332"), "invalid", 0, "no such day"},
		{"year 1799", dated("17991231"), "invalid", 0, "before 1800"},
		{"year 0000", dated("00000101"), "invalid", 0, "before 1800"},
		{"all zeros", "000000000000000000", "invalid", 0, "no such date"},
		{"all nines", "999999999999999999", "invalid", 0, "no such date"},
	}
}

// other returns a digit that is not the check character given.
func other(check string) string {
	if check == "7" {
		return "8"
	}
	return "7"
}
