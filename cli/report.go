package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/imi-ledger/imi/cli/message"
	"github.com/imi-ledger/imi/cli/office"
	"github.com/imi-ledger/imi/ledger"
	"github.com/imi-ledger/imi/network"
)

// codeWords say what a code means.
var codeWords = map[ledger.Code]message.Text{
	codeUsage:          {En: "cannot carry that out", Zh: "命令有误"},
	ledger.Malformed:   {En: "malformed", Zh: "格式不正确"},
	ledger.Invalid:     {En: "not valid", Zh: "不符合规则"},
	ledger.NotAllowed:  {En: "not allowed", Zh: "无权限"},
	ledger.NotFound:    {En: "not found", Zh: "未找到"},
	ledger.Conflict:    {En: "conflict", Zh: "冲突"},
	ledger.TooLarge:    {En: "too large", Zh: "超出上限"},
	ledger.Unavailable: {En: "cannot be done now; nothing was written", Zh: "暂时无法办理，未写入任何内容"},
	ledger.Unknown:     {En: "outcome unknown", Zh: "结果未知"},
}

// codeSteps say what to do next when nothing better is known.
var codeSteps = map[ledger.Code]message.Text{
	codeUsage:          {En: "see --help", Zh: "请查看 --help"},
	ledger.Malformed:   {En: "correct the input; nothing was written", Zh: "请更正输入；未写入任何内容"},
	ledger.Invalid:     {En: "correct the input; nothing was written", Zh: "请更正输入；未写入任何内容"},
	ledger.NotAllowed:  {En: "see who may do it: imi org list", Zh: "查看谁有此权限：imi org list"},
	ledger.NotFound:    {En: "check the name or identifier", Zh: "请核对名称或标识"},
	ledger.Conflict:    {En: "look at what is recorded: imi history KEY", Zh: "查看已有记录：imi history KEY"},
	ledger.TooLarge:    {En: "split the input and retry", Zh: "请拆分后重试"},
	ledger.Unavailable: {En: "see that the network runs (imi network status), then retry", Zh: "确认网络在运行（imi network status）后重试"},
	ledger.Unknown:     {En: "repeat the same command: a write that was made is recognised, not made twice", Zh: "请重复同一命令：已写入的内容会被识别，不会重复写入"},
}

var (
	textInterrupted = message.Text{En: "interrupted", Zh: "已中断"}
	textTimeout     = message.Text{En: "not done in time", Zh: "超时未完成"}
	nextRepeat      = message.Text{En: "repeat the command; --timeout allows more time", Zh: "请重复该命令；可用 --timeout 延长时限"}
	nextHistory     = message.Text{En: "look at what is recorded: imi history %s", Zh: "查看已有记录：imi history %s"}
	nextGoOn        = message.Text{En: "repeat the command to go on; what was done stays", Zh: "如需继续请重复该命令；已完成的内容保持不变"}
	nextDoctor      = message.Text{En: "imi network doctor looks for the usual troubles", Zh: "imi network doctor 可检查常见问题"}
	textNoNetwork   = message.Text{En: "there is no network in %s", Zh: "%s 中没有网络"}
	nextUp          = message.Text{En: "bring one up: imi network up (or name its folder with --dir)", Zh: "请先启动网络：imi network up（或用 --dir 指定目录）"}
)

// explanation is how an error is told.
type explanation struct {
	Code    ledger.Code `json:"code"`
	Row     int         `json:"row,omitempty"` // of an import, from 1
	Column  string      `json:"column,omitempty"`
	Field   string      `json:"field,omitempty"`
	Rule    string      `json:"rule"`
	Subject string      `json:"subject,omitempty"`
	Next    string      `json:"next"`
	Exit    int         `json:"exit"`
	line    string
	log     []string
}

// errorView is what a command that failed prints as JSON, unless its result was printed: standard output holds one value.
type errorView struct {
	Error explanation `json:"error"`
}

// report tells an error on standard error: what happened, and what to do next. For programs it is on standard output too.
func (a *app) report(ctx context.Context, err error) int {
	exit := exitOf(ctx, err)
	var verdict verdictError
	if err == nil || errors.As(err, &verdict) {
		return exit
	}
	e := a.explain(exit, err)
	if a.options.output == outputJSON && a.printed == nil {
		_ = a.printJSON(errorView{e}) // where this cannot be written, standard error still tells
	}
	for _, line := range e.log {
		fmt.Fprintln(a.Err, line)
	}
	fmt.Fprintln(a.Err, "imi: "+e.line)
	fmt.Fprintln(a.Err, "     "+e.Next)
	return exit
}

func (a *app) explain(exit int, err error) explanation {
	e := explanation{Code: codeOf(err), Exit: exit, Rule: mask(oneLine(err.Error()))}
	e.line, e.Next = e.Rule, a.say(nextDoctor)
	if next, known := codeSteps[e.Code]; known {
		e.Next = a.say(next)
	}
	var (
		refusal *ledger.Refusal
		own     *trouble
		failure *network.Failure
		knows   remedy
	)
	switch {
	case exit == exitInterrupted:
		e.line, e.Next = a.say(textInterrupted), a.say(nextGoOn)
	case errors.As(err, &own):
		e.line = mask(a.say(own.what, own.args...))
		if own.next != (message.Text{}) {
			e.Next = a.say(own.next)
		}
	case errors.As(err, &refusal):
		e.Field, e.Rule, e.Subject = refusal.Field, mask(refusal.Rule), refusal.Subject
		e.line = a.refusalLine(refusal)
		if refusal.Code == ledger.Conflict && refusal.Subject != "" {
			e.Next = a.say(nextHistory, refusal.Subject)
		}
	case errors.Is(err, network.ErrNoNetwork):
		e.line, e.Next = a.say(textNoNetwork, a.options.dir), a.say(nextUp)
	case errors.As(err, &failure):
		e.line, e.Next, e.log = a.failureLine(failure), a.operation(failure.Remedy), a.logLines(failure)
	case errors.As(err, &knows):
		e.line, e.Next = a.faultLine(err), a.operation(knows.Remedy())
	case errors.Is(err, context.DeadlineExceeded):
		e.Code, e.line, e.Next = ledger.Unavailable, a.say(textTimeout), a.say(nextRepeat)
	default:
		e.line = a.faultLine(err)
	}
	a.addContext(&e, err, exit == exitInterrupted)
	if e.Code == "" {
		e.Code = "fault"
	}
	return e
}

// addContext adds what errors around the one that is told know: the row of an import, a better next step.
func (a *app) addContext(e *explanation, err error, interrupted bool) {
	var (
		advised *advice
		taken   *network.PortTaken
		at      *office.RowError
	)
	errors.As(err, &advised)
	if interrupted { // whoever interrupts knows why; only what was done already is news
		if advised != nil && advised.done {
			e.Next = a.say(advised.next, advised.args...)
		}
		return
	}
	if errors.As(err, &at) && at.Row > 0 {
		e.Row, e.Column = at.Row, cmp.Or(at.Column, e.Field)
		e.line = a.rowWords(at) + a.colon() + e.line
	}
	if errors.As(err, &taken) {
		e.Next = a.say(nextPort)
	}
	if advised != nil {
		e.Next = a.say(advised.next, advised.args...)
	}
}

func (a *app) rowWords(at *office.RowError) string {
	words := a.say(message.Text{En: "row %d", Zh: "第 %d 行"}, at.Row)
	if at.Column != "" {
		words += a.say(message.Text{En: ", column %s", Zh: " %s 列"}, at.Column)
	}
	return words
}

func (a *app) refusalLine(r *ledger.Refusal) string {
	parts := []string{a.say(codeWords[r.Code])}
	if r.Field != "" {
		parts = append(parts, r.Field)
	}
	line := strings.Join(append(parts, mask(a.rule(r.Rule))), a.colon())
	if r.Subject != "" {
		line += " (" + r.Subject + ")"
	}
	return oneLine(line)
}

func (a *app) colon() string {
	if a.language == message.Chinese {
		return "："
	}
	return ": "
}

// idNumber matches what has the form of a citizen's number, new or old. Package idnumber never prints one; this is for
// those that somebody typed where they do not belong.
var idNumber = regexp.MustCompile(`\b(\d{17}[\dXx]|\d{15})\b`)

func mask(text string) string { return idNumber.ReplaceAllString(text, "[…]") }

func oneLine(text string) string {
	return strings.Join(strings.FieldsFunc(text, func(r rune) bool { return r == '\n' || r == '\r' }), " ")
}
