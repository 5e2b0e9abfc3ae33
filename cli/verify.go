package cli

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/imi-ledger/imi/cli/inquiry"
	"github.com/imi-ledger/imi/cli/message"
	"github.com/imi-ledger/imi/cli/proof"
	"github.com/imi-ledger/imi/ledger"
)

func (a *app) verifyCommands() *cobra.Command {
	var check checkFlags
	var file, at string
	made := a.group("verify", message.Text{En: "Find out whether something is good, and check the answer", Zh: "核验真伪与效力，并检查答复"},
		a.verifyDocument(), a.verifyPresentation(), a.verifyCredential(), a.verifyNotarisation())
	made.Long = a.say(textVerifyLong) + "\n" + a.say(textVerifyExit)
	made.Example = a.examples([]string{"imi verify document diploma.pdf", "imi verify document diploma.pdf --save answer.json",
		"imi verify --offline answer.json --trust trust.json # no network needed | 无需网络"})
	made.Annotations = map[string]string{works: "true"}
	usual := made.RunE
	made.RunE = func(command *cobra.Command, args []string) error {
		if file == "" {
			return usual(command, args)
		}
		return a.end(a.offline(&check, file, at, nil))
	}
	made.Flags().StringVar(&file, "offline", "", a.say(flagOffline))
	made.Flags().StringVar(&at, "at", "", a.say(message.Text{En: "with --offline: judge by this time in place of now", Zh: "与 --offline 同用：按此时间而非当前时间判断"}))
	check.add(a, made, keptAge)
	return made
}

var textVerifyLong = message.Text{
	En: `Ask a gateway, and take nothing on its word: every answer about now carries the records it rests on, their places in the
state of the ledger, and the signatures of several organisations on that state. These are checked here against the trust
file, and the verdict is made anew. With --save the answer can be checked again later, by anybody, without a network.`,
	Zh: `向网关询问，但不轻信其说法：每个关于当前状态的答复都附有所依据的记录、其在账本状态中的位置，以及多个机构对该状态
的签名。本机依据信任文件逐一检查，并重新得出结论。用 --save 保存后，任何人日后均可离线再次检查。`}

var textVerifyExit = message.Text{
	En: "Exit code: 0 valid · 3 revoked, suspended, expired or mismatch · 5 not found · 6 indeterminate.",
	Zh: "退出码：0 有效 · 3 已撤销、暂停、过期或不符 · 5 未找到 · 6 暂时无法判定。"}

// asOfFlags are the flags of verifying a past state.
type asOfFlags struct{ at, block string }

func (f *asOfFlags) add(a *app, command *cobra.Command) {
	command.Flags().StringVar(&f.at, "at", "", a.say(message.Text{En: "verify as of a time: 2026-11-23T10:00:00Z", Zh: "按某一时间核验：2026-11-23T10:00:00Z"}))
	command.Flags().StringVar(&f.block, "block", "", a.say(message.Text{En: "verify as of a block", Zh: "按某一区块核验"}))
}

func parseAt(text string) (time.Time, error) {
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return at, usage(message.Text{En: "--at is written like 2026-11-23T10:00:00Z", Zh: "--at 的写法如 2026-11-23T10:00:00Z"})
	}
	return at, nil
}

func (f *asOfFlags) asOf() (*inquiry.AsOf, error) {
	switch {
	case f.at != "" && f.block != "":
		return nil, usage(message.Text{En: "--at and --block exclude each other", Zh: "--at 与 --block 不能同时使用"})
	case f.at != "":
		at, err := parseAt(f.at)
		if err != nil {
			return nil, err
		}
		cut := ledger.At(at)
		return &inquiry.AsOf{Time: &cut}, nil
	case f.block != "":
		number, err := strconv.ParseUint(f.block, 10, 63)
		if err != nil {
			return nil, usage(message.Text{En: "--block is a number", Zh: "--block 须为数字"})
		}
		return &inquiry.AsOf{Block: &number}, nil
	}
	return nil, nil
}

// verifying makes a command that asks one question.
func (a *app) verifying(c command, question func(ctx context.Context, args []string) (inquiry.Verification, error)) *cobra.Command {
	var past asOfFlags
	var check checkFlags
	var save, file string
	c.long = message.Text{En: c.short.En + ". " + c.long.En + "\n" + textVerifyExit.En, Zh: c.short.Zh + "。" + c.long.Zh + "\n" + textVerifyExit.Zh}
	var made *cobra.Command
	c.run = func(ctx context.Context, args []string) (result, error) {
		asOf, err := past.asOf()
		if err != nil {
			return nil, err
		}
		asked, err := question(ctx, args)
		if err != nil {
			return nil, err
		}
		if file != "" {
			about := proof.Asked(asked, asked.Audience)
			if !made.Flags().Changed("max-age") {
				check.maxAge = keptAge
			}
			return a.offline(&check, file, past.at, &about)
		}
		asked.AsOf = asOf
		return a.askAndCheck(ctx, asked, &check, save)
	}
	made = a.make(c)
	past.add(a, made)
	check.add(a, made, freshAge)
	made.Flags().StringVar(&save, "save", "", a.say(flagSave))
	made.Flags().StringVar(&file, "offline", "", a.say(flagOffline))
	return made
}

// askAndCheck asks the gateway and takes nothing on its word.
func (a *app) askAndCheck(ctx context.Context, asked inquiry.Verification, check *checkFlags, save string) (result, error) {
	g, err := a.gateway()
	if err != nil {
		return nil, err
	}
	done := a.waiting(message.Text{En: "asking %s", Zh: "正在询问 %s"}, g.URL())
	a.caughtUp(ctx, g)
	finding, text, err := g.Verify(ctx, asked)
	done()
	if err != nil {
		return nil, err
	}
	if asked.Audience != "" && finding.Audience != asked.Audience {
		return nil, &trouble{code: ledger.Invalid, what: textOtherAudience, args: []any{finding.Audience, asked.Audience}, next: nextForged}
	}
	kept := proof.File{Answer: string(text), Question: proof.Asked(asked, finding.Audience)}
	if save != "" {
		if err := saveAnswer(save, kept); err != nil {
			return nil, err
		}
	}
	v, err := check.verify(a, kept, finding, asked.AsOf != nil)
	if err != nil {
		return nil, err
	}
	a.findSince(ctx, g, &v.Finding)
	return v, verdictError{v.Verdict}
}

// textOtherAudience: whoever runs a gateway could have a holder answer your nonce to somebody else, and show you that.
var textOtherAudience = message.Text{
	En: "the gateway took the presentation as one for %q; your request was for %q",
	Zh: "网关将此出示视为面向 %q；您的请求面向 %q"}

// findSince asks for the block that brought a record into its standing. An answer under a head leaves it out, since the
// head does not prove it; what the history says is shown beside the proven date.
func (a *app) findSince(ctx context.Context, g *inquiry.Client, finding *inquiry.Finding) {
	s := finding.Status
	if s == nil || s.State == ledger.Active || s.Block != 0 || finding.Key == "" {
		return
	}
	history, err := g.History(ctx, finding.Key)
	if err != nil || finding.Ledger == nil {
		return
	}
	for _, v := range history.Versions { // the newest first
		if v.Block <= finding.Ledger.Block {
			s.Block = v.Block
			return
		}
	}
}

func (a *app) verifyPresentation() *cobra.Command {
	var request, nonce string
	made := a.verifying(command{use: "presentation FILE", args: arguments(1, 1, "FILE"),
		examples: []string{"imi verify presentation presentation.txt --request request.json", "imi verify presentation - < presentation.txt"},
		short:    message.Text{En: "Verify a presentation", Zh: "核验一次出示"},
		long: message.Text{
			En: "With --request it must answer that\nrequest: its nonce, and for whom. Without --request or --nonce the nonce is taken from the presentation: the gateway then\nchecks that it gave it out and that it was not used, but not that it answers your request.",
			Zh: "给出 --request 时，出示须回应该请求：\n其随机数及面向的核验方。未给出 --request 或 --nonce 时采用出示内容中的随机数：网关仍会检查它确由网关发出且未被使用，但不能说明\n它回应的是您的请求。"},
	}, func(_ context.Context, args []string) (inquiry.Verification, error) {
		if request != "" && nonce != "" {
			return inquiry.Verification{}, usage(message.Text{En: "--request replaces --nonce", Zh: "--request 不能与 --nonce 同时使用"})
		}
		text, err := a.readInput(args[0], 256<<10)
		if err != nil {
			return inquiry.Verification{}, err
		}
		presentation := strings.TrimSpace(string(text))
		expected, audience := nonce, ""
		if request != "" {
			asked, err := a.readRequest(request)
			if err != nil {
				return inquiry.Verification{}, err
			}
			expected, audience = asked.Nonce, asked.Audience
		}
		if expected == "" {
			expected = nonceIn(presentation)
		}
		if expected == "" {
			return inquiry.Verification{}, ledger.Refuse(ledger.Malformed, "presentation", "is not signed by a holder for a verifier")
		}
		return inquiry.Verification{Presentation: presentation, Nonce: expected, Audience: audience}, nil
	})
	made.Flags().StringVar(&request, "request", "", a.say(flagRequest))
	made.Flags().StringVar(&nonce, "nonce", "", a.say(flagNonce))
	return made
}

func (a *app) verifyDocument() *cobra.Command {
	var digest, commitment, receipt string
	made := a.verifying(command{use: "document [FILE]", args: arguments(0, 1, "[FILE]"),
		examples: []string{"imi verify document diploma.pdf", "imi verify document marriage.pdf --receipt marriage.pdf.receipt.json",
			"imi verify document --commitment 78d0…64 digits…"},
		short: message.Text{En: "Verify that a file is registered and unchanged", Zh: "核验文件是否已登记且未被改动"},
		long: message.Text{
			En: "The file stays here, only its hash is sent.",
			Zh: "文件不会上传，只发送其摘要。"},
	}, func(_ context.Context, args []string) (inquiry.Verification, error) {
		name, err := a.documentName(args, digest, commitment, receipt)
		return inquiry.Verification{Document: name}, err
	})
	made.Flags().StringVar(&digest, "digest", "", a.say(message.Text{En: "SHA-256 of the file in place of the file", Zh: "以文件的 SHA-256 代替文件"}))
	made.Flags().StringVar(&commitment, "commitment", "", a.say(message.Text{En: "commitment in place of the file", Zh: "以承诺值代替文件"}))
	made.Flags().StringVar(&receipt, "receipt", "", a.say(message.Text{En: "receipt of a salted registration", Zh: "加盐登记的回执"}))
	return made
}

// documentName names the document that the arguments mean: a file, its digest, or a commitment.
func (a *app) documentName(args []string, digest, commitment, receipt string) (*inquiry.DocumentName, error) {
	given := len(args)
	for _, flag := range []string{digest, commitment} {
		if flag != "" {
			given++
		}
	}
	if given != 1 {
		return nil, usage(message.Text{En: "name one of FILE, --digest and --commitment", Zh: "FILE、--digest、--commitment 须且只须给出一个"})
	}
	name := &inquiry.DocumentName{}
	switch {
	case commitment != "":
		d, err := ledger.ParseDigest(commitment)
		name.Commitment = &d
		return name, err
	case digest != "":
		d, err := ledger.ParseDigest(digest)
		if err != nil {
			return nil, err
		}
		name.Digest = &d
	default:
		d, err := a.digestOf(args[0])
		if err != nil {
			return nil, err
		}
		name.Digest = &d
	}
	if receipt == "" {
		return name, nil
	}
	r, err := a.readReceipt(receipt)
	if err == nil && r.Salt != nil {
		name.Salt = r.Salt
	}
	return name, err
}

func (a *app) verifyCredential() *cobra.Command {
	return a.verifying(command{use: "credential DIGEST", args: arguments(1, 1, "DIGEST"), examples: []string{"imi verify credential " + exampleID(ledger.KindAttestation)},
		short: message.Text{En: "Verify the issuer's record of a credential", Zh: "核验签发机构对某凭证的记录"},
		long: message.Text{
			En: "This says whether the credential counts, not who holds it.",
			Zh: "仅说明凭证是否有效，不说明由谁持有。"},
	}, func(_ context.Context, args []string) (inquiry.Verification, error) {
		key, err := keyOf(ledger.KindAttestation, args[0])
		if err != nil {
			return inquiry.Verification{}, err
		}
		digest, err := ledger.ParseDigest(key.ID())
		return inquiry.Verification{Credential: &digest}, err
	})
}

func (a *app) verifyNotarisation() *cobra.Command {
	return a.verifying(command{use: "notarisation ID", args: arguments(1, 1, "ID"), examples: []string{"imi verify notarisation " + exampleID(ledger.KindNotarisation)},
		short: message.Text{En: "Verify a notarisation and its document", Zh: "核验公证及其文件"},
		long:  message.Text{En: "Both must be good.", Zh: "两者均须有效。"},
	}, func(_ context.Context, args []string) (inquiry.Verification, error) {
		key, err := keyOf(ledger.KindNotarisation, args[0])
		if err != nil {
			return inquiry.Verification{}, err
		}
		id, err := ledger.ParseID(key.ID())
		return inquiry.Verification{Notarisation: &id}, err
	})
}
