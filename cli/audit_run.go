package cli

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/imi-ledger/imi/cli/message"
	"github.com/imi-ledger/imi/evidence/audit"
	"github.com/imi-ledger/imi/ledger"
)

// auditFlags are the flags of imi audit run.
type auditFlags struct {
	fromPeer, file string
	trust, genesis string
	heads          []string
	checkpoint     string
	every          time.Duration
	keepGoing      bool
	maxFindings    int
}

const exampleHash = "7d1a54127b222502f5b79b5fb0803061152a44f92b37e23c6527baf665d4da9a"

func (a *app) auditRun() *cobra.Command {
	var f auditFlags
	made := a.make(command{use: "run", endless: true,
		examples: []string{"imi audit run", "imi audit run --from-peer PoliceMSP -o json",
			"imi audit run --file ledger.blocks --trust trust.json --heads head.txt # with no network at all | 完全不需要网络",
			"imi audit run --checkpoint audit.checkpoint # tomorrow it goes on where it ended | 明天可从结束处继续"},
		short: message.Text{En: "Recompute every block and report whatever is not as it must be", Zh: "重新计算每个区块，报告一切不符之处"},
		long: message.Text{
			En: `Read raw blocks from an organisation's peer, or from a file that imi audit export wrote, recompute everything, and
compare the result with the heads that the organisations' gateways signed. Heads count when they are signed with keys of
the trust registry as the audit itself recomputed it. Without enough of them nobody can tell whether the newest blocks
were held back: from a peer that is exit code 6, unless --heads none says to do without.

Ctrl-C reports what was reached; with --checkpoint the next run goes on from there. The checkpoint is written on the way
too, so that a crash costs little; after every block with --checkpoint-every 0. It is the auditor's own: keep it where
nobody else writes. The next run may have another source, other heads and another trust file, if the ledger is the same.

Exit code: 0 sound · 3 findings · 6 the peer or the heads are away · 2 usage · 130 interrupted.`,
			Zh: `从某机构的节点，或从 imi audit export 写出的文件读取原始区块，重新计算一切，并与各机构网关签名的账本首部比较。
首部须以审计自己重新算出的信任登记簿中的密钥签名。没有足够的首部，就无法得知最新区块是否被扣留：从节点读取时退出码
为 6，除非以 --heads none 表明不比较。

按 Ctrl-C 会报告已完成的部分；使用 --checkpoint 时下次可继续。途中也会写出检查点，崩溃只损失少许进度；--checkpoint-every 0
则每个区块之后写出。检查点是审计者自己的文件，须放在他人无法写入之处。只要账本相同，下次可用其他来源、首部和信任文件。

退出码：0 无误 · 3 有不符之处 · 6 节点或首部不可得 · 2 用法错误 · 130 已中断。`},
		run: func(ctx context.Context, _ []string) (result, error) { return a.audit(ctx, f) }})
	flags := made.Flags()
	flags.StringVar(&f.fromPeer, "from-peer", "", a.say(flagFromPeer))
	flags.StringVar(&f.file, "file", "", a.say(message.Text{En: "read the blocks from this file; - is standard input", Zh: "从此文件读取区块；- 表示标准输入"}))
	a.anchorFlags(flags, &f)
	flags.StringArrayVar(&f.heads, "heads", nil, a.say(message.Text{En: "file of signed heads to compare with, repeatable; or none; default: the gateways' newest", Zh: "用于比较的已签名首部文件，可重复；或 none；默认取各网关的最新首部"}))
	flags.StringVar(&f.checkpoint, "checkpoint", "", a.say(message.Text{En: "file to go on from and to save to", Zh: "用于继续和保存的检查点文件"}))
	flags.DurationVar(&f.every, "checkpoint-every", checkpointEvery, a.say(message.Text{En: "how often to save on the way; less often where the state is large; 0: after every block", Zh: "途中多久保存一次；状态较大时会更少；0 表示每个区块之后"}))
	flags.BoolVar(&f.keepGoing, "keep-going", false, a.say(message.Text{En: "go on behind blocks with findings, where that is possible", Zh: "发现不符之处后尽可能继续"}))
	flags.IntVar(&f.maxFindings, "max-findings", 1000, a.say(message.Text{En: "end after so many findings", Zh: "发现这么多不符之处后结束"}))
	return made
}

var textPeerBehind = message.Text{
	En: "the peer of %s has %d blocks; the checkpoint is of %d",
	Zh: "%s 的节点有 %d 个区块；检查点为 %d 个"}

var textCheckpointFlags = message.Text{En: "--checkpoint is a file, and --checkpoint-every not negative", Zh: "--checkpoint 为文件，--checkpoint-every 不能为负"}

var textMaxFindings = message.Text{En: "--max-findings is 1 or more", Zh: "--max-findings 至少为 1"}

func (a *app) audit(ctx context.Context, f auditFlags) (result, error) {
	if f.maxFindings < 1 {
		return nil, usage(textMaxFindings)
	}
	if f.every < 0 || f.checkpoint == standardInput {
		return nil, usage(textCheckpointFlags)
	}
	trusted, err := a.anchor(f.trust, f.genesis)
	if err != nil {
		return nil, err
	}
	heads, err := a.headsFor(f, trusted)
	if err != nil {
		return nil, err
	}
	source, err := a.blocksOf(ctx, f.fromPeer, f.file)
	if err != nil {
		return nil, err
	}
	defer source.close()
	kept, err := openCheckpoint(f.checkpoint, f.every)
	if err != nil {
		return nil, err
	}
	defer kept.close()
	r := &auditing{app: a, flags: f, anchor: trusted, source: source, heads: heads, checkpoint: kept}
	if err := r.resume(audit.Options{KeepGoing: f.keepGoing, MaxFindings: f.maxFindings, Block: r.seen, Progress: r.tell, ProgressEvery: progressOnScreen}); err != nil {
		return nil, err
	}
	if source.Peer != "" && source.height < r.first {
		return nil, &trouble{code: ledger.Unavailable, what: textPeerBehind, args: []any{source.Peer, source.height, r.first}, next: nextPeer}
	}
	if r.first > 0 {
		fmt.Fprintln(a.Err, a.say(textGoingOn, r.first, f.checkpoint))
	}
	return r.run(ctx)
}

// auditing is one audit under way.
type auditing struct {
	app        *app
	flags      auditFlags
	anchor     anchor
	source     *blockSource
	heads      *headCheck
	audit      *audit.Audit
	checkpoint *checkpoint
	first      uint64 // block it began at
	ticker     *ticker
	report     audit.Report
	seconds    float64
}

// run reads to the end of the source, and on to the newest head there is; while that is read the ledger grows, so not for ever.
func (r *auditing) run(ctx context.Context) (result, error) {
	err := r.read(ctx, r.source.height)
	for round := 0; err == nil && round < 3 && r.sound(); round++ {
		r.heads.fetch(ctx, r.audit, r.app.now())
		newest := r.heads.newest()
		if r.source.File != "" || newest < r.audit.Next() {
			break
		}
		err = r.read(ctx, newest+1)
	}
	if err == nil && r.sound() {
		r.report.Findings = append(r.report.Findings, r.heads.compare(r.audit, r.report.Channel)...)
	}
	view := r.view(err != nil)
	if unsaved := r.save(); unsaved != nil && (err != nil || len(r.report.Findings) > 0) {
		r.app.warn(unsaved) // there is something worse to end with
	} else {
		err = errors.Join(err, unsaved)
	}
	return view, r.ending(err)
}

func (r *auditing) sound() bool { return !r.report.Stopped }

// read audits up to a block, which is not included.
func (r *auditing) read(ctx context.Context, end uint64) error {
	r.ticker = r.app.ticker(r.audit.Next(), end)
	defer r.ticker.end()
	report, err := r.audit.Run(ctx, r.source.until(end))
	r.report, r.seconds = report, r.seconds+report.Elapsed.Seconds()
	r.ticker.last = true
	r.tellOf(report.Counters, 0)
	if next := r.audit.Next(); err == nil && r.source.File != "" && !report.Stopped && r.source.had < next {
		r.report.Findings = append(r.report.Findings, audit.Missing(next-1, r.source.had, "which the checkpoint is of"))
	}
	return err
}

// seen is called after every block.
func (r *auditing) seen(b audit.Block) error {
	if r.checkpoint.due() && len(b.Findings) == 0 {
		r.saveOnTheWay()
	}
	return nil
}

func (r *auditing) tell(p audit.Progress) {
	if r.ticker.due() {
		r.tellOf(p.Counters, p.Rate)
	}
}

func (r *auditing) tellOf(c audit.Counters, rate float64) {
	more := []string{r.app.say(message.Text{En: "%d transactions", Zh: "%d 笔交易"}, c.Transactions)}
	if rate > 0 {
		more = append(more, r.app.say(message.Text{En: "%.0f signatures/s", Zh: "%.0f 个签名/秒"}, rate))
	}
	r.ticker.tell(r.audit.Next(), more...)
}

var (
	textFewHeads = message.Text{
		En: "nothing is wrong up to block %d, but no head that %d organisations signed just now could be compared: newer blocks may be held back",
		Zh: "至区块 %d 无误，但没有可比较的、由 %d 个机构刚刚签名的首部：较新的区块可能被扣留"}
	nextHeads = message.Text{
		En: "see that the gateways run (imi network status), then retry; --heads FILE gives heads, --heads none does without",
		Zh: "确认网关在运行（imi network status）后重试；可用 --heads 文件 提供首部，或用 --heads none 不比较"}
	nextPeer = message.Text{
		En: "see that the peer runs, then retry; or ask another organisation's: --from-peer ORG",
		Zh: "确认节点在运行后重试；或改问另一机构的节点：--from-peer 机构"}
)

// ending is how the command ends. What was found counts, even if the audit could not go on to the end.
func (r *auditing) ending(err error) error {
	switch {
	case len(r.report.Findings) > 0:
		return errors.Join(verdictError{"mismatch"}, err)
	case r.source.File == "" && codeOf(err) == ledger.Unavailable:
		return advise(err, nextPeer)
	case err == nil && r.heads.lacking():
		return &trouble{code: ledger.Unavailable, what: textFewHeads, args: []any{r.report.Last, r.heads.Needed}, next: nextHeads}
	}
	return err
}
