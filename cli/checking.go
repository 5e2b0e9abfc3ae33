package cli

import (
	"encoding/json"
	"errors"
	"time"

	"github.com/spf13/cobra"

	"github.com/imi-ledger/imi/cli/inquiry"
	"github.com/imi-ledger/imi/cli/message"
	"github.com/imi-ledger/imi/cli/proof"
	"github.com/imi-ledger/imi/evidence"
	"github.com/imi-ledger/imi/evidence/answer"
	"github.com/imi-ledger/imi/ledger"
)

// Greatest ages of the signatures an answer rests on.
const (
	freshAge = 30 * time.Second // of an answer that was asked for just now
	keptAge  = 24 * time.Hour   // of one that was kept
	anyAge   = 100 * 365 * 24 * time.Hour
)

// checkFlags say what answers are checked against.
type checkFlags struct {
	trust  string
	maxAge time.Duration
}

func (f *checkFlags) add(a *app, command *cobra.Command, usual time.Duration) {
	command.Flags().StringVar(&f.trust, "trust", "", a.say(message.Text{En: "trust file to check the answer against; default: trust.json in --dir", Zh: "用于检查答复的信任文件；默认为 --dir 中的 trust.json"}))
	command.Flags().DurationVar(&f.maxAge, "max-age", usual, a.say(message.Text{En: "greatest age of the signatures it rests on; 0: any; of a kept answer usually 24h", Zh: "所依据签名的最长时限；0 表示不限；已保存的答复通常为 24h"}))
}

func (f *checkFlags) age() (time.Duration, error) {
	switch {
	case f.maxAge < 0:
		return 0, usage(message.Text{En: "--max-age is not negative", Zh: "--max-age 不能为负"})
	case f.maxAge == 0:
		return anyAge, nil
	}
	return f.maxAge, nil
}

// checked is what was found out here, without taking the gateway's word.
type checked struct {
	Trust      string `json:"trust"`            // file
	Records    int    `json:"records"`          // with their places in the signed state
	Signatures int    `json:"signatures"`       // organisations that must have signed
	Claim      string `json:"claims,omitempty"` // the gateway's own verdict, where nothing shows it
}

// verifiedView is a finding and how it was checked.
type verifiedView struct {
	inquiry.Finding
	Checked  *checked      `json:"checkedHere,omitempty"` // nil: it is the gateway's word
	word     *message.Text // to be said at the end
	wordArgs []any
}

func (v *verifiedView) render(p *page) {
	(*findingView)(&v.Finding).render(p)
	switch c := v.Checked; {
	case c != nil && c.Claim == "":
		p.line(message.Text{En: "checked here against %s: signatures (%d organisations needed), records with their places in the signed state (%d), every byte",
			Zh: "已在本机依据 %s 检查：签名（须有 %d 个机构）、记录及其在已签名状态中的位置（%d 条）、每个字节"}, c.Trust, c.Signatures, c.Records)
	case c != nil:
		p.line(message.Text{En: "the gateway says %s, and gives no evidence of it", Zh: "网关称“%s”，但未提供证据"}, p.say(verdictWords[c.Claim]))
	}
	if v.word != nil {
		p.line(*v.word, v.wordArgs...)
	}
}

var (
	wordPast    = message.Text{En: "this is the gateway's word: heads prove the newest state, not a past one", Zh: "这只是网关的说法：账本首部证明最新状态，不证明过去的状态"}
	wordNoTrust = message.Text{En: "this is the gateway's word: there is no trust file to check it against (imi trust export)", Zh: "这只是网关的说法：没有可用于检查的信任文件（imi trust export）"}
	wordAlone   = message.Text{En: "this is the gateway's word: it gives no evidence of it", Zh: "这只是网关的说法：未提供证据"}

	textForged = message.Text{En: "the answer is not what the organisations signed: %s", Zh: "答复与各机构所签名的不符：%s"}
	nextForged = message.Text{
		En: "do not rely on it; ask another organisation's gateway with --org, or see whether the trust file is of this network",
		Zh: "请勿采信；可用 --org 询问其他机构的网关，或确认信任文件属于此网络"}
)

// verify checks an answer that just came. finding is what the gateway says.
func (f *checkFlags) verify(a *app, kept proof.File, finding inquiry.Finding, past bool) (*verifiedView, error) {
	v := &verifiedView{Finding: finding}
	trust, file, err := a.trust(f.trust)
	switch {
	case err != nil:
		return nil, err
	case past:
		v.word = &wordPast
		return v, nil
	case trust == nil:
		v.word = &wordNoTrust
		return v, nil
	case kept.Evidence() != nil:
		return f.check(a, kept, *trust, file, a.now())
	case finding.Verdict == string(evidence.Valid) || finding.Verdict == string(evidence.NotFound):
		v.Checked = &checked{Trust: file, Signatures: trust.Threshold, Claim: finding.Verdict}
		v.Verdict, v.Reason = string(evidence.Indeterminate), "no_evidence"
		return v, nil
	}
	v.word = &wordAlone // to say no, a gateway needs no evidence
	return v, nil
}

// check checks an answer with its evidence, by a time and for an age of the caller's choice.
func (f *checkFlags) check(a *app, kept proof.File, trust answer.Trust, file string, now time.Time) (*verifiedView, error) {
	maxAge, err := f.age()
	if err != nil {
		return nil, err
	}
	found, err := kept.Check(trust, now, maxAge)
	var refusal *ledger.Refusal
	if errors.As(err, &refusal) {
		return nil, &trouble{code: ledger.Invalid, what: textForged, args: []any{a.refusalLine(refusal)}, next: nextForged, cause: err}
	}
	if err != nil {
		return nil, err
	}
	var said struct {
		Organisation ledger.MSPID `json:"organisation"`
		Audience     string       `json:"audience"`
	}
	if err := json.Unmarshal([]byte(kept.Answer), &said); err != nil {
		return nil, err
	}
	text, err := json.Marshal(answer.NewVerification(found, said.Organisation, said.Audience))
	if err != nil {
		return nil, err
	}
	v := &verifiedView{Checked: &checked{Trust: file, Signatures: trust.Threshold}}
	if err := json.Unmarshal(text, &v.Finding); err != nil {
		return nil, err
	}
	if e := kept.Evidence(); e != nil {
		v.Checked.Records = len(e.Records)
	}
	return v, nil
}
