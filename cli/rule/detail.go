package rule

import (
	"regexp"
	"strings"
)

var (
	details = newBook(ofChecks, ofCredentials, ofTransactions)
	parts   = newBook(ofParts, ofStatusReasons) // only after the sentences: "the header of A is not JSON" is one, about the header of A
)

// Bounds of what is translated: details come from a gateway, which may send anything.
const (
	longestDetail = 2000
	deepestDetail = 8
)

// Detail returns the translation of a check's detail, of the sentences quoted in it too. What has none stays as it is.
func Detail(text string) string {
	if len(text) > longestDetail {
		return text
	}
	return detail(text, 0)
}

func detail(text string, depth int) string {
	if depth > deepestDetail {
		return text
	}
	within := func(value string) string { return detail(value, depth+1) }
	if zh, known := details.chinese(text, within); known {
		return zh
	}
	if zh, known := refusals.chinese(text, part); known {
		return zh
	}
	if zh, known := listed(text); known {
		return zh
	}
	if zh, known := parts.chinese(text, within); known {
		return zh
	}
	return quoted(text, within)
}

// part translates a value of a refusal.
func part(text string) string {
	for _, b := range []*book{parts, characters} {
		if zh, known := b.chinese(text, part); known {
			return zh
		}
	}
	return text
}

// signer is an organisation in a list of those that signed, with the time of its signature where that is told.
var signer = regexp.MustCompile(`^([A-Za-z][A-Za-z0-9.-]*)(?: at ([0-9TZ:-]+))?$`)

// listed writes a list of signers as Chinese does.
func listed(text string) (zh string, known bool) {
	elements := strings.Split(text, ", ")
	timed := false
	for i, element := range elements {
		found := signer.FindStringSubmatch(element)
		if found == nil {
			return "", false
		}
		if elements[i] = found[1]; found[2] != "" {
			elements[i], timed = found[1]+"（"+found[2]+"）", true
		}
	}
	return strings.Join(elements, "、"), timed || len(elements) > 1
}

// quoted translates what stands behind a colon or before a record's key in brackets, as in a refusal put into words:
// "conflict: key: a record with this key exists (document/0f3a…)".
func quoted(text string, within func(string) string) string {
	if sentence, about, found := strings.Cut(text, " ("); found && strings.HasSuffix(about, ")") {
		if zh := within(sentence); zh != sentence {
			return zh + "（" + strings.TrimSuffix(about, ")") + "）"
		}
	}
	if before, sentence, found := strings.Cut(text, ": "); found {
		if label, zh := within(before), within(sentence); label != before || zh != sentence {
			return label + "：" + zh
		}
	}
	return text
}
