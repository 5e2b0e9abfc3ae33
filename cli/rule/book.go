package rule

import (
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// book holds translations: of whole sentences, and of the forms that sentences are made with.
type book struct {
	tables []map[string]string
	forms  func() []form
}

// form recognises the sentences made with a format.
type form struct {
	pattern *regexp.Regexp
	chinese string
	names   []bool // which of its values are names in quotation marks, which are never translated
}

func newBook(tables ...map[string]string) *book {
	return &book{tables, sync.OnceValue(func() []form { return formsOf(tables) })}
}

// chinese returns the translation of a text; within translates the values that stand in it.
func (b *book) chinese(text string, within func(string) string) (zh string, known bool) {
	for _, table := range b.tables {
		if zh, known := table[text]; known {
			return zh, true
		}
	}
	for _, f := range b.forms() {
		if found := f.pattern.FindStringSubmatch(text); found != nil {
			values := make([]any, len(found)-1)
			for i, value := range found[1:] {
				if values[i] = value; !f.names[i] {
					values[i] = within(value)
				}
			}
			return fmt.Sprintf(f.chinese, values...), true
		}
	}
	return "", false
}

// formsOf lists the formats among the sentences in a fixed order, those with the longest text first, and then those with
// the fewest values: the more a form says, the surer the match.
func formsOf(tables []map[string]string) []form {
	all := map[string]string{}
	for _, table := range tables {
		maps.Copy(all, table)
	}
	formats := slices.DeleteFunc(slices.Collect(maps.Keys(all)), func(f string) bool { return !strings.Contains(f, "%") })
	slices.SortFunc(formats, func(a, b string) int {
		return cmp.Or(cmp.Compare(certain(b), certain(a)), cmp.Compare(len(a), len(b)), cmp.Compare(a, b))
	})
	var out []form
	for _, f := range formats {
		one := form{pattern: patternOf(f), chinese: all[f]}
		for _, v := range verb.FindAllString(f, -1) {
			one.names = append(one.names, v == "%q")
		}
		out = append(out, one)
	}
	return out
}

// certain is how much of a format is the same in every sentence made with it.
func certain(format string) int { return len(verb.ReplaceAllString(format, "")) }

var verb = regexp.MustCompile(`%[dsvqw]|%\.1f`)

// patternOf matches what a format makes; each verb is a group.
func patternOf(format string) *regexp.Regexp {
	var b strings.Builder
	b.WriteString("^")
	at := 0
	for _, place := range verb.FindAllStringIndex(format, -1) {
		b.WriteString(regexp.QuoteMeta(format[at:place[0]]))
		switch format[place[1]-1] {
		case 'd':
			b.WriteString(`(-?\d+)`)
		case 'f':
			b.WriteString(`(-?\d+\.\d+)`)
		case 'q':
			b.WriteString(`"([^"]*)"`)
		default:
			b.WriteString(`(.*?)`)
		}
		at = place[1]
	}
	b.WriteString(regexp.QuoteMeta(format[at:]) + "$")
	return regexp.MustCompile(b.String())
}
