package cli

import (
	"context"
	"errors"
	"maps"
	"slices"

	"github.com/spf13/cobra"

	"github.com/imi-ledger/imi/cli/inquiry"
	"github.com/imi-ledger/imi/cli/message"
	"github.com/imi-ledger/imi/evidence/audit"
	"github.com/imi-ledger/imi/ledger"
)

func (a *app) auditCompare() *cobra.Command {
	var f auditFlags
	var with string
	made := a.make(command{use: "compare", endless: true,
		examples: []string{"imi audit compare # the service hall's ledger and index, and a second organisation's ledger | 服务大厅的账本与索引，以及第二个机构的账本",
			"imi audit compare --from-peer PoliceMSP --with NotaryMSP -o json"},
		short: message.Text{En: "Hold an organisation's index and a second organisation's ledger against the audit", Zh: "将某机构的索引及第二个机构的账本与审计结果比较"},
		long: message.Text{
			En: `Audit the ledgers of two organisations' peers side by side: block hashes, the peers' verdicts, commit hashes and state
roots must be the same. Hold the first organisation's gateway against them: every block, transaction and version of every
record that it serves must be what was recomputed. Whatever differs is named with its block, key and column.

Exit code: 0 equal · 3 differences or findings · 6 a peer or the gateway is away · 2 usage · 130 interrupted.`,
			Zh: `并行审计两个机构节点的账本：区块摘要、节点的判定、提交摘要和状态根必须相同；再将第一个机构的网关与之比较：
它提供的每个区块、每笔交易和每条记录的每个版本，都必须与重新计算的结果一致。任何差异都会指明区块、键和列。

退出码：0 一致 · 3 有差异或不符之处 · 6 节点或网关不可得 · 2 用法错误 · 130 已中断。`},
		run: func(ctx context.Context, _ []string) (result, error) { return a.compare(ctx, f, with) }})
	flags := made.Flags()
	flags.StringVar(&f.fromPeer, "from-peer", "", a.say(message.Text{En: "first organisation, whose gateway is compared too; default: --org, else ServiceMSP", Zh: "第一个机构，其网关也参与比较；默认为 --org，否则为 ServiceMSP"}))
	flags.StringVar(&with, "with", "", a.say(message.Text{En: "second organisation; default: another one here", Zh: "第二个机构；默认为此处的另一机构"}))
	a.anchorFlags(flags, &f)
	return made
}

var (
	textSameLedger = message.Text{En: "--with is the organisation itself, or there is no other here", Zh: "--with 即为该机构自身，或此处没有其他机构"}
	textBehind     = message.Text{En: "the gateway of %s has not taken in block %d", Zh: "%s 的网关尚未收到区块 %d"}
)

func (a *app) compare(ctx context.Context, f auditFlags, with string) (result, error) {
	trusted, err := a.anchor(f.trust, f.genesis)
	if err != nil {
		return nil, err
	}
	first, err := a.blocksOf(ctx, f.fromPeer, "")
	if err != nil {
		return nil, err
	}
	if with, err = a.otherThan(first.Peer, with); err != nil {
		return nil, err
	}
	second, err := a.blocksOf(ctx, with, "")
	if err != nil {
		return nil, err
	}
	gateway, err := a.gatewayOf(first.Peer)
	if err != nil {
		return nil, err
	}
	heads, err := a.headsFor(auditFlags{}, trusted)
	if err != nil {
		return nil, err
	}
	end := min(first.height, second.height)
	if err := a.hasBlock(ctx, gateway, first.Peer, end-1); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	c := &comparing{index: newIndexCheck(ctx, first.Peer, gateway), end: end}
	defer c.index.stop()
	if c.second, err = beside(ctx, trusted, second, end); err != nil {
		return nil, err
	}
	c.auditing = &auditing{app: a, anchor: trusted, source: first, heads: heads}
	options := audit.Options{KeepGoing: true, Progress: c.tell, ProgressEvery: progressOnScreen,
		Block: func(b audit.Block) error { return c.block(ctx, b) }}
	if err := c.resume(options); err != nil {
		return nil, err
	}
	return c.run(ctx)
}

// hasBlock waits a moment for the gateway to take in a block that its peer has.
func (a *app) hasBlock(ctx context.Context, g *inquiry.Client, organisation string, number uint64) error {
	a.await(ctx, func(ctx context.Context) bool { return g.LacksBlock(ctx, number) })
	_, err := g.Block(ctx, number)
	if ledger.CodeOf(err) == ledger.NotFound {
		return &trouble{code: ledger.Unavailable, what: textBehind, args: []any{organisation, number}, next: nextHeads}
	}
	return err
}

// otherThan is the second organisation: the one named, else the first other one whose profile is here.
func (a *app) otherThan(first, with string) (string, error) {
	if with == "" {
		ids, err := a.organisations()
		if err != nil {
			return "", err
		}
		if at := slices.IndexFunc(ids, func(id string) bool { return id != first }); at >= 0 {
			with = ids[at]
		}
	}
	if with == "" || with == first {
		return "", usage(textSameLedger)
	}
	return with, nil
}

// gatewayOf is the gateway of an organisation, or the one that is named.
func (a *app) gatewayOf(id string) (*inquiry.Client, error) {
	all, err := a.gateways()
	if err != nil {
		return nil, err
	}
	if named, ok := all[id]; ok {
		return named, nil
	}
	if a.options.gateway == "" && a.getenv("IMI_GATEWAY") == "" {
		return nil, &trouble{code: ledger.NotFound, what: textNoGateway, args: []any{a.options.dir, id}}
	}
	return slices.Collect(maps.Values(all))[0], nil
}

// comparing is an audit beside which a second ledger and an index are compared.
type comparing struct {
	*auditing
	second *secondLedger
	index  *indexCheck
	end    uint64
}

func (c *comparing) block(ctx context.Context, b audit.Block) error {
	c.second.compare(b)
	return c.index.compare(ctx, b)
}

func (c *comparing) run(ctx context.Context) (result, error) {
	err := c.read(ctx, c.end)
	whole := err == nil && c.sound()
	err = errors.Join(err, c.second.end(whole))
	if whole && err == nil {
		err = c.index.end(ctx, c.end)
	}
	if whole && err == nil {
		c.heads.fetch(ctx, c.audit, c.app.now())
		c.report.Findings = append(c.report.Findings, c.heads.compare(c.audit, c.report.Channel)...)
	}
	v := c.view(err != nil)
	switch {
	case !v.Equal && (len(v.Differences) > 0 || len(v.First.Findings)+len(v.Second.Findings) > 0):
		return v, errors.Join(verdictError{"mismatch"}, err)
	case ledger.CodeOf(err) == ledger.Unavailable:
		return v, advise(err, nextPeer)
	}
	return v, err
}

// compareReport is the result of imi audit compare.
type compareReport struct {
	Equal       bool         `json:"equal"`
	Incomplete  bool         `json:"incomplete"`
	Trusted     anchor       `json:"trusted"`
	Blocks      uint64       `json:"blocks"` // that both ledgers have
	Names       [2]string    `json:"organisations"`
	First       audit.Report `json:"first"`
	Second      audit.Report `json:"second"`
	Index       *indexCheck  `json:"index"`
	Heads       *headCheck   `json:"heads"`
	Differences []difference `json:"differences,omitempty"`
	More        uint64       `json:"moreDifferences,omitempty"` // than are listed
}

func (c *comparing) view(incomplete bool) *compareReport {
	all := slices.Concat(c.second.list, c.index.list)
	v := &compareReport{Incomplete: incomplete || c.report.Stopped, Trusted: c.anchor, Blocks: c.end, First: c.report, Second: c.second.report,
		Names: [2]string{c.source.Peer, c.second.organisation}, Index: c.index, Heads: c.heads, Differences: all, More: c.second.count + c.index.count - uint64(len(all))}
	v.Equal = !v.Incomplete && len(all) == 0 && c.report.Sound() && c.second.report.Sound()
	return v
}

func (v *compareReport) render(p *page) {
	switch {
	case v.Equal:
		p.text(p.paint(green, p.say(message.Text{En: "EQUAL", Zh: "一致"})))
	case len(v.Differences) == 0 && len(v.First.Findings)+len(v.Second.Findings) == 0:
		p.text(p.paint(yellow, p.say(message.Text{En: "EQUAL SO FAR, not compared to the end", Zh: "截至目前一致，尚未比较到底"})))
	default:
		p.text(p.paint(red, p.say(message.Text{En: "NOT EQUAL", Zh: "不一致"})))
	}
	ledgerOf := func(r audit.Report) string {
		return p.say(message.Text{En: "%d blocks, findings: %d, state root %s", Zh: "%d 个区块，不符之处 %d 项，状态根 %s"}, r.Blocks, len(r.Findings), r.StateRoot)
	}
	p.fields(
		row{message.Text{En: "trusted", Zh: "信任"}, v.Trusted.say(p)},
		row{message.Text{En: v.Names[0] + ", ledger", Zh: v.Names[0] + " 的账本"}, ledgerOf(v.First)},
		row{message.Text{En: v.Names[1] + ", ledger", Zh: v.Names[1] + " 的账本"}, ledgerOf(v.Second)},
		row{message.Text{En: v.Names[0] + ", index", Zh: v.Names[0] + " 的索引"}, p.say(
			message.Text{En: "%d blocks, %d transactions, %d versions, %d records compared", Zh: "已比较 %d 个区块、%d 笔交易、%d 个版本、%d 条记录"},
			v.Index.Blocks, v.Index.Transactions, v.Index.Versions, v.Index.Records)},
	)
	v.Heads.render(p)
	p.findings(v.First.Findings)
	p.findings(v.Second.Findings)
	p.differences(v.Differences)
	if v.More > 0 {
		p.line(message.Text{En: "and %d more differences", Zh: "另有 %d 处差异"}, v.More)
	}
}
