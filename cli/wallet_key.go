package cli

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"github.com/imi-ledger/imi/cli/message"
	"github.com/imi-ledger/imi/cli/office"
	"github.com/imi-ledger/imi/cli/wallet"
	"github.com/imi-ledger/imi/evidence/credential"
	"github.com/imi-ledger/imi/ledger"
)

func (a *app) walletRotateKey() *cobra.Command {
	var path string
	made := a.make(command{use: "rotate-key", examples: []string{"imi wallet rotate-key --wallet chen.json"},
		short: message.Text{En: "Replace the holder's key by a new one", Zh: "以新密钥替换持有人密钥"},
		long: message.Text{
			En: "Make a new key and record it, signed by the old and the new one. Credentials stay bound to the key they were issued for:\nhave them issued again.",
			Zh: "生成新密钥并记录，由新旧密钥共同签名。凭证仍绑定签发时的密钥，需重新签发。"},
		run: func(ctx context.Context, _ []string) (result, error) {
			submitter, err := a.proposer(ctx)
			if err != nil {
				return nil, err
			}
			return a.replaceKey(ctx, path, func(w *wallet.Wallet, next *ledger.Signer) (ledger.Time, office.Receipt, error) {
				present, err := ledger.NewSigner(w.Current().Crypto())
				if err != nil {
					return ledger.Time{}, office.Receipt{}, err
				}
				from, receipt, err := submitter.RotateKey(ctx, *w.Subject, present, next)
				if refusal := (*ledger.Refusal)(nil); errors.As(err, &refusal) && refusal.Field == "oldKey" {
					err = advise(err, nextRebind)
				}
				return from, receipt, err
			})
		}})
	made.Flags().StringVar(&path, "wallet", "", a.say(flagWallet))
	return made
}

var nextRebind = message.Text{En: "the identity has another key than this wallet: imi wallet list; a lost key is replaced with imi wallet rebind", Zh: "该身份的密钥与此钱包不同：imi wallet list；丢失的密钥用 imi wallet rebind 替换"}

func (a *app) walletRebind() *cobra.Command {
	var path, witness, subject string
	made := a.make(command{use: "rebind --witness MSPID", examples: []string{"imi wallet rebind --wallet chen.json --witness NotaryMSP", "imi wallet rebind --wallet new.json --subject 0f3a… --witness NotaryMSP # the wallet is lost too | 钱包也已丢失"},
		short: message.Text{En: "Replace a lost or stolen key: enroller and a witness sign", Zh: "替换丢失或被盗的密钥：由登记机构和见证机构签名"},
		run: func(ctx context.Context, _ []string) (result, error) {
			if witness == "" {
				return nil, usage(textNeedsFlag, "--witness")
			}
			enroller, err := a.actor(ctx, ledger.Enroller, "")
			if err != nil {
				return nil, err
			}
			other, err := a.deskOf(ctx, witness)
			if err != nil {
				return nil, err
			}
			if err := a.walletFor(ctx, path, subject); err != nil {
				return nil, err
			}
			return a.replaceKey(ctx, path, func(w *wallet.Wallet, next *ledger.Signer) (ledger.Time, office.Receipt, error) {
				return enroller.RebindKey(ctx, *w.Subject, other.Office, next)
			})
		}})
	made.Flags().StringVar(&path, "wallet", "", a.say(flagWallet))
	made.Flags().StringVar(&witness, "witness", "", a.say(message.Text{En: "organisation that confirms the re-binding", Zh: "见证重新绑定的机构"}))
	made.Flags().StringVar(&subject, "subject", "", a.say(message.Text{En: "identity to re-bind when the wallet is new", Zh: "钱包为新建时，要重新绑定的身份"}))
	return made
}

// walletFor makes a new wallet for an identity whose wallet is lost.
func (a *app) walletFor(ctx context.Context, path, subject string) error {
	if subject == "" {
		return nil
	}
	id, err := ledger.ParseID(subject)
	if err != nil {
		return err
	}
	if err := refuseExisting(a.walletPath(path)); err != nil {
		return err
	}
	file, err := wallet.Open(ctx, a.walletPath(path))
	if err != nil {
		return err
	}
	defer file.Close()
	w, err := wallet.New(a.random, ledger.At(a.now()))
	if err != nil {
		return err
	}
	w.Subject = &id
	return file.Write(w)
}

// keyChange records the next key of the subject of a wallet and says from when it counts.
type keyChange func(w *wallet.Wallet, next *ledger.Signer) (ledger.Time, office.Receipt, error)

// replaceKey makes the next key and keeps it in the wallet before anything is sent: a key that counts must not be lost.
// Until it counts it stands first; the last key is the one in use.
func (a *app) replaceKey(ctx context.Context, path string, change keyChange) (result, error) {
	file, err := wallet.Open(ctx, a.walletPath(path))
	if err != nil {
		return nil, err
	}
	defer file.Close()
	w, err := file.Read()
	if err != nil {
		return nil, advise(err, nextEnrol)
	}
	if w.Subject == nil {
		return nil, &trouble{code: ledger.NotFound, what: textNoIdentity, next: nextEnrol}
	}
	if done, err := a.settleKey(ctx, file, w); done != nil || err != nil {
		return done, err
	}
	private, err := credential.GenerateKey(a.random, credential.ES256)
	if err != nil {
		return nil, err
	}
	next, err := ledger.NewSigner(private.Crypto())
	if err != nil {
		return nil, err
	}
	w.Keys = append([]wallet.Key{{Private: wallet.PrivateKey{PrivateKey: private}, From: ledger.At(a.now())}}, w.Keys...)
	if err := file.Write(w); err != nil {
		return nil, err
	}
	from, receipt, err := change(w, next)
	if err != nil {
		if certain(ctx, err) {
			w.Keys = w.Keys[1:]
			err = errors.Join(err, file.Write(w))
		}
		return nil, err
	}
	w.MakeCurrent(private.Public(), from)
	return &keyChanged{Subject: *w.Subject, Key: private.Public().ID(), From: from, Receipt: receipt, Unbound: unbound(w)}, file.Write(w)
}

// settleKey takes up a change whose outcome was unknown: when the ledger lists another key of the wallet as the one that
// counts, the change was made.
func (a *app) settleKey(ctx context.Context, file *wallet.File, w *wallet.Wallet) (result, error) {
	c, err := a.reader(ctx)
	if err != nil {
		return nil, err
	}
	key := ledger.SubjectKey(*w.Subject)
	subject, err := office.Read[ledger.Subject](ctx, c, key)
	if err != nil {
		return nil, err
	}
	last := subject.Keys[len(subject.Keys)-1]
	public, err := last.Key.Crypto()
	if err != nil {
		return nil, err
	}
	counts, err := credential.NewPublicKey(public)
	if err != nil || w.Current().Public().Equal(counts) || !w.MakeCurrent(counts, last.From) {
		return nil, err
	}
	return &keyChanged{Subject: *w.Subject, Key: counts.ID(), From: last.From, Receipt: office.Receipt{Key: key}, Unbound: unbound(w)}, file.Write(w)
}

type keyChanged struct {
	Subject ledger.ID      `json:"subject"`
	Key     string         `json:"key"`
	From    ledger.Time    `json:"from"`
	Receipt office.Receipt `json:"receipt"`
	Unbound int            `json:"unbound"` // credentials that are bound to another key, and to be issued again
}

// unbound counts the credentials that verifiers refuse until they are issued again, for the key that counts now.
func unbound(w *wallet.Wallet) (count int) {
	for _, c := range w.Credentials {
		if parsed, err := credential.Parse([]byte(c.SDJWT)); err == nil && !parsed.Holder().Equal(w.Current().Public()) {
			count++
		}
	}
	return count
}

func (r *keyChanged) render(p *page) {
	p.line(message.Text{En: "the holder's key is %s from %v on", Zh: "持有人密钥现为 %s，自 %v 起"}, r.Key, r.From)
	p.fields(receiptRows(r.Receipt)...)
	if r.Unbound > 0 {
		p.line(message.Text{En: "credentials bound to another key, to be issued again: %d (imi wallet list)", Zh: "绑定其他密钥、须重新签发的凭证：%d 份（imi wallet list）"}, r.Unbound)
	}
}
