package cli

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"github.com/imi-ledger/imi/cli/message"
	"github.com/imi-ledger/imi/cli/office"
	"github.com/imi-ledger/imi/cli/wallet"
	"github.com/imi-ledger/imi/ledger"
)

func (a *app) credentialCommands() *cobra.Command {
	return a.group("credential", message.Text{En: "Issue credentials and change their status", Zh: "签发凭证及变更其状态"},
		a.credentialIssue(), a.credentialIssueMany(), a.credentialShow(),
		a.statusCommand("suspend", ledger.KindAttestation, ledger.Suspended), a.statusCommand("reinstate", ledger.KindAttestation, ledger.Active),
		a.statusCommand("revoke", ledger.KindAttestation, ledger.Revoked))
}

// issuedView is a credential and where its attestation is recorded.
type issuedView struct {
	Credential ledger.Digest             `json:"credential"`
	Type       ledger.CredentialTypeName `json:"type"`
	Issuer     ledger.MSPID              `json:"issuer"`
	NotAfter   ledger.Time               `json:"notAfter"`
	Wallet     string                    `json:"wallet,omitempty"`
	ProofFile  string                    `json:"proofFile,omitempty"`
	Receipt    office.Receipt            `json:"receipt"`
}

func (v *issuedView) render(p *page) {
	p.line(message.Text{En: "%s issued a credential of type %s", Zh: "%s 已签发 %s 凭证"}, v.Issuer, v.Type)
	rows := []row{{labelCredential, v.Credential}, {labelUntil, v.NotAfter}, {labelProof, v.ProofFile}}
	p.fields(append(rows, receiptRows(v.Receipt)...)...)
}

func (a *app) credentialIssue() *cobra.Command {
	var typeName, source, claimsFile, path, proofFile string
	var days int
	made := a.make(command{use: "issue --type TYPE (--citizen FILE[#N] | --claims FILE)",
		examples: []string{
			"imi credential issue --type degree/1 --claims degree.json --wallet chen.json",
			"imi credential issue --type identity/1 --citizen citizens.json#1 --wallet chen.json"},
		short: message.Text{En: "Issue a credential into a wallet", Zh: "向钱包签发凭证"},
		long: message.Text{
			En: "Check the claims against their type, sign the credential for the wallet's key, attest it on the ledger and put it into\nthe wallet. The claims are a JSON object; for identity/1 they follow from the citizen's data.",
			Zh: "按类型检查声明，为钱包的密钥签署凭证，在账本上证明，并放入钱包。声明为 JSON 对象；identity/1 的声明由公民信息得出。"},
		run: func(ctx context.Context, _ []string) (result, error) {
			if err := refuseOldProof(proofFile); err != nil {
				return nil, err
			}
			claims, err := a.readClaims(typeName, source, claimsFile)
			if err != nil {
				return nil, err
			}
			file, err := wallet.Open(ctx, a.walletPath(path))
			if err != nil {
				return nil, err
			}
			defer file.Close()
			w, err := file.Read()
			if err != nil {
				return nil, advise(err, nextEnrol)
			}
			issued, err := a.issueInto(ctx, file, w, typeName, claims, days)
			if issued == nil {
				return nil, err
			}
			issued.Wallet = a.walletPath(path)
			if err == nil {
				err = a.proveWritten(ctx, ledger.AttestationKey(issued.Credential), proofFile)
			}
			if err == nil {
				issued.ProofFile = proofFile
			}
			return issued, err
		}})
	made.Flags().StringVar(&typeName, "type", "", a.say(flagType))
	made.Flags().StringVar(&source, "citizen", "", a.say(flagCitizen))
	made.Flags().StringVar(&claimsFile, "claims", "", a.say(message.Text{En: "file with the claims as a JSON object, or -", Zh: "声明文件（JSON 对象），或 -"}))
	made.Flags().StringVar(&path, "wallet", "", a.say(flagWallet))
	made.Flags().StringVar(&proofFile, "proof", "", a.say(flagProof))
	made.Flags().IntVar(&days, "days", 0, a.say(flagDays))
	return made
}

var (
	flagType         = message.Text{En: "credential type, such as degree/1", Zh: "凭证类型，例如 degree/1"}
	flagDays         = message.Text{En: "days of validity; default: as long as the type allows", Zh: "有效天数；默认为类型允许的最长期限"}
	nextEnrol        = message.Text{En: "name the wallet with --wallet, or enrol the citizen first: imi enrol --help", Zh: "请用 --wallet 指定钱包，或先登记公民：imi enrol --help"}
	textOneOf        = message.Text{En: "exactly one of %s and %s is needed", Zh: "%s 与 %s 须且只须给出一个"}
	textNotIdentity  = message.Text{En: "--citizen goes with identity/1; other types take --claims", Zh: "--citizen 仅用于 identity/1；其他类型请用 --claims"}
	textNoIdentity   = message.Text{En: "the wallet has no identity yet", Zh: "钱包中还没有身份"}
	nextUnconfirmed  = message.Text{En: "the credential is in the wallet; see whether it counts: imi verify credential %s", Zh: "凭证已在钱包中；查看是否有效：imi verify credential %s"}
	textStillPending = message.Text{En: "the outcome of this wallet's enrolment is not known", Zh: "该钱包的登记结果未知"}
	nextResume       = message.Text{En: "repeat imi enrol with the same citizen and wallet", Zh: "请用同一公民和钱包重复 imi enrol"}
)

func (a *app) readClaims(typeName, source, claimsFile string) (map[string]any, error) {
	switch {
	case typeName == "":
		return nil, usage(textNeedsFlag, "--type")
	case (source == "") == (claimsFile == ""):
		return nil, usage(textOneOf, "--citizen", "--claims")
	case source != "" && typeName != identityType:
		return nil, usage(textNotIdentity)
	case source != "":
		c, err := a.readCitizen(source)
		if err != nil {
			return nil, err
		}
		return c.claims(a.now()), nil
	}
	text, err := a.readInput(claimsFile, maxInput)
	if err != nil {
		return nil, err
	}
	return parseClaims(text)
}

func parseClaims(text []byte) (map[string]any, error) {
	var claims map[string]any
	err := decodeStrictly(text, &claims)
	if err == nil && claims == nil {
		err = ledger.Refuse(ledger.Malformed, "claims", "must be a JSON object")
	}
	return claims, err
}

// applicationFor is what a credential for the holder of a wallet is made of.
func (a *app) applicationFor(w *wallet.Wallet, typeName string, claims map[string]any, days int) (office.Application, error) {
	switch {
	case w.Subject == nil:
		return office.Application{}, &trouble{code: ledger.NotFound, what: textNoIdentity, next: nextEnrol}
	case w.Pending != nil:
		return office.Application{}, &trouble{code: ledger.Unknown, what: textStillPending, next: nextResume}
	}
	t, err := a.definition(typeName)
	return office.Application{Type: t, Subject: *w.Subject, Holder: w.Current().Public(), Claims: claims, Days: days}, err
}

// issueInto issues a credential into a wallet that is open. When the outcome is unknown the credential is kept: it may count.
func (a *app) issueInto(ctx context.Context, file *wallet.File, w *wallet.Wallet, typeName string, claims map[string]any, days int) (*issuedView, error) {
	application, err := a.applicationFor(w, typeName, claims, days)
	if err != nil {
		return nil, err
	}
	d, err := a.actor(ctx, ledger.Issuer, typeName)
	if err != nil {
		return nil, err
	}
	done := a.waiting(textIssues, d.MSPID)
	draft, receipt, err := d.Issue(ctx, d.issuing, application)
	done()
	if draft.SDJWT == "" || err != nil && certain(ctx, err) {
		return nil, err
	}
	w.Add(held(draft))
	if problem := file.Write(w); problem != nil {
		return nil, errors.Join(problem, err)
	}
	if err != nil {
		return nil, adviseDone(err, nextUnconfirmed, draft.Statement.Credential)
	}
	return viewOf(draft, receipt), nil
}

func held(d office.Draft) wallet.Credential {
	return wallet.Credential{Type: d.Statement.Type, Digest: d.Statement.Credential, Issuer: d.Statement.Issuer, SDJWT: d.SDJWT}
}

func viewOf(d office.Draft, r office.Receipt) *issuedView {
	return &issuedView{Credential: d.Statement.Credential, Type: d.Statement.Type, Issuer: d.Statement.Issuer, NotAfter: d.Statement.NotAfter, Receipt: r}
}

func (a *app) credentialShow() *cobra.Command {
	return a.make(command{use: "show DIGEST", args: arguments(1, 1, "DIGEST"), examples: []string{"imi credential show 3f0c…64 digits…"},
		short: message.Text{En: "Show what the ledger says about a credential", Zh: "显示账本上有关某凭证的记录"},
		run: func(ctx context.Context, args []string) (result, error) {
			return a.showRecord(ctx, ledger.KindAttestation, args[0])
		}})
}
