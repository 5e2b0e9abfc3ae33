package cli

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	measure "github.com/imi-ledger/imi/bench"
	"github.com/imi-ledger/imi/cli/message"
	"github.com/imi-ledger/imi/ledger"
	"github.com/imi-ledger/imi/network"
)

var (
	textNoRow     = message.Text{En: "--only takes %s", Zh: "--only 可取 %s"}
	textRounds    = message.Text{En: "--rounds is 5 or more", Zh: "--rounds 至少为 5"}
	textWrong     = message.Text{En: "a result was wrong, in %s beside %s: %v", Zh: "测量 %s（%s）时得到错误结果：%v"}
	nextWrong     = message.Text{En: "this is a fault of the program and no matter of speed; please report it", Zh: "这是程序错误，与速度无关；请报告"}
	textBenchAt   = message.Text{En: "  %s, %s, round %d of %d: %s %s\n", Zh: "  %s，%s，第 %d 轮（共 %d 轮）：%s %s\n"}
	textBenchFill = message.Text{En: "  %s: %d of %d records\n", Zh: "  %s：已有 %d 条记录，共 %d 条\n"}
	textBenchIn   = message.Text{En: "[%d of %d] %s\n", Zh: "［第 %d 项，共 %d 项］%s\n"}
	textBenchNext = message.Text{En: "  next: %s\n", Zh: "  之后：%s\n"}
	textBenchOn   = message.Text{En: "%s; Ctrl-C ends it, cleans up and shows what was measured\n", Zh: "%s；按 Ctrl-C 可结束：会清理环境并显示已测得的结果\n"}
)

var textMachine = message.Text{En: "%s, %d cores, %.1f GiB, %s, %s, load %s", Zh: "%s，%d 核，%.1f GiB，%s，%s，负载 %s"}

// benchQuota lets the load of a measurement through.
const benchQuota = 1_000_000

func (a *app) benchCommand() *cobra.Command {
	var o measure.Options
	var out string
	made := a.make(command{use: "bench", endless: true,
		examples: []string{"imi bench --quick", "imi bench --only verify,issue --out bench.json", "imi bench --lang zh"},
		short:    message.Text{En: "Measure speed on networks of its own, beside what is possible at best", Zh: "在自建网络上测量性能，并与理论上限对比"},
		long: message.Text{
			En: "Bring up a network in a temporary folder, let the product and a comparator take turns, and print medians, spreads and\nratios. Only committed, valid transactions and right answers count. It ends non-zero on wrong results, never on slow ones.\nMeasurements: " + strings.Join(measure.Names(), ", "),
			Zh: "在临时目录中启动网络，让本产品与对照程序轮流运行，输出中位数、范围和比值。只计已提交的有效交易和正确的答复。\n仅当结果错误时以非零退出，速度慢不算错误。测量项目：" + strings.Join(measure.Names(), "、")},
		run: func(ctx context.Context, _ []string) (result, error) {
			return a.bench(ctx, o, out)
		}})
	f := made.Flags()
	f.StringSliceVar(&o.Only, "only", nil, a.say(message.Text{En: "measurements to make; default all", Zh: "只做这些测量；默认全部"}))
	f.IntVar(&o.Rounds, "rounds", 0, a.say(message.Text{En: "how often each side runs; default 5", Zh: "每一方运行的轮数；默认 5"}))
	f.DurationVar(&o.Round, "round", 0, a.say(message.Text{En: "how long one side runs in a round; default 5s", Zh: "每轮中一方运行的时间；默认 5s"}))
	f.IntVar(&o.Records, "records", 0, a.say(message.Text{En: "records in the ledger that is asked about; default 100000", Zh: "被查询账本中的记录数；默认 100000"}))
	f.IntVar(&o.Growth, "growth", 0, a.say(message.Text{En: "the most records that row growth goes up to, however long it takes; default 1000000, or as many as 12 minutes allow", Zh: "growth 一项最多增长到的记录数，不限时间；默认 1000000，或 12 分钟内所能达到的数量"}))
	f.IntVar(&o.Cold, "cold", 0, a.say(message.Text{En: "how many rounds row start also starts from nothing built; one takes minutes on two cores; --cold alone is one", Zh: "start 一项另做几轮从零编译开始的启动；双核机器上每轮需数分钟；只写 --cold 为一轮"}))
	f.Lookup("cold").NoOptDefVal = "1"
	f.BoolVar(&o.Quick, "quick", false, a.say(message.Text{En: "a few seconds without a network, to see that measuring works", Zh: "不用网络、只运行几秒，检查测量程序本身是否正常"}))
	f.StringVar(&o.Ledger, "ledger", "", a.say(message.Text{En: "file of blocks to audit in place of the network's own", Zh: "用于审计测量的区块文件，代替网络自身的区块"}))
	f.StringVar(&out, "out", "", a.say(message.Text{En: "file to write the report to as JSON", Zh: "将报告以 JSON 写入此文件"}))
	return made
}

func (a *app) bench(ctx context.Context, o measure.Options, out string) (result, error) {
	folder, err := os.MkdirTemp("", "imi-bench-*")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(folder)
	o.Folder, o.Up, o.Progress = filepath.Join(folder, "network"), a.benchUp, a.benchProgress
	o.Down = func(ctx context.Context, dir string) error { return network.Reset(ctx, dir, nil) }
	report, err := measure.Run(ctx, o)
	var wrong *measure.WrongError
	switch {
	case errors.Is(err, measure.ErrNoRow):
		return nil, usage(textNoRow, strings.Join(measure.Names(), ", "))
	case errors.Is(err, measure.ErrRounds):
		return nil, usage(textRounds)
	case errors.As(err, &wrong):
		err = &trouble{code: ledger.Invalid, what: textWrong, args: []any{wrong.Row, wrong.Side, wrong.Cause}, next: nextWrong, cause: err}
	}
	if len(report.Rows) == 0 {
		return nil, err
	}
	if out != "" {
		text, problem := json.MarshalIndent(report, "", "  ")
		if problem == nil {
			problem = writeFile(out, append(text, '\n'), 0o644)
		}
		err = errors.Join(err, problem)
	}
	return &benchReport{report}, err
}

// benchUp brings a network up as imi network up does, with gateways that let a load through.
func (a *app) benchUp(ctx context.Context, folder string, runtime network.Runtime) error {
	child := *a
	child.options.dir, child.options.organisation, child.options.gateway = folder, "", ""
	child.connections = map[string]connection{}
	child.cancel = func() {}
	_, err := child.bringUp(ctx, network.Options{Dir: folder, Runtime: runtime, Quota: benchQuota}, "")
	return errors.Join(err, child.close())
}

func (a *app) benchProgress(p measure.Progress) {
	if p.Full > 0 {
		fmt.Fprint(a.Err, a.say(textBenchFill, p.Row, p.Filled, p.Full))
		return
	}
	if p.Side == "" {
		if p.Number == 1 {
			m := measure.ThisMachine()
			fmt.Fprint(a.Err, a.say(textBenchOn, a.say(textMachine, cmp.Or(m.Processor, "?"), m.Cores, m.MemoryGiB, m.System, m.Go, m.Load)))
		}
		fmt.Fprint(a.Err, a.say(textBenchIn, p.Number, p.Of, a.say(benchRowName(p.Row))))
		if len(p.Next) > 0 {
			fmt.Fprint(a.Err, a.say(textBenchNext, strings.Join(p.Next, ", ")))
		}
		return
	}
	fmt.Fprint(a.Err, a.say(textBenchAt, p.Row, a.say(benchSideName(p.Side)), p.Round, p.Rounds, quantity(p.Value.Number), p.Value.Unit))
}

// benchReport shows a report to people.
type benchReport struct{ measure.Report }

var benchHeading = []message.Text{{En: "measurement", Zh: "测量"}, {En: "side", Zh: "对象"}, {En: "figure", Zh: "指标"}, {En: "median", Zh: "中位数"},
	{En: "least … most", Zh: "最小 … 最大"}, {En: "unit", Zh: "单位"}, {En: "CPU µs/op", Zh: "CPU 微秒/次"}, {En: "of", Zh: "计入进程"}}

var targetHeading = []message.Text{{En: "measurement", Zh: "测量"}, {En: "compared", Zh: "比较"}, {En: "median", Zh: "中位数"},
	{En: "least … most", Zh: "最小 … 最大"}, {En: "target", Zh: "目标"}, {En: "result", Zh: "结果"}}

func (r *benchReport) render(p *page) {
	m := r.Machine
	p.line(textMachine, cmp.Or(m.Processor, "?"), m.Cores, m.MemoryGiB, m.System, m.Go, m.Load)
	p.line(message.Text{En: "%d rounds of %.1f s a side, in turns; %d records; %s; %.0f s in all", Zh: "每方 %d 轮、每轮 %.1f 秒，轮流运行；%d 条记录；%s；共 %.0f 秒"},
		r.Setting.Rounds, r.Setting.RoundSeconds, r.Setting.Records, r.Began.Format(time.RFC3339), r.Seconds)
	p.line(message.Text{En: "meanwhile: load %s at the end, cores idle for %.0f %%, taken by the hypervisor for %.0f %% of the time", Zh: "期间：结束时负载 %s，各核空闲 %.0f %%，被虚拟机管理程序占用 %.0f %%"},
		r.Meanwhile.Load, 100*r.Meanwhile.Idle, 100*r.Meanwhile.Stolen)
	p.blank()
	var figures, targets [][]string
	for _, row := range r.Rows {
		for _, side := range row.Sides {
			for i, v := range side.Values {
				cpu, watched := "", ""
				if i == 0 {
					cpu, watched = quantity(side.CPU.Median), p.say(benchSideName(side.Watched))
				}
				figures = append(figures, []string{row.Name, p.say(benchSideName(side.Name)), v.Name, quantity(v.Median), extent(v.Spread), v.Unit, cpu, watched})
			}
		}
		for _, t := range row.Targets {
			targets = append(targets, p.benchTarget(row.Name, row.Sides[0].Name, t))
		}
	}
	p.table(benchHeading, figures)
	p.blank()
	p.table(targetHeading, targets)
	for _, row := range r.Rows {
		for _, what := range row.Missing {
			p.line(message.Text{En: "%s", Zh: "%s"}, p.paint(yellow, row.Name+": "+p.say(benchMissing(what))))
		}
	}
}

func (p *page) benchTarget(row, first string, t measure.Target) []string {
	compared, wanted := t.Value, ""
	if t.Of != first {
		compared += ", " + p.say(benchSideName(t.Of))
	}
	if t.Against != "" {
		compared += " / " + p.say(benchSideName(t.Against))
	}
	if t.Least > 0 {
		wanted = "≥ " + quantity(t.Least)
	}
	if t.Most > 0 {
		wanted = "≤ " + quantity(t.Most)
	}
	met := p.paint(green, p.say(message.Text{En: "met", Zh: "达到"}))
	if !t.Met {
		met = p.paint(yellow, p.say(message.Text{En: "missed", Zh: "未达到"}))
	}
	return []string{row, compared, quantity(t.Figure.Median), extent(t.Figure), wanted, met}
}

func extent(s measure.Spread) string { return quantity(s.Least) + " … " + quantity(s.Most) }

// quantity writes a number with as many digits as it is worth.
func quantity(n float64) string {
	switch {
	case n >= 100:
		return fmt.Sprintf("%.0f", n)
	case n >= 10:
		return fmt.Sprintf("%.1f", n)
	}
	return fmt.Sprintf("%.2f", n)
}

// benchRows say what is measured.
var benchRows = map[string]message.Text{
	"present":    {En: "present: presentations verified, in memory", Zh: "present：核验出示（内存中）"},
	"audit":      {En: "audit: a whole ledger, every check", Zh: "audit：对整个账本做全部检查"},
	"start":      {En: "start: from nothing to the first verified answer", Zh: "start：从零到第一个可核验的答复"},
	"growth":     {En: "growth: what a ledger ten times as large costs", Zh: "growth：账本增大十倍的代价"},
	"issue":      {En: "issue: attestations, one per transaction, 64 under way", Zh: "issue：签发证明，每笔交易一份，同时 64 笔"},
	"batch":      {En: "batch: attestations, 1,000 per transaction", Zh: "batch：签发证明，每笔交易 1000 份"},
	"latency":    {En: "latency: from submitting to committed, at low load", Zh: "latency：低负载下从提交到入账的时间"},
	"lag":        {En: "lag: from the peer's block to the gateway's answer", Zh: "lag：从节点收到区块到网关可答复的时间"},
	"verify":     {En: "verify: answers with evidence about random records", Zh: "verify：对随机记录给出带证据的答复"},
	"verify-p99": {En: "verify-p99: waiting for answers at half of the most there can be", Zh: "verify-p99：半负荷下等待答复的时间"},
}

func benchRowName(name string) message.Text {
	if text, known := benchRows[name]; known {
		return text
	}
	return message.Text{En: name, Zh: name}
}

// benchSides are the sides and watched processes in Chinese; they come in English.
var benchSides = map[string]string{
	"two ES256 verifications":  "两次 ES256 验签",
	"this process":             "本进程",
	"raw put":                  "仅写入的链码",
	"raw Evaluate":             "直接查询节点",
	"net/http hello":           "net/http 问候",
	"all nodes and the client": "全部节点与客户端",
	"the server":               "服务进程",
}

// benchMissing are reasons why something is missing, in Chinese.
func benchMissing(what string) message.Text {
	zh := map[string]string{
		measure.MissingCold:   "未测量从零编译开始的启动；用 --cold 测量",
		measure.MissingRounds: "未完成全部轮次即结束",
		measure.MissingDocker: "未测量 Docker 上的启动：Docker 引擎没有响应",
	}
	if name, noTime := strings.CutPrefix(what, measure.MissingSide("")); noTime {
		zh[what] = "时间不足，未测量：" + benchSideName(name).Zh
	}
	return message.Text{En: what, Zh: cmp.Or(zh[what], what)}
}

// benchHow are the ways to start, in Chinese.
var benchHow = strings.NewReplacer("scripts, ", "脚本，", "imi, ", "imi，", "native", "本机进程", ", cold", "，从零编译", ", warm", "，已编译")

func benchSideName(name string) message.Text {
	zh, known := benchSides[name]
	if strings.HasSuffix(name, ", warm") || strings.HasSuffix(name, ", cold") {
		zh, known = benchHow.Replace(name), true
	}
	if number, isSize := strings.CutSuffix(name, " records"); isSize {
		zh, known = number+" 条记录", true
	}
	if !known {
		zh = name
	}
	return message.Text{En: name, Zh: zh}
}
