package cli

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"path/filepath"

	"github.com/imi-ledger/imi/cli/office"
	"github.com/imi-ledger/imi/ledger"
)

// Columns of the list of register-many.
const (
	columnFile = "file"
	columnKind = "kind"
)

// fileRow is a file to register.
type fileRow struct {
	file string
	kind ledger.Word
	row  int // line of the list, or place on the command line, from 1
}

// parseList reads the CSV of register-many. File names are relative to the folder.
func parseList(text []byte, folder string) ([]fileRow, error) {
	if err := checkUTF8(text); err != nil {
		return nil, err
	}
	reader := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(text, []byte(byteOrderMark))))
	reader.FieldsPerRecord = 2
	head, err := reader.Read()
	if err != nil || head[0] != columnFile || head[1] != columnKind {
		return nil, &office.RowError{Row: 1, Err: ledger.Refuse(ledger.Malformed, "list", "the first row must be: file,kind")}
	}
	var rows []fileRow
	for {
		cells, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return rows, nil
		}
		if err != nil {
			return nil, notCSV(err)
		}
		line, _ := reader.FieldPos(0)
		if cells[0] == "" {
			return nil, &office.RowError{Row: line, Column: columnFile, Err: ledger.Refuse(ledger.Malformed, "list", "must name a file")}
		}
		rows = append(rows, fileRow{within(folder, cells[0]), ledger.Word(cells[1]), line})
	}
}

func notCSV(err error) error {
	row := 0
	if wrong := (*csv.ParseError)(nil); errors.As(err, &wrong) {
		row = wrong.StartLine
	}
	return &office.RowError{Row: row, Err: ledger.Refuse(ledger.Malformed, "list", "is not CSV with two columns")}
}

// within is a name in an import, which is relative to the import's folder.
func within(folder, name string) string {
	if filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(folder, name)
}
