package cli

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"github.com/imi-ledger/imi/cli/message"
	"github.com/imi-ledger/imi/cli/proof"
	"github.com/imi-ledger/imi/evidence"
	"github.com/imi-ledger/imi/ledger"
)

func (a *app) proofCommands() *cobra.Command {
	return a.group("proof", message.Text{En: "Portable proofs of records, checkable without a network", Zh: "可携带的记录证明，离线即可检查"},
		a.proofGet(), a.proofRefresh())
}

var (
	flagProof  = message.Text{En: "write a proof that anybody can check offline to this file", Zh: "将任何人均可离线检查的证明写到此文件"}
	labelProof = message.Text{En: "proof", Zh: "证明"}
	labelSize  = message.Text{En: "bytes", Zh: "字节数"}

	textNoProof = message.Text{En: "it is recorded, but its proof cannot be had now", Zh: "已记录，但暂时无法取得证明"}
	nextProof   = message.Text{En: "ask again: imi proof get %s --out %s", Zh: "请稍后再取：imi proof get %s --out %s"}
	textLacking = message.Text{En: "the gateway's answer carries no evidence", Zh: "网关的答复未附证据"}
	nextLacking = message.Text{En: "see that enough organisations sign: imi network status; then retry", Zh: "请确认有足够的机构在签名：imi network status；然后重试"}
	textNotOne  = message.Text{En: "%s is the answer to a question, not a proof of one record", Zh: "%s 是对问题的答复，而不是某一记录的证明"}
	nextNotOne  = message.Text{En: "ask the question again: imi verify … --save", Zh: "请重新询问：imi verify … --save"}
)

func (a *app) proofGet() *cobra.Command {
	var out string
	var check checkFlags
	made := a.make(command{use: "get KEY --out FILE", args: arguments(1, 1, "KEY"),
		examples: []string{"imi proof get document/" + exampleID(ledger.KindDocument) + " --out diploma.proof.json",
			"imi verify --offline diploma.proof.json --trust trust.json"},
		short: message.Text{En: "Write a proof of a record, or that there is none", Zh: "写出某记录存在或不存在的证明"},
		long: message.Text{
			En: `The proof is JSON of a few kilobytes: the record, its place in the state of the ledger, and the signatures of several
organisations on that state with their times. It says how the record stood then. It stays checkable for ever, with the
trust file alone; how much a verifier makes of its age is up to the verifier.`,
			Zh: `证明是几 KB 的 JSON：记录本身、其在账本状态中的位置，以及多个机构对该状态的签名及其时间。它说明该记录当时的状况。
只需信任文件即可永久检查；核验方可自行决定接受多久以前的证明。`},
		run: func(ctx context.Context, args []string) (result, error) {
			key, err := ledger.ParseKey(args[0])
			if err != nil {
				return nil, err
			}
			if out == "" {
				return nil, usage(textNeedsFlag, "--out")
			}
			if err := refuseExisting(out); err != nil {
				return nil, err
			}
			made, err := a.prove(ctx, key, out, &check)
			if err != nil {
				return nil, err
			}
			return made, nil
		}})
	made.Flags().StringVar(&out, "out", "", a.say(message.Text{En: "file to write", Zh: "要写入的文件"}))
	check.add(a, made, freshAge)
	return made
}

func (a *app) proofRefresh() *cobra.Command {
	var check checkFlags
	made := a.make(command{use: "refresh FILE…", args: arguments(1, -1, "FILE…"), examples: []string{"imi proof refresh diploma.proof.json"},
		short: message.Text{En: "Bring proofs to the newest state", Zh: "将证明更新到最新状态"},
		long: message.Text{
			En: "Each file is replaced at once when the new proof was fetched and checked, and left as it was otherwise.",
			Zh: "取得并检查新证明后才整体替换文件，否则保持原样。"},
		run: func(ctx context.Context, args []string) (result, error) {
			all := &provedList{}
			for _, file := range args {
				kept, err := a.readProof(file)
				if err == nil && kept.Question.Record == "" {
					err = &trouble{code: ledger.Invalid, what: textNotOne, args: []any{file}, next: nextNotOne}
				}
				if err != nil {
					return all.orNothing(), err
				}
				one, err := a.prove(ctx, kept.Question.Record, file, &check)
				if one != nil {
					all.Proofs = append(all.Proofs, one)
				}
				if err != nil {
					return all.orNothing(), err
				}
			}
			return all, nil
		}})
	check.add(a, made, freshAge)
	return made
}

// prove fetches a proof, checks it if there is trust to check it by, and writes it.
func (a *app) prove(ctx context.Context, key ledger.Key, out string, check *checkFlags) (*proved, error) {
	g, err := a.gateway()
	if err != nil {
		return nil, err
	}
	done := a.waiting(message.Text{En: "asking %s", Zh: "正在询问 %s"}, g.URL())
	a.caughtUp(ctx, g)
	text, err := g.Record(ctx, key)
	done()
	if err != nil {
		return nil, err
	}
	kept := proof.File{Answer: string(text), Question: proof.Question{Record: key}}
	if kept.Evidence() == nil {
		return nil, &trouble{code: ledger.Unavailable, what: textLacking, next: nextLacking}
	}
	made := &proved{Key: key, File: out}
	trust, name, err := a.trust(check.trust)
	if err != nil {
		return nil, err
	}
	if trust != nil {
		v, err := check.check(a, kept, *trust, name, a.now())
		if err != nil {
			return nil, err
		}
		if v.Verdict == string(evidence.Indeterminate) {
			return nil, &trouble{code: ledger.Unavailable, what: textLacking, next: nextLacking}
		}
		made.Verdict = v.Verdict
		made.checked = v
	}
	file, err := kept.Encode()
	if err != nil {
		return nil, err
	}
	made.Bytes = len(file)
	if err := writeFile(out, file, 0o644); err != nil {
		return nil, err
	}
	return made, nil
}

// proved is a proof that was written.
type proved struct {
	Key     ledger.Key `json:"key"`
	File    string     `json:"file"`
	Bytes   int        `json:"bytes"`
	Verdict string     `json:"verdict,omitempty"` // how the record stands; empty: there was no trust file to check it by
	checked *verifiedView
}

func (v *proved) render(p *page) {
	p.fields(row{labelRecord, v.Key}, row{labelProof, v.File}, row{labelSize, v.Bytes})
	if v.checked == nil {
		p.line(wordNoTrust)
		return
	}
	p.verdict(v.checked.Verdict, v.checked.Reason)
	p.standing(v.checked.Status)
}

type provedList struct {
	Proofs []*proved `json:"proofs"`
}

func (l *provedList) render(p *page) {
	for _, v := range l.Proofs {
		v.render(p)
	}
}

func (l *provedList) orNothing() result {
	if len(l.Proofs) == 0 {
		return nil
	}
	return l
}

// proveWritten writes the proof of what was just recorded. That it cannot be had changes nothing about the record.
func (a *app) proveWritten(ctx context.Context, key ledger.Key, out string) error {
	if out == "" {
		return nil
	}
	_, err := a.prove(ctx, key, out, &checkFlags{maxAge: freshAge})
	if err != nil && !errors.Is(ctx.Err(), context.Canceled) {
		return advise(&trouble{code: ledger.Unavailable, what: textNoProof, cause: err}, nextProof, key, out)
	}
	return err
}

// refuseOldProof sees that the file of a proof can be made, before anything is recorded.
func refuseOldProof(out string) error {
	if out == "" {
		return nil
	}
	return refuseExisting(out)
}
