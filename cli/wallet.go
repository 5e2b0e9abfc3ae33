package cli

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/imi-ledger/imi/cli/message"
	"github.com/imi-ledger/imi/cli/wallet"
	"github.com/imi-ledger/imi/evidence/credential"
	"github.com/imi-ledger/imi/ledger"
)

func (a *app) walletCommands() *cobra.Command {
	return a.group("wallet", message.Text{En: "A citizen's keys and credentials", Zh: "公民的密钥和凭证"},
		a.walletShow(), a.walletList(), a.walletRotateKey(), a.walletRebind(),
		a.statusCommand("suspend", ledger.KindSubject, ledger.Suspended), a.statusCommand("reinstate", ledger.KindSubject, ledger.Active),
		a.statusCommand("revoke", ledger.KindSubject, ledger.Revoked))
}

// load reads the wallet of a --wallet flag.
func (a *app) load(ctx context.Context, flag string) (*wallet.Wallet, error) {
	w, err := wallet.Load(ctx, a.walletPath(flag))
	if ledger.CodeOf(err) == ledger.NotFound {
		return nil, advise(err, nextEnrol)
	}
	return w, err
}

func (a *app) walletList() *cobra.Command {
	var path string
	made := a.make(command{use: "list", examples: []string{"imi wallet list --wallet chen.json"},
		short: message.Text{En: "List the identity, keys and credentials, without their content", Zh: "列出身份、密钥和凭证（不含内容）"},
		run: func(ctx context.Context, _ []string) (result, error) {
			w, err := a.load(ctx, path)
			if err != nil {
				return nil, err
			}
			return walletViewOf(a.walletPath(path), w), nil
		}})
	made.Flags().StringVar(&path, "wallet", "", a.say(flagWallet))
	return made
}

type walletView struct {
	Wallet      string           `json:"wallet"`
	Subject     *ledger.ID       `json:"subject,omitempty"`
	Pending     bool             `json:"pending"`
	Keys        []walletKey      `json:"keys"`
	Credentials []walletContents `json:"credentials"`
}

type walletKey struct {
	ID   string      `json:"id"`
	From ledger.Time `json:"from"`
}

type walletContents struct {
	Type   ledger.CredentialTypeName `json:"type"`
	Issuer ledger.MSPID              `json:"issuer"`
	Digest ledger.Digest             `json:"digest"`
	Bound  bool                      `json:"bound"` // to the key that counts
}

func walletViewOf(path string, w *wallet.Wallet) *walletView {
	v := &walletView{Wallet: path, Subject: w.Subject, Pending: w.Pending != nil, Keys: []walletKey{}, Credentials: []walletContents{}}
	for _, k := range w.Keys {
		v.Keys = append(v.Keys, walletKey{k.Private.Public().ID(), k.From})
	}
	for _, c := range w.Credentials {
		parsed, err := credential.Parse([]byte(c.SDJWT))
		bound := err == nil && parsed.Holder().Equal(w.Current().Public())
		v.Credentials = append(v.Credentials, walletContents{c.Type, c.Issuer, c.Digest, bound})
	}
	return v
}

func (v *walletView) render(p *page) {
	subject := "–"
	if v.Subject != nil {
		subject = v.Subject.String()
	}
	p.fields(row{labelWallet, v.Wallet}, row{labelSubject, subject})
	if v.Pending {
		p.line(textStillPending)
	}
	var keys [][]string
	for _, k := range v.Keys {
		keys = append(keys, []string{k.ID, k.From.String()})
	}
	p.table([]message.Text{{En: "key", Zh: "密钥"}, {En: "from", Zh: "自"}}, keys)
	var rows [][]string
	for _, c := range v.Credentials {
		bound := p.say(message.Text{En: "yes", Zh: "是"})
		if !c.Bound {
			bound = p.say(message.Text{En: "no: issue it again", Zh: "否，需重新签发"})
		}
		rows = append(rows, []string{string(c.Type), string(c.Issuer), c.Digest.String(), bound})
	}
	p.table([]message.Text{labelType, labelIssuer, labelCredential, {En: "bound to this key", Zh: "绑定当前密钥"}}, rows)
}

func (a *app) walletShow() *cobra.Command {
	var path, choice string
	made := a.make(command{use: "show", examples: []string{"imi wallet show --wallet chen.json --credential identity/1"},
		short: message.Text{En: "Show the claims of a credential in the wallet", Zh: "显示钱包中某凭证的声明"},
		long: message.Text{
			En: "Show every claim of a credential, and which of them the holder may hide. The output holds personal data.",
			Zh: "显示凭证的全部声明及其中持有人可隐藏的部分。输出含个人信息。"},
		run: func(ctx context.Context, _ []string) (result, error) {
			w, err := a.load(ctx, path)
			if err != nil {
				return nil, err
			}
			held, found := w.Find(choice)
			if !found {
				return nil, &trouble{code: ledger.NotFound, what: textNoCredential, next: nextWalletList}
			}
			return a.openHeld(held)
		}})
	made.Flags().StringVar(&path, "wallet", "", a.say(flagWallet))
	made.Flags().StringVar(&choice, "credential", "", a.say(flagChoice))
	return made
}

var (
	flagChoice       = message.Text{En: "which credential: its type, or its digest or the beginning of it; default: the newest", Zh: "选择凭证：类型、摘要或摘要开头；默认为最新的"}
	textNoCredential = message.Text{En: "the wallet has no such credential", Zh: "钱包中没有该凭证"}
	nextWalletList   = message.Text{En: "imi wallet list shows what it has", Zh: "imi wallet list 可列出其内容"}
)
