package cli

import (
	"cmp"
	"errors"

	"github.com/imi-ledger/imi/cli/message"
	"github.com/imi-ledger/imi/cli/proof"
	"github.com/imi-ledger/imi/evidence"
	"github.com/imi-ledger/imi/ledger"
)

var (
	flagOffline = message.Text{En: "check this kept answer or proof, without any network", Zh: "检查此保存的答复或证明，完全不需要网络"}
	flagSave    = message.Text{En: "keep the question and the answer in this file, for --offline", Zh: "将问题与答复保存到此文件，供 --offline 使用"}

	textNeedsTrust = message.Text{En: "there is no trust file: give one with --trust", Zh: "没有信任文件：请用 --trust 指定"}
	nextNeedsTrust = message.Text{En: "whoever runs an organisation of this ledger writes one: imi trust export", Zh: "由此账本的任一机构写出：imi trust export"}
	textOtherProof = message.Text{En: "%s is about something else", Zh: "%s 是关于别的内容的"}
	textOtherKeys  = message.Text{En: "%s is signed with a key that %s does not have: it may be of another time", Zh: "%s 的签名密钥不在 %s 中：两者的时间可能不同"}
	nextOtherKeys  = message.Text{
		En: "check it with the trust file of its time, or bring it up to date: imi proof refresh",
		Zh: "请用当时的信任文件检查，或更新：imi proof refresh"}
	wordThen = message.Text{
		En: "this is how it stood when they signed; what happened since does not show: imi proof refresh",
		Zh: "这是签名时的状况；此后的变化不会显示：imi proof refresh"}
	nextStale = message.Text{En: "bring it up to date: imi proof refresh %s; or accept its age with --max-age", Zh: "请更新：imi proof refresh %s；或用 --max-age 接受其时间"}
)

// offline checks a kept answer. about is the question it has to answer; nil: its own.
func (a *app) offline(f *checkFlags, file, at string, about *proof.Question) (result, error) {
	kept, err := a.readProof(file)
	if err != nil {
		return nil, err
	}
	if about != nil {
		if kept.Question, err = sameQuestion(kept.Question, *about, file); err != nil {
			return nil, err
		}
	}
	trust, name, err := a.trust(f.trust)
	if err != nil {
		return nil, err
	}
	if trust == nil {
		return nil, &trouble{code: codeUsage, what: textNeedsTrust, next: nextNeedsTrust}
	}
	now := a.now()
	if at != "" {
		if now, err = parseAt(at); err != nil {
			return nil, err
		}
	}
	v, err := f.check(a, kept, *trust, name, now)
	var refusal *ledger.Refusal
	if errors.As(err, &refusal) && refusal.Code == ledger.NotAllowed && refusal.Field == "head" {
		return nil, &trouble{code: ledger.Invalid, what: textOtherKeys, args: []any{file, name}, next: nextOtherKeys, cause: err}
	}
	if err != nil {
		return nil, err
	}
	switch {
	case v.Reason == string(evidence.ReasonCosigners):
		v.word, v.wordArgs = &nextStale, []any{file}
	case f.maxAge == 0 || f.maxAge > keptAge:
		v.word = &wordThen
	}
	return v, verdictError{v.Verdict}
}

// sameQuestion sees that a kept answer is about what is asked now. An answer about the record alone serves for what the
// record is of.
func sameQuestion(kept, asked proof.Question, file string) (proof.Question, error) {
	if kept.Presentation != "" || asked.Presentation != "" {
		asked.Audience = cmp.Or(asked.Audience, kept.Audience)
		if kept.Presentation == asked.Presentation && kept.Nonce == asked.Nonce && kept.Audience == asked.Audience {
			return kept, nil
		}
	} else if kept.Key() == asked.Key() {
		if kept.Record != "" {
			return kept, nil
		}
		if kept.Document == nil || *kept.Document == (proof.Document{Commitment: kept.Document.Commitment}) {
			return kept, nil
		}
		return asked, nil
	}
	return kept, &trouble{code: ledger.Invalid, what: textOtherProof, args: []any{file}, next: nextFile}
}

func (a *app) readProof(file string) (proof.File, error) {
	text, err := a.readInput(file, proof.MaxFile)
	if err != nil {
		return proof.File{}, err
	}
	return proof.Parse(text)
}

// saveAnswer keeps an answer with its question.
func saveAnswer(file string, kept proof.File) error {
	text, err := kept.Encode()
	if err != nil {
		return err
	}
	return writeFile(file, text, 0o600) // a presentation has personal data
}
