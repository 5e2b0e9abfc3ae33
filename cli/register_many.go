package cli

import (
	"context"
	"errors"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/imi-ledger/imi/cli/message"
	"github.com/imi-ledger/imi/cli/office"
	"github.com/imi-ledger/imi/ledger"
)

func (a *app) documentRegisterMany() *cobra.Command {
	var kind, list string
	made := a.make(command{use: "register-many (--kind KIND FILE… | --list FILE)", args: arguments(0, -1, "FILE…"),
		examples: []string{"imi document register-many --kind licence licences/*.pdf", "imi document register-many --list documents.csv"},
		short:    message.Text{En: "Register up to 1,000 files in one transaction", Zh: "在一笔交易中登记至多 1000 个文件"},
		long: message.Text{
			En: "The list is CSV in UTF-8 with the columns file and kind; file names are relative to it. All are registered or none: the\nfirst bad row is named. Files that this registrar registered before are left as they are, so a repeat is harmless.",
			Zh: "列表为 UTF-8 的 CSV，列名为 file 和 kind，文件名相对于该列表。要么全部登记，要么全不登记：指出首个有误的行。\n该机构已登记过的文件保持原样，因此重复执行无害。"},
		run: func(ctx context.Context, args []string) (result, error) {
			rows, err := a.rowsToRegister(args, kind, list)
			if err != nil {
				return nil, err
			}
			return a.registerMany(ctx, rows)
		}})
	made.Flags().StringVar(&kind, "kind", "", a.say(message.Text{En: "kind of every FILE", Zh: "各文件的种类"}))
	made.Flags().StringVar(&list, "list", "", a.say(message.Text{En: "CSV with the columns file and kind", Zh: "含 file 和 kind 两列的 CSV"}))
	return made
}

func (a *app) rowsToRegister(args []string, kind, list string) ([]fileRow, error) {
	if (list == "") == (len(args) == 0) {
		return nil, usage(textOneOf, "FILE", "--list")
	}
	if list != "" {
		text, err := a.readInput(list, maxInput)
		if err != nil {
			return nil, err
		}
		return parseList(text, filepath.Dir(list))
	}
	if kind == "" {
		return nil, usage(textNeedsFlag, "--kind")
	}
	var rows []fileRow
	for i, file := range args {
		rows = append(rows, fileRow{file, ledger.Word(kind), i + 1})
	}
	return rows, nil
}

// checkRows bounds an import by what one transaction takes.
func checkRows(count int) error {
	switch {
	case count == 0:
		return ledger.Refuse(ledger.Invalid, "rows", "there is no row to import")
	case count > ledger.MaxBatch:
		return ledger.Refuse(ledger.TooLarge, "rows", "at most %d rows are taken at once", ledger.MaxBatch)
	}
	return nil
}

func (a *app) registerMany(ctx context.Context, rows []fileRow) (result, error) {
	if err := checkRows(len(rows)); err != nil {
		return nil, err
	}
	d, err := a.actor(ctx, ledger.Registrar, string(rows[0].kind))
	if err != nil {
		return nil, &office.RowError{Row: rows[0].row, Column: columnKind, Err: err}
	}
	documents, err := a.hashAll(rows)
	if err != nil {
		return nil, err
	}
	fresh, err := notRegistered(ctx, d, documents)
	if err != nil {
		return nil, err
	}
	r := &registeredMany{Registrar: d.MSPID, Registered: len(fresh), Before: len(rows) - len(fresh)}
	if len(fresh) == 0 {
		return r, nil
	}
	commitments := make([]office.Commitment, len(fresh))
	for i, doc := range fresh {
		commitments[i] = office.Commitment{Commitment: doc.digest, Kind: doc.kind, Method: ledger.PlainDigest}
	}
	done := a.waiting(message.Text{En: "%s records the documents", Zh: "%s 正在登记文件"}, d.MSPID)
	defer done()
	if r.Receipt, err = d.RegisterMany(ctx, commitments); err != nil {
		return nil, inList(fresh, err)
	}
	return r, nil
}

// hashedRow is a row whose file was read.
type hashedRow struct {
	fileRow
	digest ledger.Digest
}

// hashAll reads every file before anything is written; two rows with the same content are one document.
func (a *app) hashAll(rows []fileRow) ([]hashedRow, error) {
	seen := map[ledger.Digest]bool{}
	var documents []hashedRow
	for _, row := range rows {
		digest, err := a.digestOf(row.file)
		if err != nil {
			return nil, &office.RowError{Row: row.row, Column: columnFile, Err: err}
		}
		if !seen[digest] {
			seen[digest] = true
			documents = append(documents, hashedRow{row, digest})
		}
	}
	return documents, nil
}

// notRegistered leaves out what this registrar registered before under the same kind.
func notRegistered(ctx context.Context, d *desk, documents []hashedRow) ([]hashedRow, error) {
	keys := make([]ledger.Key, len(documents))
	for i, doc := range documents {
		keys[i] = ledger.DocumentKey(doc.digest)
	}
	found, err := office.ReadMany[ledger.Document](ctx, d.Ledger, keys)
	if err != nil {
		return nil, err
	}
	var fresh []hashedRow
	for i, doc := range documents {
		before, known := found[keys[i]]
		if !known || before.Statement.Registrar != d.MSPID || before.Statement.Kind != doc.kind {
			fresh = append(fresh, doc)
		}
	}
	return fresh, nil
}

// inList turns the place of a refused document in the batch into its row in the list.
func inList(documents []hashedRow, err error) error {
	var at *office.RowError
	if !errors.As(err, &at) || at.Row > len(documents) {
		return err
	}
	column := columnFile
	if at.Column == columnKind {
		column = columnKind
	}
	return &office.RowError{Row: documents[at.Row-1].row, Column: column, Err: at.Err}
}

type registeredMany struct {
	Registrar  ledger.MSPID   `json:"registrar"`
	Registered int            `json:"registered"`
	Before     int            `json:"before"` // rows that were registered before, or stand twice
	Receipt    office.Receipt `json:"receipt"`
}

func (r *registeredMany) render(p *page) {
	p.line(message.Text{En: "%s registered %d of %d files", Zh: "%s 已登记 %d 个文件，共 %d 个"}, r.Registrar, r.Registered, r.Registered+r.Before)
	if r.Before > 0 {
		p.line(message.Text{En: "  the others were registered before or stand twice: %d", Zh: "  其余此前已登记或重复：%d 个"}, r.Before)
	}
	p.fields(receiptRows(r.Receipt)...)
}
