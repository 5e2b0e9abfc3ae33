package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/imi-ledger/imi/cli/message"
	"github.com/imi-ledger/imi/ledger"
	"github.com/imi-ledger/imi/network"
)

func (a *app) networkStatus() *cobra.Command {
	return a.make(command{use: "status", examples: []string{"imi network status", "imi network status -o json"},
		short: message.Text{En: "Show every node and whether it serves", Zh: "显示各节点是否正常"},
		long: message.Text{
			En: "Ask every node. Exit code 6 when one does not serve, and 7 when a gateway keeps proof of a fork: then organisations signed\ndifferent heads for one block, and nobody can rely on answers until they have settled which ledger is theirs.",
			Zh: "查询所有节点。有节点不能服务时退出码为 6；有网关保存分叉证据时退出码为 7：各机构对同一区块签署了不同的首部，\n在各机构确定账本之前，任何答复都不可依赖。"},
		run: func(ctx context.Context, _ []string) (result, error) {
			n, err := network.Open(a.options.dir)
			if err != nil {
				return nil, err
			}
			s, err := n.Status(ctx)
			if err != nil {
				return nil, err
			}
			return (*statusView)(s), (*statusView)(s).trouble()
		}})
}

var (
	textSick  = message.Text{En: "not every node serves", Zh: "有节点不能服务"}
	nextStart = message.Text{En: "bring it back: imi network start; look for the cause: imi network logs NODE", Zh: "恢复：imi network start；查找原因：imi network logs 节点"}
)

var (
	textForked = message.Text{En: "the ledger is forked: organisations signed different heads for one block", Zh: "账本已分叉：各机构对同一区块签署了不同的首部"}
	nextForked = message.Text{
		En: "rely on no answer; keep the proof (GET /v1/forks), check it: imi audit fork; see whose ledger is sound: imi audit run --from-peer ORG",
		Zh: "请勿依赖任何答复；保存证据（GET /v1/forks）并核验：imi audit fork；查明哪个账本无误：imi audit run --from-peer 机构"}
)

type statusView network.Status

// trouble is how the command ends. A fork is worse than a node that is away.
func (s *statusView) trouble() error {
	switch status := (*network.Status)(s); {
	case status.Forked():
		return &trouble{code: ledger.Conflict, what: textForked, next: nextForked}
	case !status.Healthy():
		return &trouble{code: ledger.Unavailable, what: textSick, next: nextStart}
	}
	return nil
}

func (s *statusView) render(p *page) {
	p.line(message.Text{En: "network %s (%s), Fabric %s, in %s", Zh: "网络 %s（%s），Fabric %s，目录 %s"}, s.Topology, s.Runtime, s.Fabric, s.Dir)
	words := map[network.State]string{
		network.Running:   p.paint(green, p.say(message.Text{En: "running", Zh: "运行中"})),
		network.Stopped:   p.paint(red, p.say(message.Text{En: "stopped", Zh: "已停止"})),
		network.Unhealthy: p.paint(yellow, p.say(message.Text{En: "unhealthy", Zh: "异常"})),
	}
	var rows [][]string
	for _, node := range s.Nodes {
		pid, height := "", ""
		if node.PID != 0 {
			pid = strconv.Itoa(node.PID)
		}
		if node.Height != 0 {
			height = strconv.FormatUint(node.Height, 10)
		}
		rows = append(rows, []string{node.Name, node.Organisation, words[node.State], node.Address(), pid, height, p.operation(node.Problem)})
	}
	p.table([]message.Text{{En: "node", Zh: "节点"}, {En: "organisation", Zh: "机构"}, {En: "state", Zh: "状态"}, {En: "address", Zh: "地址"},
		{En: "process", Zh: "进程"}, {En: "blocks", Zh: "区块数"}, {En: "problem", Zh: "问题"}}, rows)
	for _, node := range s.Nodes {
		for _, f := range node.Forks[:min(len(node.Forks), mostForksShown)] {
			p.text(p.paint(red, p.say(message.Text{En: "FORK at block %d: %s and %s signed different heads; proof at %s", Zh: "分叉，区块 %d：%s 与 %s 签署了不同的首部；证据在 %s"},
				f.Block, node.Organisation, f.Other, node.Name)))
		}
		if more := len(node.Forks) - mostForksShown; more > 0 {
			p.text(p.paint(red, p.say(message.Text{En: "and %d more forks at %s", Zh: "%[2]s 另有 %[1]d 处分叉"}, more, node.Name)))
		}
	}
}

// mostForksShown bounds what is listed of one gateway: two ledgers that went apart differ in every block since.
const mostForksShown = 5

func (a *app) networkLogs() *cobra.Command {
	var follow bool
	var lines int
	made := a.make(command{use: "logs NODE", args: arguments(1, 1, "NODE"), endless: true,
		examples: []string{"imi network logs peer.police", "imi network logs gateway.service --follow"},
		short:    message.Text{En: "Show the log of a node", Zh: "显示某节点的日志"},
		run: func(ctx context.Context, args []string) (result, error) {
			if follow && a.options.output == outputJSON {
				return nil, usage(message.Text{En: "--follow prints text only", Zh: "--follow 只能输出文本"})
			}
			if lines < 1 {
				return nil, usage(message.Text{En: "--lines is 1 or more", Zh: "--lines 至少为 1"})
			}
			n, err := network.Open(a.options.dir)
			if err != nil {
				return nil, err
			}
			if _, err := n.Node(args[0]); err != nil {
				return nil, &trouble{code: ledger.NotFound, what: message.Text{En: "no node %s in this network", Zh: "网络中没有节点 %s"}, args: []any{args[0]},
					next: message.Text{En: "imi network status lists them", Zh: "imi network status 可列出所有节点"}}
			}
			if follow {
				return nil, n.Logs(ctx, args[0], network.LogOptions{Lines: lines, Follow: true, Out: a.Out})
			}
			var text bytes.Buffer
			if err := n.Logs(ctx, args[0], network.LogOptions{Lines: lines, Out: &text}); err != nil {
				return nil, err
			}
			return &logView{args[0], text.String()}, nil
		}})
	made.Flags().BoolVarP(&follow, "follow", "f", false, a.say(message.Text{En: "go on until interrupted", Zh: "持续输出直到中断"}))
	made.Flags().IntVarP(&lines, "lines", "n", 100, a.say(message.Text{En: "how many of the last lines", Zh: "最后多少行"}))
	return made
}

type logView struct {
	Node string `json:"node"`
	Text string `json:"text"`
}

func (v *logView) render(p *page) { fmt.Fprint(p.out, v.Text) }

func (a *app) networkDoctor() *cobra.Command {
	return a.make(command{use: "doctor", examples: []string{"imi network doctor"},
		short: message.Text{En: "Look for the usual troubles and say what to do", Zh: "检查常见问题并说明如何处理"},
		run: func(ctx context.Context, _ []string) (result, error) {
			done := a.waiting(message.Text{En: "examining this machine and the network", Zh: "正在检查本机和网络"})
			checks, err := network.Doctor(ctx, a.options.dir)
			done()
			if err != nil {
				return nil, err
			}
			for _, c := range checks {
				if c.Verdict == network.Bad {
					err = &trouble{code: ledger.Unavailable, what: message.Text{En: "%s: not in order", Zh: "%s：不正常"}, args: []any{a.operation(c.Name)},
						next: message.Text{En: "do what is said beside it, then look again", Zh: "按所示方法处理后再检查"}}
				}
			}
			return &doctorView{checks}, err
		}})
}

type doctorView struct {
	Checks []network.Check `json:"checks"`
}

func (v *doctorView) render(p *page) {
	signs := map[network.Verdict]string{network.Good: p.paint(green, "✓"), network.Warning: p.paint(yellow, "!"), network.Bad: p.paint(red, "✗")}
	for _, c := range v.Checks {
		p.text(signs[c.Verdict] + " " + p.operation(c.Name) + p.say(message.Text{En: ": ", Zh: "："}) + p.operation(c.Found))
		if c.Remedy != "" {
			p.text("    → " + p.operation(c.Remedy))
		}
	}
}

func (a *app) networkEnv() *cobra.Command {
	return a.make(command{use: "env ORG", args: arguments(1, 1, "ORG"),
		examples: []string{`eval "$(imi network env PoliceMSP)"; peer channel getinfo -c imi # Fabric's own peer program on this channel | 用 Fabric 自带的 peer 程序访问本通道`},
		short:    message.Text{En: "Print what Fabric's own peer program needs to act as an organisation", Zh: "输出 Fabric 自带 peer 程序以某机构身份工作所需的环境变量"},
		run: func(_ context.Context, args []string) (result, error) {
			n, err := network.Open(a.options.dir)
			if err != nil {
				return nil, err
			}
			variables, err := n.Variables(args[0])
			if err != nil {
				return nil, unknownOrganisation(args[0])
			}
			text, err := n.Env(args[0])
			return &envView{named(variables), text}, err
		}})
}

func unknownOrganisation(name string) error {
	return &trouble{code: ledger.NotFound, what: message.Text{En: "no organisation %s in this network", Zh: "网络中没有机构 %s"}, args: []any{name},
		next: message.Text{En: "imi network status lists them", Zh: "imi network status 可列出各机构"}}
}

type envView struct {
	Variables map[string]string `json:"variables"`
	text      string
}

func named(variables []network.Variable) map[string]string {
	byName := make(map[string]string, len(variables))
	for _, v := range variables {
		byName[v.Name] = v.Value
	}
	return byName
}

func (v *envView) render(p *page) { fmt.Fprint(p.out, v.text) }

func (a *app) networkProfile() *cobra.Command {
	return a.make(command{use: "profile ORG", args: arguments(1, 1, "ORG"), examples: []string{"imi network profile PoliceMSP > police.json"},
		short: message.Text{En: "Print the standard Fabric connection profile of an organisation", Zh: "输出某机构的标准 Fabric 连接配置"},
		run: func(_ context.Context, args []string) (result, error) {
			n, err := network.Open(a.options.dir)
			if err != nil {
				return nil, err
			}
			if _, err := n.Topology().Find(args[0]); err != nil {
				return nil, unknownOrganisation(args[0])
			}
			text, err := n.ConnectionProfile(args[0])
			return profileView(text), err
		}})
}

type profileView json.RawMessage

func (v profileView) render(p *page) { p.text(string(v)) }

// MarshalJSON returns the profile, which is JSON already.
func (v profileView) MarshalJSON() ([]byte, error) { return v, nil }
