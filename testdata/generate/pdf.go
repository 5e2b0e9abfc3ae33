package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/ascii85"
	"fmt"
	"strings"
	"unicode/utf16"
)

// pdf is a PDF 1.7 file in the making. Text in ASCII uses Helvetica, which every viewer has; every other character is a
// glyph of a Type 3 font that the file brings along.
type pdf struct {
	title   string
	pages   []*pdfPage
	images  []pdfImage
	glyphs  []rune // in order of first use: glyph i has code i%255+1 of font i/255
	missing []rune
}

// pdfImage is a JPEG file that pages show.
type pdfImage struct {
	jpeg          []byte
	width, height int
}

// glyphsPerFont is how many codes, from 1, a Type 3 font has here.
const glyphsPerFont = 255

// bytes returns the file. The objects are, in this order: catalog, page tree, information, resources, Helvetica,
// the Type 3 fonts with their glyphs, the images, the pages.
func (d *pdf) bytes() ([]byte, error) {
	if len(d.missing) != 0 {
		return nil, fmt.Errorf("%s: glyphs.txt lacks the characters %s", d.title, string(d.missing))
	}
	objects := make([]string, 5)
	add := func(object string) int {
		objects = append(objects, object)
		return len(objects)
	}
	resources := d.addFonts(add) + d.addImages(add)
	var kids strings.Builder
	for _, page := range d.pages {
		content := add(stream("", page.content.Bytes()))
		number := add(fmt.Sprintf("<</Type/Page/Parent 2 0 R/MediaBox[0 0 %d %d]/Resources 4 0 R/Contents %d 0 R>>",
			page.width, page.height, content))
		fmt.Fprintf(&kids, "%d 0 R ", number)
	}
	objects[0] = "<</Type/Catalog/Pages 2 0 R/Lang(zh-CN)/ViewerPreferences<</DisplayDocTitle true>>>>"
	objects[1] = fmt.Sprintf("<</Type/Pages/Count %d/Kids[%s]>>", len(d.pages), strings.TrimSpace(kids.String()))
	objects[2] = fmt.Sprintf("<</Title<FEFF%s>/Producer(IMI sample data)/CreationDate(D:20260301090000+08'00')>>", utf16Hex(d.title))
	objects[3] = "<<" + resources + "/ExtGState<</M<</BM/Multiply>>>>>>"
	objects[4] = "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>"
	return assemble(objects), nil
}

// assemble numbers the objects from 1 and adds header, cross-reference table and trailer.
func assemble(objects []string) []byte {
	var out bytes.Buffer
	out.WriteString("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
	offsets := make([]int, len(objects))
	for i, object := range objects {
		offsets[i] = out.Len()
		fmt.Fprintf(&out, "%d 0 obj\n%s\nendobj\n", i+1, object)
	}
	id := sha256.Sum256(out.Bytes())
	start := out.Len()
	fmt.Fprintf(&out, "xref\n0 %d\n0000000000 65535 f \n", len(objects)+1)
	for _, offset := range offsets {
		fmt.Fprintf(&out, "%010d 00000 n \n", offset)
	}
	fmt.Fprintf(&out, "trailer\n<</Size %d/Root 1 0 R/Info 3 0 R/ID[<%x><%x>]>>\nstartxref\n%d\n%%%%EOF\n",
		len(objects)+1, id[:16], id[:16], start)
	return out.Bytes()
}

func (d *pdf) addFonts(add func(string) int) string {
	fonts := "/Font<</H 5 0 R"
	for i := 0; i*glyphsPerFont < len(d.glyphs); i++ {
		characters := d.glyphs[i*glyphsPerFont : min((i+1)*glyphsPerFont, len(d.glyphs))]
		fonts += fmt.Sprintf("/T%d %d 0 R", i, addType3(characters, add))
	}
	return fonts + ">>"
}

func (d *pdf) addImages(add func(string) int) string {
	images := "/XObject<<"
	for i, image := range d.images {
		number := add(stream(fmt.Sprintf("/Type/XObject/Subtype/Image/Width %d/Height %d/ColorSpace/DeviceRGB"+
			"/BitsPerComponent 8/Filter/DCTDecode", image.width, image.height), image.jpeg))
		images += fmt.Sprintf("/I%d %d 0 R", i, number)
	}
	return images + ">>"
}

// addType3 adds a font whose glyphs are stencils, together with the map that lets text be searched and copied.
func addType3(characters []rune, add func(string) int) int {
	var procedures, differences, widths, unicodes strings.Builder
	for i, character := range characters {
		fmt.Fprintf(&procedures, "/g%d %d 0 R", i+1, add(stream("", stencil(glyphs[character]))))
		fmt.Fprintf(&differences, "/g%d", i+1)
		widths.WriteString("1000 ")
		// A block of a CMap may have 100 entries at most; one each is the simplest.
		fmt.Fprintf(&unicodes, "1 beginbfchar\n<%02X><%s>\nendbfchar\n", i+1, utf16Hex(string(character)))
	}
	toUnicode := add(stream("", []byte("/CIDInit/ProcSet findresource begin\n12 dict begin\nbegincmap\n"+
		"/CIDSystemInfo<</Registry(Adobe)/Ordering(UCS)/Supplement 0>>def\n/CMapName/Adobe-Identity-UCS def\n"+
		"/CMapType 2 def\n1 begincodespacerange\n<00><FF>\nendcodespacerange\n"+unicodes.String()+
		"endcmap\nCMapName currentdict/CMap defineresource pop\nend\nend")))
	return add(fmt.Sprintf("<</Type/Font/Subtype/Type3/FontBBox[0 %d 1000 %d]/FontMatrix[0.001 0 0 0.001 0 0]/Resources<<>>"+
		"/FirstChar 1/LastChar %d/Widths[%s]/Encoding<</Type/Encoding/Differences[1%s]>>/CharProcs<<%s>>/ToUnicode %d 0 R>>",
		glyphBaseline-1000, glyphBaseline, len(characters), strings.TrimSpace(widths.String()), differences.String(),
		procedures.String(), toUnicode))
}

// stencil draws a glyph as an image mask that fills the em square.
func stencil(bits []byte) []byte {
	encoded := make([]byte, ascii85.MaxEncodedLen(len(bits)))
	encoded = encoded[:ascii85.Encode(encoded, bits)]
	return fmt.Appendf(nil, "1000 0 0 %d 1000 %d d1\n1000 0 0 1000 0 %d cm\nBI/W %d/H %d/IM true/D[1 0]/F/A85 ID %s~>\nEI",
		glyphBaseline-1000, glyphBaseline, glyphBaseline-1000, glyphSide, glyphSide, encoded)
}

func stream(dictionary string, data []byte) string {
	return fmt.Sprintf("<<%s/Length %d>>\nstream\n%s\nendstream", dictionary, len(data), data)
}

func utf16Hex(text string) string {
	var out strings.Builder
	for _, unit := range utf16.Encode([]rune(text)) {
		fmt.Fprintf(&out, "%04X", unit)
	}
	return out.String()
}
