package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/imi-ledger/imi/cli/keyfile"
	"github.com/imi-ledger/imi/cli/message"
	"github.com/imi-ledger/imi/cli/office"
	"github.com/imi-ledger/imi/cli/wallet"
	"github.com/imi-ledger/imi/ledger"
)

// identityType is the credential a citizen gets at enrolment.
const identityType = "identity/1"

var (
	flagWallet   = message.Text{En: "wallet file; default $IMI_WALLET, else ./wallet.json", Zh: "钱包文件；默认 $IMI_WALLET，否则 ./wallet.json"}
	flagCitizen  = message.Text{En: "citizen's data: FILE, FILE#N, FILE#ID, or - for standard input", Zh: "公民信息：文件、文件#序号、文件#标识，或 - 表示标准输入"}
	textEnrolled = message.Text{En: "%s enrolled a citizen in person", Zh: "%s 已当面登记一位公民"}
	textTaken    = message.Text{En: "this person has an identity already (%s); one person, one identity", Zh: "此人已有身份（%s）；一人一身份"}
	nextTaken    = message.Text{En: "a lost key is replaced, not enrolled again: imi wallet rebind --help; to begin anew the old identity is revoked first", Zh: "丢失密钥应重新绑定而不是重新登记：imi wallet rebind --help；要重新登记须先撤销旧身份"}
	textOwned    = message.Text{En: "the wallet %s belongs to an identity already", Zh: "钱包 %s 已属于某个身份"}
	nextOwned    = message.Text{En: "name another file with --wallet", Zh: "请用 --wallet 指定另一个文件"}
	textNoTagKey = message.Text{En: "%s has no enrolment key in %s", Zh: "%s 在 %s 中没有登记密钥"}
	textEnrols   = message.Text{En: "%s records the enrolment", Zh: "%s 正在记录登记"}
	textIssues   = message.Text{En: "%s issues the credential", Zh: "%s 正在签发凭证"}
	nextIssue    = message.Text{En: "the citizen is enrolled; issue the credential later: imi credential issue --type identity/1 --citizen FILE --wallet FILE", Zh: "公民已登记；可稍后签发凭证：imi credential issue --type identity/1 --citizen 文件 --wallet 文件"}
)

func (a *app) walletPath(flag string) string {
	return cmp.Or(flag, a.getenv("IMI_WALLET"), "wallet.json")
}

func (a *app) enrolCommand() *cobra.Command {
	var source, path string
	var bare bool
	made := a.make(command{use: "enrol --citizen FILE[#N]",
		examples: []string{
			"imi enrol --citizen testdata/citizens.json#1 --wallet chen.json # the first citizen of the file | 文件中的第一位公民",
			"imi enrol --citizen - --wallet chen.json < citizen.json"},
		short: message.Text{En: "Enrol a citizen in person and issue the identity credential", Zh: "当面登记公民并签发身份凭证"},
		long: message.Text{
			En: "Check the citizen's ID number, make a key in a new wallet file, record the identity (a random id and a keyed pseudonym:\nno name, no number) and issue the identity credential into the wallet. A person is enrolled once.\nIf the outcome of an earlier attempt was unknown, the same command with the same wallet carries on.",
			Zh: "校验公民身份号码，在新钱包文件中生成密钥，在账本上记录身份（仅随机标识和带密钥的化名，不含姓名和号码），并把身份凭证\n签发到钱包。一人只登记一次。若上次结果未知，用同一钱包重复同一命令即可继续。"},
		run: func(ctx context.Context, _ []string) (result, error) {
			if source == "" {
				return nil, usage(textNeedsFlag, "--citizen")
			}
			c, err := a.readCitizen(source)
			if err != nil {
				return nil, err
			}
			return a.enrol(ctx, c, a.walletPath(path), bare)
		}})
	made.Flags().StringVar(&source, "citizen", "", a.say(flagCitizen))
	made.Flags().StringVar(&path, "wallet", "", a.say(flagWallet))
	made.Flags().BoolVar(&bare, "no-credential", false, a.say(message.Text{En: "record the identity only", Zh: "只记录身份，不签发凭证"}))
	return made
}

var textNeedsFlag = message.Text{En: "%s is needed", Zh: "缺少 %s"}

// enrolled is the result of an enrolment.
type enrolled struct {
	Subject    ledger.ID      `json:"subject"`
	Wallet     string         `json:"wallet"`
	Enroller   ledger.MSPID   `json:"enroller"`
	Enrolment  office.Receipt `json:"enrolment"`
	Credential *issuedView    `json:"credential,omitempty"`
}

func (r *enrolled) render(p *page) {
	p.line(textEnrolled, r.Enroller)
	p.fields(append(receiptRows(r.Enrolment), row{labelWallet, r.Wallet})...)
	if r.Credential != nil {
		r.Credential.render(p)
	}
}

func (a *app) enrol(ctx context.Context, c citizen, path string, bare bool) (result, error) {
	d, err := a.actor(ctx, ledger.Enroller, "")
	if err != nil {
		return nil, err
	}
	tag, err := a.personTag(string(d.MSPID), c)
	if err != nil {
		return nil, err
	}
	file, err := wallet.Open(ctx, path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	w, fresh, err := a.walletToEnrol(file, path)
	if err != nil {
		return nil, err
	}
	receipt, err := a.recordEnrolment(ctx, d, file, w, fresh, tag)
	if err != nil {
		return nil, a.explainEnrolment(err, tag)
	}
	r := &enrolled{Subject: *w.Subject, Wallet: path, Enroller: d.MSPID, Enrolment: receipt}
	if bare {
		return r, nil
	}
	issued, err := a.issueInto(ctx, file, w, identityType, c.claims(a.now()), 0)
	if err != nil {
		return r, adviseDone(err, nextIssue)
	}
	r.Credential = issued
	return r, nil
}

// personTag is the pseudonym under which the enroller knows the citizen's number.
func (a *app) personTag(enroller string, c citizen) (ledger.Digest, error) {
	folder := a.organisationDir(enroller)
	key, err := keyfile.LoadEnrolment(filepath.Join(folder, keyfile.Enrolment))
	if errors.Is(err, fs.ErrNotExist) {
		return ledger.Digest{}, &trouble{code: ledger.NotAllowed, what: textNoTagKey, args: []any{enroller, folder}}
	}
	if err != nil {
		return ledger.Digest{}, err
	}
	tag, err := c.number.Tag(key)
	return ledger.Digest(tag), err
}

// walletToEnrol returns a wallet without an identity: a new one, or one whose enrolment is pending.
func (a *app) walletToEnrol(file *wallet.File, path string) (w *wallet.Wallet, fresh bool, err error) {
	w, err = file.Read()
	switch {
	case ledger.CodeOf(err) == ledger.NotFound:
		w, err = wallet.New(a.random, ledger.At(a.now()))
		return w, true, err
	case err != nil:
		return nil, false, err
	case w.Subject != nil && (w.Pending == nil || w.Pending.Function != ledger.SubjectEnrol):
		return nil, false, &trouble{code: ledger.Conflict, what: textOwned, args: []any{path}, next: nextOwned}
	}
	return w, false, nil
}

// recordEnrolment sends the enrolment. The wallet with the key is on disk before anything is sent; it is removed again
// when nothing was recorded, and keeps the request when that is not known.
func (a *app) recordEnrolment(ctx context.Context, d *desk, file *wallet.File, w *wallet.Wallet, fresh bool, tag ledger.Digest) (office.Receipt, error) {
	e, err := a.enrolment(d, w, tag)
	if err != nil {
		return office.Receipt{}, err
	}
	w.Subject, w.Pending = &e.Subject, &wallet.Pending{Function: ledger.SubjectEnrol, Request: string(e.Request)}
	if err := file.Write(w); err != nil {
		return office.Receipt{}, err
	}
	done := a.waiting(textEnrols, d.MSPID)
	receipt, err := d.Enrol(ctx, e)
	done()
	if err == nil {
		w.Pending = nil
		return receipt, file.Write(w)
	}
	if !certain(ctx, err) {
		w.Pending.TransactionID = receipt.TransactionID
		return receipt, errors.Join(err, file.Write(w))
	}
	if fresh {
		return receipt, errors.Join(err, file.Remove())
	}
	w.Subject, w.Pending = nil, nil
	return receipt, errors.Join(err, file.Write(w))
}

// enrolment fills in a new request, or takes up the pending one.
func (a *app) enrolment(d *desk, w *wallet.Wallet, tag ledger.Digest) (office.Enrolment, error) {
	if w.Pending != nil {
		request, err := ledger.Decode[ledger.Enrol]([]byte(w.Pending.Request), ledger.MaxRecord)
		if err != nil {
			return office.Enrolment{}, err
		}
		if request.Person.Tag != tag {
			return office.Enrolment{}, &trouble{code: ledger.Conflict, what: textOtherPending, next: nextOwned}
		}
		return office.Enrolment{Subject: request.Subject.ID, Tag: tag, Request: []byte(w.Pending.Request)}, nil
	}
	holder, err := ledger.NewSigner(w.Current().Crypto())
	if err != nil {
		return office.Enrolment{}, err
	}
	return d.Enrolment(tag, holder)
}

var textOtherPending = message.Text{En: "the wallet waits for the enrolment of another person", Zh: "该钱包正等待另一人的登记结果"}

// certain reports that an error says nothing was written.
func certain(ctx context.Context, err error) bool {
	switch ledger.CodeOf(err) {
	case "", ledger.Unknown:
		return false
	}
	return ctx.Err() == nil
}

// explainEnrolment tells a second enrolment of one person in words of its own.
func (a *app) explainEnrolment(err error, tag ledger.Digest) error {
	var r *ledger.Refusal
	if errors.As(err, &r) && r.Code == ledger.Conflict && r.Field == "person" {
		return &trouble{code: ledger.Conflict, what: textTaken, args: []any{fmt.Sprintf("%.14s…", ledger.PersonKey(tag))}, next: nextTaken, cause: err}
	}
	return err
}
