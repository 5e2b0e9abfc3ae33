package cli

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/imi-ledger/imi/cli/inquiry"
	"github.com/imi-ledger/imi/cli/message"
	"github.com/imi-ledger/imi/ledger"
)

var verdictWords = map[string]message.Text{
	"valid":         {En: "VALID", Zh: "有效"},
	"revoked":       {En: "REVOKED", Zh: "已撤销"},
	"suspended":     {En: "SUSPENDED", Zh: "已暂停"},
	"expired":       {En: "NOT IN ITS PERIOD OF VALIDITY", Zh: "不在有效期内"},
	"not_found":     {En: "NOT FOUND", Zh: "未找到"},
	"mismatch":      {En: "DOES NOT FIT", Zh: "不符"},
	"indeterminate": {En: "CANNOT BE KNOWN NOW", Zh: "暂时无法判定"},
}

var verdictColours = map[string]string{"valid": green, "indeterminate": yellow, "suspended": yellow}

var checkWords = map[string]message.Text{
	"integrity":      {En: "integrity", Zh: "完整性"},
	"author":         {En: "author", Zh: "作者签名"},
	"accreditation":  {En: "accreditation", Zh: "资格"},
	"status":         {En: "status", Zh: "状态"},
	"holder_binding": {En: "holder binding", Zh: "持有人绑定"},
	"evidence":       {En: "evidence", Zh: "多方证据"},
	"freshness":      {En: "freshness", Zh: "时效"},
}

var resultWords = map[string]struct {
	word   message.Text
	colour string
}{
	"pass":    {message.Text{En: "✓ pass", Zh: "✓ 通过"}, green},
	"fail":    {message.Text{En: "✗ fail", Zh: "✗ 不通过"}, red},
	"skipped": {message.Text{En: "– skipped", Zh: "– 未检查"}, grey},
}

// findingView shows the verdict first, then why.
type findingView inquiry.Finding

func (f *findingView) render(p *page) {
	p.verdict(f.Verdict, f.Reason)
	p.standing(f.Status)
	if len(f.Claims) > 0 {
		p.claims(chosen(f.Claims, f.Disclosed))
	}
	if f.Audience != "" { // a kept answer says itself what was asked
		p.line(message.Text{En: "presented to %s", Zh: "面向 %s 出示"}, f.Audience)
	}
	p.checks(f.Checks)
	for _, n := range f.Notarisations {
		p.text(p.say(kindWords[ledger.KindNotarisation]) + " " + n.Key.ID())
		p.verdict(n.Verdict, n.Reason)
		p.standing(n.Status)
		p.checks(failed(n.Checks))
	}
	switch {
	case f.Ledger == nil || f.Organisation == "": // an answer about a record alone does not say whose it is
	case f.Ledger.Time.IsZero(): // likewise
		p.line(message.Text{En: "asked %s, which has block %d", Zh: "由 %s 答复，其账本至区块 %d"}, cmp.Or(f.Organisation, "–"), f.Ledger.Block)
	default:
		p.line(message.Text{En: "asked %s, which has block %d of %v", Zh: "由 %s 答复，其账本至区块 %d（%v）"}, cmp.Or(f.Organisation, "–"), f.Ledger.Block, f.Ledger.Time)
	}
}

func (p *page) verdict(verdict, reason string) {
	colour := cmp.Or(verdictColours[verdict], red)
	text := p.paint(colour, p.say(verdictWords[verdict]))
	if reason != "" && reason != "ok" {
		text += p.brackets(p.code(reason))
	}
	p.text("  " + text)
}

func (p *page) standing(s *inquiry.Standing) {
	if s == nil || s.State == ledger.Active {
		return
	}
	if s.Block == 0 { // the history did not say
		p.line(message.Text{En: "  %s since %v: %s", Zh: "  自 %[2]v 起%[1]s：%[3]s"}, p.say(stateWords[s.State]), s.Since, p.code(string(s.Reason)))
	} else {
		p.line(message.Text{En: "  %s since block %d (%v): %s", Zh: "  自区块 %[2]d（%[3]v）起%[1]s：%[4]s"}, p.say(stateWords[s.State]), s.Block, s.Since, p.code(string(s.Reason)))
	}
}

func failed(checks []inquiry.Check) []inquiry.Check {
	return slices.DeleteFunc(slices.Clone(checks), func(c inquiry.Check) bool { return c.Result != "fail" })
}

func (p *page) checks(checks []inquiry.Check) {
	if len(checks) == 0 {
		return
	}
	var rows [][]string
	for _, c := range checks {
		r := resultWords[c.Result]
		rows = append(rows, []string{p.say(checkWords[c.Name]), p.paint(r.colour, p.say(r.word)), p.detail(c.Detail)})
	}
	p.table([]message.Text{{En: "check", Zh: "检查项"}, {En: "result", Zh: "结果"}, {En: "what was looked at", Zh: "依据"}}, rows)
}

// chosen are the claims the holder disclosed, without what every credential carries.
func chosen(claims map[string]any, disclosed []string) map[string]any {
	out := map[string]any{}
	for _, path := range disclosed {
		name, _, _ := strings.Cut(path, ".")
		name, _, _ = strings.Cut(name, "[")
		if value, ok := claims[name]; ok {
			out[name] = value
		}
	}
	if authority, ok := claims["issuing_authority"]; ok {
		out["issuing_authority"] = authority
	}
	return out
}

// claims writes claims, one on a line, sorted.
func (p *page) claims(claims map[string]any) {
	var rows []row
	for _, name := range slices.Sorted(maps.Keys(claims)) {
		label := message.Plain(name)
		rows = append(rows, row{message.Text{En: label, Zh: label}, claimText(claims[name])})
	}
	p.fields(rows...)
}
