package main

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
)

// pdfPage collects what is drawn on one page. Coordinates are points (1/72 inch) from the lower left corner.
type pdfPage struct {
	file          *pdf
	width, height int
	content       bytes.Buffer
}

// A4 in points, upright.
const (
	a4Short = 595
	a4Long  = 842
)

func (d *pdf) page(width, height int) *pdfPage {
	page := &pdfPage{file: d, width: width, height: height}
	d.pages = append(d.pages, page)
	return page
}

// text writes one line with its start at x and its baseline at y.
func (p *pdfPage) text(x, y, size int, text string) {
	fmt.Fprintf(&p.content, "BT %d %d Td", x, y)
	for rest := text; rest != ""; {
		ascii, run := rest[0] < 0x80, rest
		if end := strings.IndexFunc(rest, func(r rune) bool { return r < 0x80 != ascii }); end > 0 {
			run = rest[:end]
		}
		rest = rest[len(run):]
		if ascii {
			fmt.Fprintf(&p.content, " /H %d Tf (%s) Tj", size, strings.NewReplacer("\\", "\\\\", "(", "\\(", ")", "\\)").Replace(run))
			continue
		}
		for _, character := range run {
			glyph := p.file.glyph(character)
			fmt.Fprintf(&p.content, " /T%d %d Tf <%02X> Tj", glyph/glyphsPerFont, size, glyph%glyphsPerFont+1)
		}
	}
	p.content.WriteString(" ET\n")
}

// glyph returns the number of a character in the file's fonts.
func (d *pdf) glyph(character rune) int {
	if i := slices.Index(d.glyphs, character); i >= 0 {
		return i
	}
	if _, ok := glyphs[character]; !ok && !slices.Contains(d.missing, character) {
		d.missing = append(d.missing, character)
	}
	d.glyphs = append(d.glyphs, character)
	return len(d.glyphs) - 1
}

// centre writes one line in the middle between two margins.
func (p *pdfPage) centre(left, right, y, size int, text string) {
	p.text((left+right-textWidth(text, size))/2, y, size, text)
}

// paragraph writes text in lines of at most width, and returns the baseline for what follows.
func (p *pdfPage) paragraph(x, y, width, size int, text string) int {
	line := ""
	for _, word := range words(text) {
		if textWidth(line+strings.TrimRight(word, " "), size) > width {
			p.text(x, y, size, line)
			y -= size * 17 / 10
			line = strings.TrimLeft(word, " ")
			continue
		}
		line += word
	}
	p.text(x, y, size, line)
	return y - size*17/10
}

// words splits text where a line may end: after blanks, and before every character outside ASCII except closing
// punctuation, which must not start a line.
func words(text string) []string {
	var all []string
	for _, r := range text {
		last := len(all) - 1
		switch {
		case last < 0, r >= 0x80 && !strings.ContainsRune("，。；：、）》”！？", r):
			all = append(all, string(r))
		case r >= 0x80, r == ' ':
			all[last] += string(r)
		case strings.HasSuffix(all[last], " "), all[last][0] >= 0x80:
			all = append(all, string(r))
		default:
			all[last] += string(r)
		}
	}
	return all
}

// helvetica has the widths of the characters from space to tilde, in thousandths of the size.
var helvetica = [95]int{278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278,
	556, 556, 556, 556, 556, 556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611,
	778, 722, 278, 500, 667, 556, 833, 722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278,
	469, 556, 333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556, 556, 556, 333, 500, 278,
	556, 500, 722, 500, 500, 500, 334, 260, 334, 584}

func textWidth(text string, size int) int {
	width := 0
	for _, r := range text {
		if r >= ' ' && r <= '~' {
			width += helvetica[r-' ']
		} else {
			width += 1000
		}
	}
	return width * size / 1000
}

// frame draws a rectangle with a line of the given width (in tenths of a point) and colour.
func (p *pdfPage) frame(x, y, width, height, line int, c colour) {
	fmt.Fprintf(&p.content, "q %s RG %d.%d w %d %d %d %d re S Q\n", pdfColour(c), line/10, line%10, x, y, width, height)
}

// line draws a thin black line.
func (p *pdfPage) line(x1, y1, x2, y2 int) {
	fmt.Fprintf(&p.content, "q 0.6 w %d %d m %d %d l S Q\n", x1, y1, x2, y2)
}

// photograph shows a JPEG file.
func (p *pdfPage) photograph(image pdfImage, x, y, width, height int) {
	p.file.images = append(p.file.images, image)
	fmt.Fprintf(&p.content, "q %d 0 0 %d %d %d cm /I%d Do Q\n", width, height, x, y, len(p.file.images)-1)
}

// seal draws an official seal: a red ring with a star and the name of the invented body below it. It is
// multiplied with what lies under it, as ink is.
func (p *pdfPage) seal(x, y, radius int, name string) {
	fmt.Fprintf(&p.content, "q /M gs %s RG %s rg 1 0 0 1 %d %d cm q %d.%02d 0 0 %d.%02d 0 0 cm\n",
		pdfColour(red), pdfColour(red), x, y, radius/100, radius%100, radius/100, radius%100)
	// Four Bézier curves that are a circle of radius 100 to within 0.03 %.
	p.content.WriteString("4 w 100 0 m 100 55.23 55.23 100 0 100 c -55.23 100 -100 55.23 -100 0 c " +
		"-100 -55.23 -55.23 -100 0 -100 c 55.23 -100 100 -55.23 100 0 c S\n")
	p.content.WriteString("0 44 m 9.0 12.4 l 38.0 12.4 l 14.5 -4.7 l 23.5 -35.6 l 0 -15.3 l -23.5 -35.6 l -14.5 -4.7 l " +
		"-38.0 12.4 l -9.0 12.4 l h f Q\n")
	size := min(radius*17/100, 160*radius/100*1000/max(1, textWidth(name, 1000)))
	p.text(-textWidth(name, size)/2, -radius*60/100, size, name)
	p.content.WriteString("Q\n")
}

func pdfColour(c colour) string {
	thousandth := func(v uint8) string { return fmt.Sprintf("%d.%03d", int(v)/255, int(v)*1000/255%1000) }
	return thousandth(c[0]) + " " + thousandth(c[1]) + " " + thousandth(c[2])
}
