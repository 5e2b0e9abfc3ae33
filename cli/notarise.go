package cli

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/imi-ledger/imi/cli/message"
	"github.com/imi-ledger/imi/cli/office"
	"github.com/imi-ledger/imi/ledger"
)

// usualFinding is what notaries certify most.
const usualFinding = "copy-matches-original"

func (a *app) notariseCommand() *cobra.Command {
	var finding, number, digest, commitment, receipt, out string
	var days int
	made := a.make(command{use: "notarise (FILE | --commitment COMMITMENT)", args: arguments(0, 1, "FILE"),
		examples: []string{
			"imi notarise diploma.pdf --finding copy-matches-original --certificate certificate.json",
			"echo '(2026) 云证字第 318 号' | imi notarise diploma.pdf --number -"},
		short: message.Text{En: "Notarise a registered document", Zh: "公证已登记的文件"},
		long: message.Text{
			En: "Record what the notary certifies about a document. The certificate's number, read from a file or made here, goes on the\nledger only as a salted commitment; number and salt are written to the certificate file.",
			Zh: "记录公证机构对文件的证明。公证书编号取自文件或在此生成，账本上只有其加盐承诺值；编号和盐写入公证书文件。"},
		run: func(ctx context.Context, args []string) (result, error) {
			name, err := a.documentName(args, digest, commitment, receipt)
			if err != nil {
				return nil, err
			}
			of := name.Commitment
			if of == nil {
				of = name.Digest
				if name.Salt != nil {
					salted := ledger.SaltedCommitment(*name.Salt, *name.Digest)
					of = &salted
				}
			}
			return a.notarise(ctx, *of, ledger.Word(finding), number, out, days)
		}})
	flags := made.Flags()
	flags.StringVar(&finding, "finding", usualFinding, a.say(message.Text{En: "what is certified, as a code", Zh: "证明事项代码"}))
	flags.StringVar(&number, "number", "", a.say(message.Text{En: "file with the certificate's number, or -; default: a new one", Zh: "公证书编号文件，或 -；默认新编"}))
	flags.StringVar(&commitment, "commitment", "", a.say(message.Text{En: "commitment of the document in place of the file", Zh: "以文件的承诺值代替文件"}))
	flags.StringVar(&digest, "digest", "", a.say(message.Text{En: "SHA-256 of the file in place of the file", Zh: "以文件的 SHA-256 代替文件"}))
	flags.StringVar(&receipt, "receipt", "", a.say(message.Text{En: "receipt of a salted registration", Zh: "加盐登记的回执"}))
	flags.StringVar(&out, "certificate", "", a.say(message.Text{En: "where to write number and salt; default: print them", Zh: "编号和盐的写入位置；默认直接输出"}))
	flags.IntVar(&days, "days", 365, a.say(message.Text{En: "days of validity", Zh: "有效天数"}))
	made.AddCommand(a.statusCommand("suspend", ledger.KindNotarisation, ledger.Suspended), a.statusCommand("reinstate", ledger.KindNotarisation, ledger.Active),
		a.statusCommand("revoke", ledger.KindNotarisation, ledger.Revoked))
	return made
}

// Bounds of what a notary gives: bytes of a certificate's number and of a certificate file, days of validity.
const (
	maxNumber           = 200
	maxCertificate      = 64 << 10
	maxNotarisationDays = 36500
)

// certificateNumber reads the number of the certificate, or makes one that nobody can guess.
func (a *app) certificateNumber(d *desk, source string) (string, error) {
	if source == "" {
		id, err := d.NewID()
		return fmt.Sprintf("(%d) IMI %s", a.now().In(district).Year(), strings.ToUpper(hex.EncodeToString(id[:5]))), err
	}
	text, err := a.readInput(source, 4*maxNumber)
	if err != nil {
		return "", err
	}
	number := strings.TrimSpace(string(text))
	if number == "" || len(number) > maxNumber || strings.ContainsAny(number, "\r\n") {
		return "", ledger.Refuse(ledger.Malformed, "number", "must be one line of at most %d bytes", maxNumber)
	}
	return number, nil
}

func (a *app) notarise(ctx context.Context, document ledger.Digest, finding ledger.Word, source, out string, days int) (result, error) {
	if days < 1 || days > maxNotarisationDays {
		return nil, usage(message.Text{En: "--days must be 1 to %d", Zh: "--days 须为 1 至 %d"}, maxNotarisationDays)
	}
	d, err := a.actor(ctx, ledger.Notary, "")
	if err != nil {
		return nil, err
	}
	r := &notarised{Document: document, Finding: finding, Notary: d.MSPID, Certificate: out}
	if err := a.prepareCertificate(d, r, source); err != nil {
		return nil, err
	}
	key := ledger.NotarisationKey(r.ID)
	known, err := office.ReadMany[ledger.Notarisation](ctx, d.Ledger, []ledger.Key{key})
	if err != nil {
		return nil, err
	}
	if _, made := known[key]; made {
		r.Receipt = office.Receipt{Key: key}
		return r, r.keep()
	}
	done := a.waiting(message.Text{En: "%s records the notarisation", Zh: "%s 正在记录公证"}, d.MSPID)
	defer done()
	r.Receipt, err = d.Notarise(ctx, r.ID, document, ledger.CertificateCommitment(r.Salt, r.Number), finding, days)
	if err != nil {
		return nil, r.failed(ctx, err)
	}
	return r, r.keep()
}

// prepareCertificate draws what the notarisation needs and writes it to the certificate file, before anything is recorded:
// without the salt the commitment could never be opened. A file that an attempt of unknown outcome left serves again.
func (a *app) prepareCertificate(d *desk, r *notarised, source string) error {
	if r.Certificate != "" {
		if text, err := a.readInput(r.Certificate, maxCertificate); err == nil {
			var kept notarised
			err := decodeStrictly(text, &kept)
			if err == nil && kept.Receipt.Key == "" && kept.Document == r.Document && kept.Finding == r.Finding && kept.Notary == r.Notary {
				r.ID, r.Number, r.Salt = kept.ID, kept.Number, kept.Salt
				return nil
			}
		}
		if err := refuseExisting(r.Certificate); err != nil {
			return err
		}
	}
	var err error
	if r.Number, err = a.certificateNumber(d, source); err != nil {
		return err
	}
	salt, err := d.NewSalt()
	if err != nil {
		return err
	}
	r.Salt = salt
	if r.ID, err = d.NewID(); err != nil {
		return err
	}
	return r.keep()
}

// keep writes the certificate file, where one is wanted.
func (r *notarised) keep() error {
	if r.Certificate == "" {
		return nil
	}
	text, err := ledger.Encode(r)
	if err != nil {
		return err
	}
	return writeFile(r.Certificate, append(text, '\n'), 0o600)
}

var (
	nextRegister = message.Text{En: "register the document first: imi document register --help", Zh: "请先登记该文件：imi document register --help"}
	nextNumber   = message.Text{
		En: "see whether it was made: imi history notarisation/%s; its certificate has number %s and salt %s",
		Zh: "查看是否已记录：imi history notarisation/%s；其公证书编号为 %s，盐为 %s"}
)

// failed leaves no certificate of a notarisation that was not made, and loses none of one that may have been.
func (r *notarised) failed(ctx context.Context, err error) error {
	switch {
	case !certain(ctx, err) && r.Certificate == "":
		return adviseDone(err, nextNumber, r.ID, r.Number, r.Salt)
	case !certain(ctx, err):
		return err
	case ledger.CodeOf(err) == ledger.NotFound:
		err = advise(err, nextRegister)
	}
	if r.Certificate != "" {
		err = errors.Join(err, os.Remove(r.Certificate))
	}
	return err
}

type notarised struct {
	ID          ledger.ID      `json:"notarisation"`
	Document    ledger.Digest  `json:"document"`
	Finding     ledger.Word    `json:"finding"`
	Notary      ledger.MSPID   `json:"notary"`
	Number      string         `json:"number"`
	Salt        ledger.Digest  `json:"salt"`
	Certificate string         `json:"certificateFile,omitempty"`
	Receipt     office.Receipt `json:"receipt"`
}

func (r *notarised) render(p *page) {
	p.line(message.Text{En: "%s notarised the document: %s", Zh: "%s 已公证该文件：%s"}, r.Notary, r.Finding)
	rows := []row{{message.Text{En: "number", Zh: "编号"}, r.Number}}
	if r.Certificate == "" {
		rows = append(rows, row{message.Text{En: "salt (keep it)", Zh: "盐（请保存）"}, r.Salt})
	} else {
		rows = append(rows, row{message.Text{En: "certificate (keep it)", Zh: "公证书（请保存）"}, r.Certificate})
	}
	p.fields(append(rows, receiptRows(r.Receipt)...)...)
}
