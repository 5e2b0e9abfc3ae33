package cli

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/imi-ledger/imi/cli/inquiry"
	"github.com/imi-ledger/imi/cli/message"
	"github.com/imi-ledger/imi/evidence/credential"
	"github.com/imi-ledger/imi/ledger"
)

var (
	flagRequest   = message.Text{En: "the verifier's request, as imi nonce --out writes it", Zh: "核验方的请求文件（由 imi nonce --out 生成）"}
	flagNonce     = message.Text{En: "nonce the verifier asked with", Zh: "核验方给出的随机数"}
	labelNonce    = message.Text{En: "nonce", Zh: "随机数"}
	labelAudience = message.Text{En: "audience", Zh: "核验方"}
	labelExpires  = message.Text{En: "expires", Zh: "失效时间"}
)

func (a *app) nonceCommand() *cobra.Command {
	var out string
	made := a.make(command{use: "nonce", examples: []string{"imi nonce --out request.json", "imi nonce -o json"},
		short: message.Text{En: "Ask for a presentation: get a nonce from the gateway", Zh: "请求出示：从网关获取随机数"},
		long: message.Text{
			En: "A nonce is good for one presentation to this gateway's organisation, within two minutes.",
			Zh: "随机数只能用于向该网关所属机构出示一次，两分钟内有效。"},
		run: func(ctx context.Context, _ []string) (result, error) {
			g, err := a.gateway()
			if err != nil {
				return nil, err
			}
			nonce, err := g.Nonce(ctx)
			if err != nil {
				return nil, err
			}
			if out != "" {
				text, err := ledger.Encode(nonce)
				if err == nil {
					err = writeFile(out, append(text, '\n'), 0o600)
				}
				if err != nil {
					return nil, err
				}
			}
			return &nonceView{nonce, out}, nil
		}})
	made.Flags().StringVar(&out, "out", "", a.say(message.Text{En: "write the request to a file for imi present", Zh: "把请求写入文件供 imi present 使用"}))
	return made
}

type nonceView struct {
	inquiry.Nonce
	file string
}

func (v *nonceView) render(p *page) {
	p.fields(row{labelNonce, v.Nonce.Nonce}, row{labelAudience, v.Audience}, row{labelExpires, v.ExpiresAt.Format(time.RFC3339)}, row{labelFile, v.file})
}

// readRequest reads what imi nonce --out wrote.
func (a *app) readRequest(path string) (inquiry.Nonce, error) {
	text, err := a.readInput(path, 64<<10)
	if err != nil {
		return inquiry.Nonce{}, err
	}
	var request inquiry.Nonce
	if err := decodeStrictly(text, &request); err != nil {
		return request, err
	}
	if request.Nonce == "" || request.Audience == "" {
		return request, ledger.Refuse(ledger.Malformed, "request", "has a nonce and an audience")
	}
	return request, nil
}

// showing is what a holder chooses to show, of which credential, to whom.
type showing struct {
	wallet, credential       string
	claims                   []string
	request, nonce, audience string
	out                      string
}

func (a *app) presentCommand() *cobra.Command {
	var choice showing
	made := a.make(command{use: "present --claims CLAIM,…",
		examples: []string{
			"imi present --wallet chen.json --claims name,over_18 --request request.json --out presentation.txt",
			"imi present --wallet chen.json --claims address.city --nonce N --audience imi:ServiceMSP"},
		short: message.Text{En: "Present chosen claims of a credential to a verifier", Zh: "向核验方出示凭证中选定的声明"},
		long: message.Text{
			En: "Disclose the chosen claims and nothing else, signed by the wallet's key for one verifier and one nonce. Without --request\nor --nonce the gateway is asked for one.",
			Zh: "只披露选定的声明，并由钱包密钥针对一个核验方和一个随机数签名。未给出 --request 或 --nonce 时向网关索取。"},
		run: func(ctx context.Context, _ []string) (result, error) { return a.present(ctx, choice) }})
	flags := made.Flags()
	flags.StringVar(&choice.wallet, "wallet", "", a.say(flagWallet))
	flags.StringVar(&choice.credential, "credential", "", a.say(flagChoice))
	flags.StringSliceVar(&choice.claims, "claims", nil, a.say(message.Text{En: "claims to disclose, such as name,address.city", Zh: "要披露的声明，例如 name,address.city"}))
	flags.StringVar(&choice.request, "request", "", a.say(flagRequest))
	flags.StringVar(&choice.nonce, "nonce", "", a.say(flagNonce))
	flags.StringVar(&choice.audience, "audience", "", a.say(message.Text{En: "the verifier, such as imi:ServiceMSP", Zh: "核验方，例如 imi:ServiceMSP"}))
	flags.StringVar(&choice.out, "out", "", a.say(message.Text{En: "write the presentation to a file; default: print it", Zh: "把出示内容写入文件；默认直接输出"}))
	return made
}

func (a *app) present(ctx context.Context, choice showing) (result, error) {
	w, err := a.load(ctx, choice.wallet)
	if err != nil {
		return nil, err
	}
	held, found := w.Find(choice.credential)
	if !found {
		return nil, &trouble{code: ledger.NotFound, what: textNoCredential, next: nextWalletList}
	}
	parsed, err := credential.Parse([]byte(held.SDJWT))
	if err != nil {
		return nil, err
	}
	key, found := w.KeyFor(parsed.Holder())
	if !found {
		return nil, &trouble{code: ledger.NotFound, what: textNoKey, next: nextReissue}
	}
	if !parsed.Holder().Equal(w.Current().Public()) {
		fmt.Fprintln(a.Err, a.say(textReplacedKey))
	}
	asked, err := a.asked(ctx, choice.request, choice.nonce, choice.audience)
	if err != nil {
		return nil, err
	}
	text, err := credential.Present([]byte(held.SDJWT), choice.claims, key,
		credential.Binding{Audience: asked.Audience, Nonce: asked.Nonce, IssuedAt: a.now()})
	if err != nil {
		return nil, advise(refuseClaims(err), nextClaims, shellQuote(a.walletPath(choice.wallet)), held.Digest.String()[:8])
	}
	v := &presentationView{Presentation: string(text), Nonce: asked.Nonce, Audience: asked.Audience, Claims: choice.claims, File: choice.out}
	if choice.out == "" {
		return v, nil
	}
	return v, writeFile(choice.out, append(text, '\n'), 0o600)
}

var (
	textNoKey        = message.Text{En: "the wallet has no key for this credential", Zh: "钱包中没有该凭证的密钥"}
	nextClaims       = message.Text{En: "see what the credential claims: imi wallet show --wallet %s --credential %s", Zh: "查看凭证的声明：imi wallet show --wallet %s --credential %s"}
	nextReissue      = message.Text{En: "have the credential issued again: imi credential issue --help", Zh: "请重新签发凭证：imi credential issue --help"}
	textReplacedKey  = message.Text{En: "this credential is bound to a key that was replaced: verifiers refuse it until it is issued again", Zh: "该凭证绑定的密钥已被替换：在重新签发之前，核验方会拒绝它"}
	textNonceAlone   = message.Text{En: "--nonce and --audience go together", Zh: "--nonce 与 --audience 须同时给出"}
	textRequestAlone = message.Text{En: "--request replaces --nonce and --audience", Zh: "--request 不能与 --nonce、--audience 同时使用"}
)

// asked is what the verifier asked with: from a file, from flags, or from the gateway now.
func (a *app) asked(ctx context.Context, request, nonce, audience string) (inquiry.Nonce, error) {
	switch {
	case request != "" && (nonce != "" || audience != ""):
		return inquiry.Nonce{}, usage(textRequestAlone)
	case request != "":
		return a.readRequest(request)
	case (nonce == "") != (audience == ""):
		return inquiry.Nonce{}, usage(textNonceAlone)
	case nonce != "":
		return inquiry.Nonce{Nonce: nonce, Audience: audience}, nil
	}
	g, err := a.gateway()
	if err != nil {
		return inquiry.Nonce{}, err
	}
	return g.Nonce(ctx)
}

func refuseClaims(err error) error {
	if r, ok := credential.AsRefusal(err); ok {
		return ledger.Refuse(ledger.Invalid, "claims", "%s", r.Detail)
	}
	return err
}

type presentationView struct {
	Presentation string   `json:"presentation"`
	Nonce        string   `json:"nonce"`
	Audience     string   `json:"audience"`
	Claims       []string `json:"claims"`
	File         string   `json:"file,omitempty"`
}

func (v *presentationView) render(p *page) {
	if v.File == "" {
		p.text(v.Presentation) // alone, for a pipe
		return
	}
	p.line(message.Text{En: "presented %s to %s, %d bytes", Zh: "已向 %[2]s 出示 %[1]s，共 %[3]d 字节"}, strings.Join(v.Claims, ", "), v.Audience, len(v.Presentation))
	p.fields(row{labelFile, v.File})
}

// nonceIn is the nonce a presentation says it answers, "" for what is no presentation. The gateway decides whether it
// gave the nonce out and whether it was used.
func nonceIn(presentation string) string {
	binding := strings.Split(presentation[strings.LastIndexByte(presentation, '~')+1:], ".")
	if len(binding) != 3 {
		return ""
	}
	text, err := base64.RawURLEncoding.DecodeString(binding[1])
	var says struct {
		Nonce string `json:"nonce"`
	}
	if err != nil || json.Unmarshal(text, &says) != nil {
		return ""
	}
	return says.Nonce
}
