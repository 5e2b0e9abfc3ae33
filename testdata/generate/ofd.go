package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/xml"
	"fmt"
	"strings"
	"unicode/utf8"
)

// ofdPage is a fixed-layout page in millimetres, the origin at the top left, as GB/T 33190-2016 has it.
type ofdPage struct {
	width, height int
	objects       strings.Builder
	id            int
}

// Identifiers that the parts of a document share: fonts in PublicRes.xml, then one number for each object of the pages.
const (
	ofdSong  = 1
	ofdFirst = 10
	ofdSpace = `xmlns:ofd="http://www.ofdspec.org/2016"`
	xmlHead  = `<?xml version="1.0" encoding="UTF-8"?>` + "\n"
)

func newOFDPage(width, height int) *ofdPage {
	return &ofdPage{width: width, height: height, id: ofdFirst}
}

func (p *ofdPage) next() int {
	p.id++
	return p.id
}

// text places one line; every character outside ASCII advances by the size, every other by half of it.
func (p *ofdPage) text(x, y, size int, text string) {
	var advances []string
	width := 0
	for _, r := range text {
		// Tenths of a millimetre, so that half of an odd size is exact.
		step := size * 10
		if r < 0x80 {
			step /= 2
		}
		width += step
		advances = append(advances, fmt.Sprintf("%d.%d", step/10, step%10))
	}
	deltas := ""
	if count := utf8.RuneCountInString(text); count > 1 {
		deltas = fmt.Sprintf(" DeltaX=\"%s\"", strings.Join(advances[:count-1], " "))
	}
	fmt.Fprintf(&p.objects, "<ofd:TextObject ID=\"%d\" Boundary=\"%d %d %d %d\" Font=\"%d\" Size=\"%d\">"+
		"<ofd:FillColor Value=\"20 20 24\"/><ofd:TextCode X=\"0\" Y=\"%d\"%s>%s</ofd:TextCode></ofd:TextObject>\n",
		p.next(), x, y, width/10+1, size+2, ofdSong, size, size, deltas, xmlText(text))
}

// line draws a red rule, as invoices have.
func (p *ofdPage) line(x1, y1, x2, y2 int) {
	fmt.Fprintf(&p.objects, "<ofd:PathObject ID=\"%d\" Boundary=\"%d %d %d %d\" LineWidth=\"0.3\"><ofd:StrokeColor Value=\"150 40 40\"/>"+
		"<ofd:AbbreviatedData>M 0 0 L %d %d</ofd:AbbreviatedData></ofd:PathObject>\n",
		p.next(), x1, y1, max(x2-x1, 1), max(y2-y1, 1), x2-x1, y2-y1)
}

// ofd packs pages of one size as an OFD file.
func ofd(title string, pages ...*ofdPage) ([]byte, error) {
	id := sha256.Sum256([]byte(title))
	first := pages[0]
	members := []member{
		{"OFD.xml", []byte(xmlHead + fmt.Sprintf("<ofd:OFD %s Version=\"1.0\" DocType=\"OFD\">\n<ofd:DocBody>\n<ofd:DocInfo><ofd:DocID>%x</ofd:DocID>"+
			"<ofd:Title>%s</ofd:Title><ofd:CreationDate>2026-03-02</ofd:CreationDate></ofd:DocInfo>\n"+
			"<ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot>\n</ofd:DocBody>\n</ofd:OFD>\n", ofdSpace, id[:16], xmlText(title)))},
		{}, // Document.xml, once the pages are numbered
		{"Doc_0/PublicRes.xml", []byte(xmlHead + fmt.Sprintf("<ofd:Res %s BaseLoc=\"Res\">\n<ofd:Fonts><ofd:Font ID=\"%d\" FontName=\"宋体\" "+
			"FamilyName=\"宋体\"/></ofd:Fonts>\n</ofd:Res>\n", ofdSpace, ofdSong))},
	}
	last := ofdFirst
	var list strings.Builder
	for i, page := range pages {
		location := fmt.Sprintf("Pages/Page_%d/Content.xml", i)
		fmt.Fprintf(&list, "<ofd:Page ID=\"%d\" BaseLoc=\"%s\"/>", ofdSong+1+i, location)
		members = append(members, member{"Doc_0/" + location, page.content()})
		last = max(last, page.id)
	}
	members[1] = member{"Doc_0/Document.xml", []byte(xmlHead + fmt.Sprintf("<ofd:Document %s>\n<ofd:CommonData><ofd:MaxUnitID>%d</ofd:MaxUnitID>"+
		"<ofd:PageArea><ofd:PhysicalBox>0 0 %d %d</ofd:PhysicalBox></ofd:PageArea><ofd:PublicRes>PublicRes.xml</ofd:PublicRes>"+
		"</ofd:CommonData>\n<ofd:Pages>%s</ofd:Pages>\n</ofd:Document>\n", ofdSpace, last, first.width, first.height, list.String()))}
	return zipArchive(members...)
}

func (p *ofdPage) content() []byte {
	return []byte(xmlHead + fmt.Sprintf("<ofd:Page %s>\n<ofd:Area><ofd:PhysicalBox>0 0 %d %d</ofd:PhysicalBox></ofd:Area>\n"+
		"<ofd:Content><ofd:Layer ID=\"%d\" Type=\"Body\">\n%s</ofd:Layer></ofd:Content>\n</ofd:Page>\n",
		ofdSpace, p.width, p.height, p.next(), p.objects.String()))
}

// xmlText escapes text for XML.
func xmlText(text string) string {
	var out bytes.Buffer
	if err := xml.EscapeText(&out, []byte(text)); err != nil {
		panic(err)
	}
	return out.String()
}
