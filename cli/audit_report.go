package cli

import (
	"strconv"
	"strings"

	"github.com/imi-ledger/imi/cli/message"
	"github.com/imi-ledger/imi/evidence/audit"
)

// auditReport is the result of imi audit run.
type auditReport struct {
	Sound      bool         `json:"sound"`      // nothing was found, in what was audited
	Incomplete bool         `json:"incomplete"` // it did not come to the end of the blocks, or they may not be all: too few heads
	Trusted    anchor       `json:"trusted"`
	Source     *blockSource `json:"source"`
	audit.Report
	First      uint64     `json:"first"` // block this run began at; not 0 when it went on from a checkpoint
	Heads      *headCheck `json:"heads"`
	Checkpoint string     `json:"checkpoint,omitempty"`
	Seconds    float64    `json:"seconds"` // of this run
}

func (r *auditing) view(incomplete bool) *auditReport {
	return &auditReport{Sound: len(r.report.Findings) == 0, Incomplete: incomplete || r.report.Stopped || r.heads.lacking(), Trusted: r.anchor, Source: r.source,
		Report: r.report, First: r.first, Heads: r.heads, Checkpoint: r.flags.checkpoint, Seconds: r.seconds}
}

func (v *auditReport) render(p *page) {
	p.text(v.word(p))
	last := "–"
	if v.Blocks > 0 {
		last = strconv.FormatUint(v.Last, 10) + "  " + v.Hash.String()
	}
	p.fields(
		row{message.Text{En: "trusted", Zh: "信任"}, v.Trusted.say(p)},
		row{message.Text{En: "source", Zh: "来源"}, v.Source.say(p)},
		row{message.Text{En: "channel", Zh: "通道"}, v.Channel},
		row{message.Text{En: "blocks", Zh: "区块数"}, v.Blocks},
		row{message.Text{En: "transactions", Zh: "交易数"}, p.say(message.Text{En: "%d, of which %d are valid", Zh: "%d，其中 %d 笔有效"}, v.Transactions, v.Valid)},
		row{message.Text{En: "records", Zh: "记录数"}, p.say(message.Text{En: "%d, in %d versions", Zh: "%d，共 %d 个版本"}, v.Size, v.Records)},
		row{message.Text{En: "verified", Zh: "已验证"}, p.say(message.Text{En: "%d signatures, %d certificates", Zh: "%d 个签名，%d 个证书"}, v.Signatures, v.Certificates)},
		row{message.Text{En: "last block", Zh: "最后区块"}, last},
		row{message.Text{En: "commit hash", Zh: "提交摘要"}, v.CommitHash},
		row{message.Text{En: "state root", Zh: "状态根"}, v.StateRoot},
		row{message.Text{En: "took", Zh: "用时"}, p.say(message.Text{En: "%.2f s", Zh: "%.2f 秒"}, v.Seconds)},
	)
	if v.First > 0 {
		p.line(message.Text{En: "  went on from a checkpoint: blocks before %d were audited in earlier runs", Zh: "  自检查点继续：区块 %d 之前的部分已在先前审计"}, v.First)
	}
	v.Heads.render(p)
	p.findings(v.Findings)
	if v.Stopped {
		p.line(message.Text{En: "Blocks behind that were not audited; --keep-going goes on where that is possible.", Zh: "其后的区块未审计；--keep-going 可在可能时继续。"})
	}
}

func (v *auditReport) word(p *page) string {
	switch {
	case !v.Sound:
		return p.paint(red, p.say(message.Text{En: "NOT SOUND, findings: %d", Zh: "有不符之处：%d 项"}, len(v.Findings)))
	case v.Heads.lacking():
		return p.paint(yellow, p.say(message.Text{En: "SOUND SO FAR, not compared with enough signed heads", Zh: "截至目前无误，未与足够的已签名首部比较"}))
	case v.Incomplete:
		return p.paint(yellow, p.say(message.Text{En: "SOUND SO FAR, not audited to the end", Zh: "截至目前无误，尚未审计到底"}))
	}
	return p.paint(green, p.say(message.Text{En: "SOUND", Zh: "无误"}))
}

// auditWords are the names of the checks.
var auditWords = map[audit.Check]message.Text{
	audit.Encoding:    {En: "encoding", Zh: "编码"},
	audit.Chain:       {En: "chain", Zh: "哈希链"},
	audit.Data:        {En: "data", Zh: "数据"},
	audit.Orderers:    {En: "orderers", Zh: "排序节点"},
	audit.Config:      {En: "configuration", Zh: "配置"},
	audit.Creator:     {En: "creator", Zh: "创建者"},
	audit.Endorsement: {En: "endorsement", Zh: "背书"},
	audit.Validation:  {En: "verdict", Zh: "判定"},
	audit.CommitHash:  {En: "commit hash", Zh: "提交摘要"},
	audit.Record:      {En: "record", Zh: "记录"},
	audit.StateRoot:   {En: "state root", Zh: "状态根"},
	audit.Extent:      {En: "extent", Zh: "范围"},
}

// findings lists what is not as it must be.
func (p *page) findings(all []audit.Finding) {
	if len(all) == 0 {
		return
	}
	var rows [][]string
	for _, f := range all {
		transaction := ""
		if f.Transaction >= 0 {
			transaction = strconv.Itoa(f.Transaction)
		}
		parts := []string{p.finding(f.Found)}
		for _, key := range f.Records {
			parts = append(parts, string(key))
		}
		if f.Expected != "" {
			parts = append(parts, p.say(message.Text{En: "expected: ", Zh: "应为："})+p.finding(f.Expected))
		}
		rows = append(rows, []string{strconv.FormatUint(f.Block, 10), transaction, p.say(auditWords[f.Check]), strings.Join(parts, "; ")})
	}
	p.table([]message.Text{labelBlock, labelTransaction, {En: "check", Zh: "检查项"}, {En: "what was found", Zh: "发现"}}, rows)
}

// joined lists names.
func joined[T ~string](names []T) string {
	all := make([]string, len(names))
	for i, name := range names {
		all[i] = string(name)
	}
	return strings.Join(all, ", ")
}
