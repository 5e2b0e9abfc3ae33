package cli

import (
	"github.com/imi-ledger/imi/cli/message"
	"github.com/imi-ledger/imi/network"
)

var (
	textLog    = message.Text{En: "the last lines of %s:", Zh: "%s 的最后几行："}
	textFailed = message.Text{En: "%s: %s", Zh: "“%s”失败：%s"}
	textFault  = message.Text{En: "%s", Zh: "出错：%s"}
	nextPort   = message.Text{
		En: "end that program, or choose other ports for a new network with --port; without it, free ones are found",
		Zh: "请结束该程序，或用 --port 为新网络另选端口；不指定时自动选择空闲端口"}
)

// remedy is an error that knows what to do about it.
type remedy interface {
	error
	Remedy() string
}

// failureLine says which step failed and why. A cause without a translation follows in English.
func (a *app) failureLine(f *network.Failure) string {
	return mask(oneLine(a.say(textFailed, a.stepName(f.Step), a.operation(f.Cause.Error()))))
}

// faultLine says what went wrong where there is no code for it.
func (a *app) faultLine(err error) string {
	return mask(oneLine(a.say(textFault, a.operation(err.Error()))))
}

func (a *app) logLines(f *network.Failure) []string {
	if len(f.Lines) == 0 {
		return nil
	}
	lines := []string{a.say(textLog, f.LogFile)}
	for _, line := range f.Lines {
		lines = append(lines, "  | "+line)
	}
	return lines
}
