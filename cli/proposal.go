package cli

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/imi-ledger/imi/cli/message"
	"github.com/imi-ledger/imi/cli/office"
	"github.com/imi-ledger/imi/ledger"
)

func (a *app) orgPropose() *cobra.Command {
	return a.make(command{use: "propose FILE", args: arguments(1, 1, "FILE"), examples: []string{"imi org propose changes.json --org ServiceMSP"},
		short: message.Text{En: "Propose changes written in a file", Zh: "按文件内容提出更改提案"},
		long: message.Text{
			En: `The file is JSON: {"organisations": […], "types": […]}, each the whole next record. imi org show -o json prints the present one.`,
			Zh: `文件为 JSON：{"organisations": […], "types": […]}，每项为完整的新记录。imi org show -o json 可输出现有记录。`},
		run: func(ctx context.Context, args []string) (result, error) {
			text, err := a.readInput(args[0], maxInput)
			if err != nil {
				return nil, err
			}
			var changes struct {
				Organisations []ledger.Organisation   `json:"organisations"`
				Types         []ledger.CredentialType `json:"types"`
			}
			if err := decodeStrictly(text, &changes); err != nil {
				return nil, err
			}
			d, err := a.proposer(ctx)
			if err != nil {
				return nil, err
			}
			statement, receipt, err := d.Propose(ctx, changes.Organisations, changes.Types)
			if err != nil {
				return nil, err
			}
			return &proposed{ID: statement.ID, Receipt: receipt, Proposer: d.MSPID}, nil
		}})
}

func (a *app) orgProposals() *cobra.Command {
	return a.make(command{use: "proposals", examples: []string{"imi org proposals"},
		short: message.Text{En: "List the proposals and who approved them", Zh: "列出提案及其批准情况"},
		long: message.Text{
			En: "List the proposals and who approved them. An outdated one can never be carried out: the record it is to change has\nchanged since. Propose the change again.",
			Zh: "列出提案及其批准情况。已过时的提案不会再生效：其要更改的记录此后已变更，请重新提出。"},
		run: func(ctx context.Context, _ []string) (result, error) {
			c, err := a.reader(ctx)
			if err != nil {
				return nil, err
			}
			return readProposals(ctx, c)
		}})
}

type proposalTable struct {
	Proposals []ledger.Proposal `json:"proposals"`
	Outdated  []ledger.ID       `json:"outdated"` // open, and can never be carried out: what they are to change has changed since
}

func readProposals(ctx context.Context, l office.Ledger) (*proposalTable, error) {
	proposals, err := office.List[ledger.Proposal](ctx, l, ledger.KindProposal)
	if err != nil {
		return nil, err
	}
	organisations, err := office.List[ledger.Organisation](ctx, l, ledger.KindOrganisation)
	if err != nil {
		return nil, err
	}
	sequences := map[ledger.MSPID]int{}
	for _, o := range organisations {
		sequences[o.MSPID] = o.Sequence
	}
	t := &proposalTable{Proposals: proposals, Outdated: []ledger.ID{}}
	for _, r := range proposals {
		outdated := func(o ledger.Organisation) bool {
			now, registered := sequences[o.MSPID]
			return registered && o.Sequence <= now
		}
		if !r.Applied && slices.ContainsFunc(r.Statement.Organisations, outdated) {
			t.Outdated = append(t.Outdated, r.Statement.ID)
		}
	}
	return t, nil
}

func (t *proposalTable) isOutdated(r ledger.Proposal) bool {
	return slices.Contains(t.Outdated, r.Statement.ID)
}

func (t *proposalTable) render(p *page) {
	var rows [][]string
	for _, r := range t.Proposals {
		state := p.say(message.Text{En: "open", Zh: "待批准"})
		switch {
		case r.Applied:
			state = p.say(message.Text{En: "carried out", Zh: "已生效"})
		case t.isOutdated(r):
			state = p.say(message.Text{En: "outdated", Zh: "已过时"})
		}
		var by []string
		for _, approval := range r.Approvals {
			by = append(by, string(approval.Approval.By))
		}
		rows = append(rows, []string{r.Statement.ID.String(), string(r.Statement.Proposer), r.Statement.At.String(), state,
			changesOf(r.Statement), strings.Join(by, ", ")})
	}
	p.table([]message.Text{{En: "proposal", Zh: "提案"}, {En: "by", Zh: "提议机构"}, {En: "at", Zh: "时间"}, {En: "state", Zh: "状态"},
		{En: "changes", Zh: "更改"}, {En: "approved by", Zh: "批准机构"}}, rows)
}

func changesOf(s ledger.ProposalStatement) string {
	var changes []string
	for _, o := range s.Organisations {
		changes = append(changes, string(o.MSPID))
	}
	for _, t := range s.Types {
		changes = append(changes, string(t.Name))
	}
	if len(changes) > 4 {
		changes = append(changes[:4], fmt.Sprintf("… (%d)", len(s.Organisations)+len(s.Types)))
	}
	return strings.Join(changes, ", ")
}

func (a *app) orgApprove() *cobra.Command {
	return a.make(command{use: "approve ID", args: arguments(1, 1, "ID"), examples: []string{"imi org approve 00112233445566778899aabbccddeeff --org AuditMSP"},
		short: message.Text{En: "Approve a proposal of another organisation", Zh: "批准另一机构的提案"},
		long: message.Text{
			En: "Approve a proposal as --org. Look at it first: imi org proposals -o json.",
			Zh: "以 --org 的身份批准提案。请先查看其内容：imi org proposals -o json。"},
		run: func(ctx context.Context, args []string) (result, error) {
			if a.options.organisation == "" {
				return nil, usage(message.Text{En: "say who approves: --org MSPID", Zh: "请指明由谁批准：--org MSPID"})
			}
			id, err := ledger.ParseID(args[0])
			if err != nil {
				return nil, err
			}
			d, err := a.deskOf(ctx, a.options.organisation)
			if err != nil {
				return nil, err
			}
			proposal, receipt, err := d.Approve(ctx, id)
			if err != nil {
				return nil, err
			}
			return &approved{Applied: proposal.Applied, By: d.MSPID, Receipt: receipt}, nil
		}})
}

type approved struct {
	Applied bool           `json:"applied"`
	By      ledger.MSPID   `json:"by"`
	Receipt office.Receipt `json:"receipt"`
}

func (r *approved) render(p *page) {
	if r.Applied {
		p.line(message.Text{En: "%s approved; the proposal is carried out", Zh: "%s 已批准；提案已生效"}, r.By)
	} else {
		p.line(message.Text{En: "%s approved; others must approve too", Zh: "%s 已批准；还需其他机构批准"}, r.By)
	}
	p.fields(receiptRows(r.Receipt)...)
}
