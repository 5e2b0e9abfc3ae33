package cli

import (
	"context"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/imi-ledger/imi/cli/message"
	"github.com/imi-ledger/imi/cli/office"
	"github.com/imi-ledger/imi/ledger"
)

var stateWords = map[ledger.State]message.Text{
	ledger.Active:    {En: "active", Zh: "有效"},
	ledger.Suspended: {En: "suspended", Zh: "暂停"},
	ledger.Revoked:   {En: "revoked", Zh: "已撤销"},
}

var kindWords = map[ledger.Kind]message.Text{
	ledger.KindSubject:      {En: "identity", Zh: "身份"},
	ledger.KindAttestation:  {En: "credential", Zh: "凭证"},
	ledger.KindDocument:     {En: "document", Zh: "文件"},
	ledger.KindNotarisation: {En: "notarisation", Zh: "公证"},
}

var stateVerbs = map[ledger.State]message.Text{
	ledger.Active:    {En: "Reinstate %s that is suspended", Zh: "恢复已暂停的%s"},
	ledger.Suspended: {En: "Suspend %s for a while", Zh: "暂停%s"},
	ledger.Revoked:   {En: "Revoke %s for ever", Zh: "永久撤销%s"},
}

// usualReasons are those a status change carries when none is named.
var usualReasons = map[ledger.State]ledger.Reason{
	ledger.Active:    ledger.ReasonReinstated,
	ledger.Suspended: ledger.ReasonHold,
	ledger.Revoked:   ledger.ReasonPrivilegeWithdrawn,
}

// statusCommand makes suspend, reinstate and revoke for records of a kind.
func (a *app) statusCommand(verb string, kind ledger.Kind, state ledger.State) *cobra.Command {
	var reason string
	short := message.Text{En: stateVerbs[state].In(message.English, article(kindWords[kind].En)), Zh: stateVerbs[state].In(message.Chinese, kindWords[kind].Zh)}
	made := a.make(command{use: verb + " ID", args: arguments(1, 1, "ID"), short: short,
		examples: []string{"imi " + groupOf[kind] + " " + verb + " " + exampleID(kind)},
		long: message.Text{
			En: short.En + ". Only the organisation that made the record can. ID is the digest or id, or the whole key.",
			Zh: short.Zh + "。只有创建该记录的机构可以操作。ID 为摘要、标识或完整的键。"},
		run: func(ctx context.Context, args []string) (result, error) {
			key, err := keyOf(kind, args[0])
			if err != nil {
				return nil, err
			}
			if !slices.Contains(reasonsFor(state), reason) {
				return nil, &trouble{code: ledger.Invalid, what: textNoReason, args: []any{strings.Join(reasonsFor(state), ", ")}}
			}
			return a.changeStatus(ctx, key, state, ledger.Reason(reason))
		}})
	made.Flags().StringVar(&reason, "reason", string(usualReasons[state]), a.say(message.Text{En: "one of %s", Zh: "可选：%s"}, strings.Join(reasonsFor(state), ", ")))
	return made
}

var textNoReason = message.Text{En: "--reason is one of %s", Zh: "--reason 可选：%s"}

// reasonsFor are the reasons that a record may get a state for.
func reasonsFor(state ledger.State) (reasons []string) {
	for _, r := range ledger.Reasons() {
		if state.May(r) {
			reasons = append(reasons, string(r))
		}
	}
	return reasons
}

// article puts the English article before a word.
func article(word string) string {
	if strings.ContainsRune("aeiou", rune(word[0])) {
		return "an " + word
	}
	return "a " + word
}

// groupOf is the command under which records of a kind are handled.
var groupOf = map[ledger.Kind]string{ledger.KindSubject: "wallet", ledger.KindAttestation: "credential",
	ledger.KindDocument: "document", ledger.KindNotarisation: "notarise"}

func exampleID(kind ledger.Kind) string {
	if kind == ledger.KindSubject || kind == ledger.KindNotarisation {
		return "0f3a" + strings.Repeat("0", 28)
	}
	return "0f3a" + strings.Repeat("0", 60)
}

// keyOf reads a key, or the id of a record of a kind.
func keyOf(kind ledger.Kind, text string) (ledger.Key, error) {
	if !strings.HasPrefix(text, string(kind)+"/") {
		text = string(kind) + "/" + text
	}
	return ledger.ParseKey(text)
}

func (a *app) changeStatus(ctx context.Context, key ledger.Key, state ledger.State, reason ledger.Reason) (result, error) {
	d, standing, err := a.owner(ctx, key)
	if err != nil {
		return nil, err
	}
	done := a.waiting(message.Text{En: "%s records the change", Zh: "%s 正在记录变更"}, d.MSPID)
	defer done()
	receipt, err := d.ChangeStatus(ctx, key, standing.Status, state, reason)
	if err != nil {
		return nil, err
	}
	return &statusChanged{State: state, Reason: reason, By: d.MSPID, Receipt: receipt}, nil
}

type statusChanged struct {
	State   ledger.State   `json:"state"`
	Reason  ledger.Reason  `json:"reason"`
	By      ledger.MSPID   `json:"by"`
	Receipt office.Receipt `json:"receipt"`
}

func (r *statusChanged) render(p *page) {
	p.line(message.Text{En: "the %s is %s (%s)", Zh: "该%s现为：%s（%s）"}, p.say(kindWords[r.Receipt.Key.Kind()]), p.say(stateWords[r.State]), p.code(string(r.Reason)))
	p.fields(receiptRows(r.Receipt)...)
}
