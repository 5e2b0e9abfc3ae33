package cli

import (
	"context"
	"errors"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/imi-ledger/imi/cli/message"
	"github.com/imi-ledger/imi/cli/office"
	"github.com/imi-ledger/imi/cli/wallet"
	"github.com/imi-ledger/imi/ledger"
)

func (a *app) credentialIssueMany() *cobra.Command {
	var typeName string
	var days int
	var again bool
	made := a.make(command{use: "issue-many --type TYPE FILE", args: arguments(1, 1, "FILE"),
		examples: []string{"imi credential issue-many --type degree/1 graduates.json"},
		short:    message.Text{En: "Issue up to 1,000 credentials of a type in one transaction", Zh: "在一笔交易中签发同一类型的至多 1000 份凭证"},
		long: message.Text{
			En: "FILE is a JSON list of {\"wallet\": FILE, \"claims\": {…}}; wallet names are relative to it. All are issued or none: the first\nbad row is named and nothing is written. A repeat is harmless: a row whose wallet holds the same credential, bound to its key\nand active on the ledger, is passed over, unless --again.",
			Zh: "文件为 JSON 列表，每项为 {\"wallet\": 文件, \"claims\": {…}}，钱包文件名相对于该文件。要么全部签发，要么全不签发：\n指出首个有误的行，且不写入任何内容。重复执行无害：钱包中已有相同凭证（绑定当前密钥且在账本上有效）的行会跳过，\n除非使用 --again。"},
		run: func(ctx context.Context, args []string) (result, error) {
			if typeName == "" {
				return nil, usage(textNeedsFlag, "--type")
			}
			text, err := a.readInput(args[0], maxInput)
			if err != nil {
				return nil, err
			}
			var rows []applicant
			if err := decodeStrictly(text, &rows); err != nil {
				return nil, err
			}
			return a.issueMany(ctx, filepath.Dir(args[0]), batch{typeName: typeName, rows: rows, days: days, again: again})
		}})
	made.Flags().StringVar(&typeName, "type", "", a.say(flagType))
	made.Flags().IntVar(&days, "days", 0, a.say(flagDays))
	made.Flags().BoolVar(&again, "again", false, a.say(message.Text{En: "issue anew also what wallets hold already", Zh: "钱包中已有的凭证也重新签发"}))
	return made
}

// batch is what issue-many is asked for.
type batch struct {
	typeName string
	rows     []applicant
	days     int
	again    bool
}

// applicant is a row of issue-many.
type applicant struct {
	Wallet string         `json:"wallet"`
	Claims map[string]any `json:"claims"`
}

const columnWallet = "wallet"

// openWallet is the wallet of a row.
type openWallet struct {
	file *wallet.File
	*wallet.Wallet
}

func (a *app) issueMany(ctx context.Context, folder string, b batch) (result, error) {
	if err := checkRows(len(b.rows)); err != nil {
		return nil, err
	}
	wallets := make([]openWallet, 0, len(b.rows))
	defer func() {
		for _, w := range wallets {
			_ = w.file.Close() // only a lock
		}
	}()
	seen := map[string]bool{}
	orders := make([]order, len(b.rows))
	for i, r := range b.rows {
		path := within(folder, r.Wallet)
		if r.Wallet == "" || seen[path] {
			return nil, &office.RowError{Row: i + 1, Column: columnWallet, Err: ledger.Refuse(ledger.Invalid, "", "each row names a wallet of its own")}
		}
		seen[path] = true
		file, err := wallet.Open(ctx, path)
		if err != nil {
			return nil, &office.RowError{Row: i + 1, Column: columnWallet, Err: err}
		}
		w, err := file.Read()
		wallets = append(wallets, openWallet{file, w})
		orders[i] = order{row: i + 1, wallet: wallets[i]}
		if err == nil {
			orders[i].application, err = a.applicationFor(w, b.typeName, r.Claims, b.days)
		}
		if err != nil {
			return nil, &office.RowError{Row: i + 1, Column: columnWallet, Err: err}
		}
	}
	return a.issueBatch(ctx, b, orders)
}

// order is a row of issue-many that is complete.
type order struct {
	row         int
	wallet      openWallet
	application office.Application
	held        ledger.Digest // of the credential that was issued for it before; zero: none
}

func (a *app) issueBatch(ctx context.Context, b batch, orders []order) (result, error) {
	d, err := a.actor(ctx, ledger.Issuer, b.typeName)
	if err != nil {
		return nil, err
	}
	if !b.again {
		if err := a.markIssued(ctx, d.Ledger, d.MSPID, orders); err != nil {
			return nil, err
		}
	}
	r := &issuedMany{Issuer: d.MSPID, Type: b.typeName, Credentials: make([]ledger.Digest, len(orders))}
	var open []order
	var applications []office.Application
	for i, o := range orders {
		if r.Credentials[i] = o.held; o.held == (ledger.Digest{}) {
			open, applications = append(open, o), append(applications, o.application)
		}
	}
	r.Already = len(orders) - len(open)
	if len(open) == 0 {
		return r, nil
	}
	done := a.waiting(textIssues, d.MSPID)
	drafts, receipt, err := d.IssueMany(ctx, d.issuing, applications)
	done()
	if err != nil && (drafts == nil || certain(ctx, err)) {
		return nil, atRow(err, open)
	}
	for i, draft := range drafts {
		w := open[i].wallet
		w.Add(held(draft))
		if problem := w.file.Write(w.Wallet); problem != nil {
			return nil, errors.Join(problem, err)
		}
		r.Credentials[open[i].row-1] = draft.Statement.Credential
	}
	if err != nil {
		return nil, adviseDone(err, nextUnconfirmed, drafts[0].Statement.Credential)
	}
	r.Receipt = receipt
	return r, nil
}

// atRow says an error's row as a row of the file, not of what was still to be issued.
func atRow(err error, open []order) error {
	var at *office.RowError
	if errors.As(err, &at) && at.Row > 0 && at.Row <= len(open) {
		return &office.RowError{Row: open[at.Row-1].row, Column: at.Column, Err: at.Err}
	}
	return err
}

type issuedMany struct {
	Issuer      ledger.MSPID    `json:"issuer"`
	Type        string          `json:"type"`
	Credentials []ledger.Digest `json:"credentials"`       // in the order of the rows
	Already     int             `json:"already,omitempty"` // how many of them were issued before
	Receipt     office.Receipt  `json:"receipt,omitzero"`  // absent when all were
}

func (r *issuedMany) render(p *page) {
	issued := len(r.Credentials) - r.Already
	if issued > 0 {
		p.line(message.Text{En: "%s issued %d credentials of type %s", Zh: "%s 已签发 %d 份 %s 凭证"}, r.Issuer, issued, r.Type)
	}
	if r.Already > 0 {
		p.line(message.Text{En: "%d were issued before: their wallets hold them (--again issues anew)", Zh: "%d 份此前已签发，已在钱包中（--again 可重新签发）"}, r.Already)
	}
	if issued > 0 {
		p.fields(receiptRows(r.Receipt)...)
	}
}
