package main

import (
	"archive/zip"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"image"
	_ "image/jpeg"
	_ "image/png"
	"io"
	"path"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"
)

// TestFormats reads every document as what its media type says, with readers that are not this program's own.
func TestFormats(t *testing.T) {
	documents, err := makeDocuments(makeCitizens())
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range documents {
		t.Run(d.File, func(t *testing.T) {
			if err := checkFormat(d); err != nil {
				t.Error(err)
			}
		})
	}
}

func checkFormat(d document) error {
	kind, parameter, _ := strings.Cut(d.MediaType, "; charset=")
	if parameter == "utf-8" && !utf8.Valid(d.content) {
		return fmt.Errorf("not UTF-8")
	}
	switch kind {
	case "application/pdf":
		return checkPDF(d.content)
	case "image/png", "image/jpeg":
		_, format, err := image.Decode(bytes.NewReader(d.content))
		if err == nil && "image/"+format != kind {
			return fmt.Errorf("is %s", format)
		}
		return err
	case "application/xml", "image/svg+xml":
		return checkXML(d.content)
	case "application/ofd":
		return checkOFD(d.content)
	case "application/zip":
		_, err := unzip(d.content)
		return err
	case "application/json":
		var value any
		return json.Unmarshal(d.content, &value)
	case "text/csv":
		_, err := csv.NewReader(bytes.NewReader(d.content)).ReadAll()
		return err
	case "text/plain", "text/html":
		return nil
	}
	return fmt.Errorf("nobody checks %s", d.MediaType)
}

// checkPDF checks the frame: header, end, and that every entry of the cross-reference table points at its object.
func checkPDF(content []byte) error {
	if !bytes.HasPrefix(content, []byte("%PDF-1.7\n")) || !bytes.HasSuffix(content, []byte("\n%%EOF\n")) {
		return fmt.Errorf("no PDF header or end")
	}
	_, tail, _ := strings.Cut(string(content[len(content)-40:]), "startxref\n")
	number, _, _ := strings.Cut(tail, "\n")
	start, err := strconv.Atoi(number)
	if err != nil || !bytes.HasPrefix(content[start:], []byte("xref\n0 ")) {
		return fmt.Errorf("startxref points elsewhere")
	}
	lines := strings.Split(string(content[start:]), "\n")
	for i, line := range lines[3:] {
		if !strings.HasSuffix(line, " n ") {
			break
		}
		offset, err := strconv.Atoi(line[:10])
		if err != nil || !bytes.HasPrefix(content[offset:], fmt.Appendf(nil, "%d 0 obj\n", i+1)) {
			return fmt.Errorf("object %d is not where the table says", i+1)
		}
	}
	return nil
}

// checkXML reads all tokens. An encoding other than UTF-8 must be GB18030, whose bytes then pass as they are: in the
// sample every second byte is above ASCII's signs.
func checkXML(content []byte) error {
	decoder := xml.NewDecoder(bytes.NewReader(content))
	decoder.CharsetReader = func(charset string, input io.Reader) (io.Reader, error) {
		if charset != "GB18030" {
			return nil, fmt.Errorf("encoding %s", charset)
		}
		text, err := io.ReadAll(input)
		return strings.NewReader(strings.ToValidUTF8(string(text), "?")), err
	}
	for {
		if _, err := decoder.Token(); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
	}
}

func unzip(content []byte) (map[string][]byte, error) {
	archive, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		return nil, err
	}
	files := map[string][]byte{}
	for _, file := range archive.File {
		r, err := file.Open()
		if err != nil {
			return nil, err
		}
		// The reader of archive/zip compares the checksum at the end.
		if files[file.Name], err = io.ReadAll(r); err != nil {
			return nil, err
		}
	}
	return files, nil
}

// checkOFD follows the file from OFD.xml to the objects on its pages: every part exists, identifiers are unique and at
// most MaxUnitID, every text has one advance fewer than characters.
func checkOFD(content []byte) error {
	files, err := unzip(content)
	if err != nil {
		return err
	}
	var entry struct {
		Root string `xml:"DocBody>DocRoot"`
	}
	if err := xml.Unmarshal(files["OFD.xml"], &entry); err != nil {
		return err
	}
	var document struct {
		Max   int    `xml:"CommonData>MaxUnitID"`
		Res   string `xml:"CommonData>PublicRes"`
		Pages []struct {
			ID  int    `xml:"ID,attr"`
			Loc string `xml:"BaseLoc,attr"`
		} `xml:"Pages>Page"`
	}
	if err := xml.Unmarshal(files[entry.Root], &document); err != nil {
		return err
	}
	folder := path.Dir(entry.Root)
	if err := checkXML(files[path.Join(folder, document.Res)]); err != nil || len(document.Pages) == 0 {
		return fmt.Errorf("no resources or no pages: %v", err)
	}
	seen := map[int]bool{ofdSong: true}
	for _, page := range document.Pages {
		ids, err := ofdObjects(files[path.Join(folder, page.Loc)])
		if err != nil {
			return err
		}
		for _, id := range append(ids, page.ID) {
			if seen[id] || id > document.Max {
				return fmt.Errorf("identifier %d is there twice or above the maximum", id)
			}
			seen[id] = true
		}
	}
	return nil
}

// ofdObjects returns the identifiers of a page's layer and objects.
func ofdObjects(content []byte) ([]int, error) {
	type object struct {
		ID   int `xml:"ID,attr"`
		Code struct {
			DeltaX string `xml:"DeltaX,attr"`
			Text   string `xml:",chardata"`
		} `xml:"TextCode"`
	}
	var page struct {
		Layer struct {
			ID    int      `xml:"ID,attr"`
			Texts []object `xml:"TextObject"`
			Paths []object `xml:"PathObject"`
		} `xml:"Content>Layer"`
	}
	if err := xml.Unmarshal(content, &page); err != nil {
		return nil, err
	}
	ids := []int{page.Layer.ID}
	for _, text := range page.Layer.Texts {
		if advances := len(strings.Fields(text.Code.DeltaX)); advances != utf8.RuneCountInString(text.Code.Text)-1 {
			return nil, fmt.Errorf("text %d has %d advances", text.ID, advances)
		}
		ids = append(ids, text.ID)
	}
	for _, path := range page.Layer.Paths {
		ids = append(ids, path.ID)
	}
	return ids, nil
}
