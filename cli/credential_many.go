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
	made := a.make(command{use: "issue-many --type TYPE FILE", args: arguments(1, 1, "FILE"),
		examples: []string{"imi credential issue-many --type degree/1 graduates.json"},
		short:    message.Text{En: "Issue up to 1,000 credentials of a type in one transaction", Zh: "在一笔交易中签发同一类型的至多 1000 份凭证"},
		long: message.Text{
			En: "FILE is a JSON list of {\"wallet\": FILE, \"claims\": {…}}; wallet names are relative to it. All are issued or none: the first\nbad row is named and nothing is written.",
			Zh: "文件为 JSON 列表，每项为 {\"wallet\": 文件, \"claims\": {…}}，钱包文件名相对于该文件。要么全部签发，要么全不签发：\n指出首个有误的行，且不写入任何内容。"},
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
			return a.issueMany(ctx, filepath.Dir(args[0]), typeName, rows, days)
		}})
	made.Flags().StringVar(&typeName, "type", "", a.say(flagType))
	made.Flags().IntVar(&days, "days", 0, a.say(flagDays))
	return made
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

func (a *app) issueMany(ctx context.Context, folder, typeName string, rows []applicant, days int) (result, error) {
	if err := checkRows(len(rows)); err != nil {
		return nil, err
	}
	wallets := make([]openWallet, 0, len(rows))
	defer func() {
		for _, w := range wallets {
			_ = w.file.Close() // only a lock
		}
	}()
	seen := map[string]bool{}
	applications := make([]office.Application, len(rows))
	for i, r := range rows {
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
		if err == nil {
			applications[i], err = a.applicationFor(w, typeName, r.Claims, days)
		}
		if err != nil {
			return nil, &office.RowError{Row: i + 1, Column: columnWallet, Err: err}
		}
	}
	return a.issueBatch(ctx, typeName, applications, wallets)
}

func (a *app) issueBatch(ctx context.Context, typeName string, applications []office.Application, wallets []openWallet) (result, error) {
	d, err := a.actor(ctx, ledger.Issuer, typeName)
	if err != nil {
		return nil, err
	}
	done := a.waiting(textIssues, d.MSPID)
	drafts, receipt, err := d.IssueMany(ctx, d.issuing, applications)
	done()
	if err != nil && (drafts == nil || certain(ctx, err)) {
		return nil, err
	}
	r := &issuedMany{Receipt: receipt, Issuer: d.MSPID, Type: typeName}
	for i, draft := range drafts {
		wallets[i].Add(held(draft))
		if problem := wallets[i].file.Write(wallets[i].Wallet); problem != nil {
			return nil, errors.Join(problem, err)
		}
		r.Credentials = append(r.Credentials, draft.Statement.Credential)
	}
	if err != nil {
		return nil, advise(err, nextUnconfirmed, r.Credentials[0])
	}
	return r, nil
}

type issuedMany struct {
	Issuer      ledger.MSPID    `json:"issuer"`
	Type        string          `json:"type"`
	Credentials []ledger.Digest `json:"credentials"`
	Receipt     office.Receipt  `json:"receipt"`
}

func (r *issuedMany) render(p *page) {
	p.line(message.Text{En: "%s issued %d credentials of type %s", Zh: "%s 已签发 %d 份 %s 凭证"}, r.Issuer, len(r.Credentials), r.Type)
	p.fields(receiptRows(r.Receipt)...)
}
