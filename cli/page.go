package cli

import (
	"fmt"
	"io"
	"strings"
	"unicode"

	"golang.org/x/text/width"

	"github.com/imi-ledger/imi/cli/message"
)

// page writes a result for people.
type page struct {
	out      io.Writer
	language message.Language
	screen   screen
}

// say returns a message in the page's language.
func (p *page) say(t message.Text, args ...any) string { return t.In(p.language, args...) }

// brackets puts an explanation behind what it explains.
func (p *page) brackets(text string) string {
	return p.say(message.Text{En: " (%s)", Zh: "（%s）"}, text)
}

// line writes one message as a line.
func (p *page) line(t message.Text, args ...any) { fmt.Fprintln(p.out, p.say(t, args...)) }

// text writes words that are the same in every language.
func (p *page) text(text string) { fmt.Fprintln(p.out, text) }

// blank separates parts.
func (p *page) blank() { fmt.Fprintln(p.out) }

// row is a label and what belongs to it.
type row struct {
	label message.Text
	value any
}

// fields writes labelled values; those without a value are left out.
func (p *page) fields(rows ...row) {
	longest := 0
	for _, r := range rows {
		if !isNothing(r.value) {
			longest = max(longest, columns(p.say(r.label)))
		}
	}
	for _, r := range rows {
		if !isNothing(r.value) {
			fmt.Fprintln(p.out, "  "+pad(p.say(r.label), longest)+"  "+fmt.Sprint(r.value))
		}
	}
}

func isNothing(value any) bool {
	text := fmt.Sprint(value)
	return value == nil || text == "" || text == "[]" || text == "<nil>"
}

// table writes rows under a heading, each column as wide as its widest cell.
func (p *page) table(heading []message.Text, rows [][]string) {
	first := make([]string, len(heading))
	for i, t := range heading {
		first[i] = p.say(t)
	}
	widest := make([]int, len(heading))
	for _, r := range append([][]string{first}, rows...) {
		for i, cell := range r {
			widest[i] = max(widest[i], columns(cell))
		}
	}
	p.tableRow(first, widest)
	for _, r := range rows {
		p.tableRow(r, widest)
	}
}

func (p *page) tableRow(cells []string, widest []int) {
	var b strings.Builder
	last := len(cells) - 1
	for i, cell := range cells[:last] {
		b.WriteString("  " + pad(cell, widest[i]))
	}
	start := columns(b.String()) + 2
	for i, line := range wrap(cells[last], p.screen.width-start) {
		if i > 0 {
			b.WriteString("\n" + strings.Repeat(" ", start-2))
		}
		b.WriteString("  " + line)
	}
	fmt.Fprintln(p.out, strings.TrimRight(b.String(), " "))
}

// narrowest is the narrowest column that text is broken into.
const narrowest = 24

// wrap breaks a text into lines of a width, between words and between Chinese characters. Where there is no limit, or too
// little room, it stays whole.
func wrap(text string, width int) []string {
	if width < narrowest || columns(text) <= width {
		return []string{text}
	}
	var lines []string
	line := ""
	for _, piece := range breakable(text) {
		if strings.TrimSpace(line) != "" && columns(line)+columns(strings.TrimRight(piece, " ")) > width {
			lines, line = append(lines, strings.TrimRight(line, " ")), ""
		}
		line += piece
	}
	return append(lines, strings.TrimRight(line, " "))
}

// breakable cuts a text where a line may end: behind a space and before a Chinese character, but not before its
// punctuation.
func breakable(text string) (pieces []string) {
	start, former := 0, ' '
	for i, r := range text {
		if i > start && (former == ' ' && r != ' ' || isWide(r) && !unicode.IsPunct(r)) {
			pieces, start = append(pieces, text[start:i]), i
		}
		former = r
	}
	return append(pieces, text[start:])
}

func pad(text string, to int) string { return text + strings.Repeat(" ", max(0, to-columns(text))) }

// columns is how many columns of a terminal a text takes: Chinese characters take two, escape sequences none.
func columns(text string) int {
	n := 0
	escape := false
	for _, r := range text {
		switch {
		case escape:
			escape = r != 'm'
		case r == '\x1b':
			escape = true
		default:
			n++
			if isWide(r) {
				n++
			}
		}
	}
	return n
}

func isWide(r rune) bool {
	kind := width.LookupRune(r).Kind()
	return kind == width.EastAsianWide || kind == width.EastAsianFullwidth
}

// The colours: results that are good, bad, and neither.
const (
	green  = "32"
	red    = "31"
	yellow = "33"
	grey   = "90"
)

// paint colours a word on a terminal.
func (p *page) paint(colour, text string) string {
	if !p.screen.colour {
		return text
	}
	return "\x1b[" + colour + "m" + text + "\x1b[0m"
}
