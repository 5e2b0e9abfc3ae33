package cli

import (
	"context"
	"encoding/json"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/imi-ledger/imi/cli/inquiry"
	"github.com/imi-ledger/imi/cli/message"
	"github.com/imi-ledger/imi/cli/office"
	"github.com/imi-ledger/imi/ledger"
)

func (a *app) historyCommand() *cobra.Command {
	var fromPeer bool
	made := a.make(command{use: "history KEY", args: arguments(1, 1, "KEY"),
		examples: []string{"imi history attestation/" + exampleID(ledger.KindAttestation), "imi history organisation/PoliceMSP", "imi history type/identity/1 --peer # ask a peer, not the gateway's index | 询问节点而非网关索引"},
		short:    message.Text{En: "Show every version of a record and what wrote it", Zh: "显示某记录的全部版本及写入它的交易"},
		run: func(ctx context.Context, args []string) (result, error) {
			key, err := ledger.ParseKey(args[0])
			if err != nil {
				return nil, err
			}
			if fromPeer {
				return a.peerHistory(ctx, key)
			}
			g, err := a.gateway()
			if err != nil {
				return nil, err
			}
			a.caughtUp(ctx, g)
			h, err := g.History(ctx, key)
			if err != nil {
				return nil, err
			}
			return (*historyView)(&h), nil
		}})
	made.Flags().BoolVar(&fromPeer, "peer", false, a.say(message.Text{En: "ask a peer's own history in place of the gateway", Zh: "改为询问节点自身的历史"}))
	return made
}

func (a *app) peerHistory(ctx context.Context, key ledger.Key) (result, error) {
	c, err := a.reader(ctx)
	if err != nil {
		return nil, err
	}
	versions, err := office.History(ctx, c, key)
	if err != nil {
		return nil, err
	}
	h := &historyView{Key: key, More: versions.More}
	for _, v := range versions.Versions {
		h.Versions = append(h.Versions, inquiry.Version{Time: v.Time, TransactionID: v.TransactionID, Record: json.RawMessage(v.Record)})
	}
	return h, nil
}

type historyView inquiry.History

func (h *historyView) render(p *page) {
	p.text(string(h.Key))
	var rows [][]string
	for _, v := range h.Versions {
		block := "–"
		if v.Block != 0 {
			block = strconv.FormatUint(v.Block, 10)
		}
		rows = append(rows, []string{block, v.Time.String(), v.Event, stateOf(p, v.Record), v.TransactionID})
	}
	p.table([]message.Text{labelBlock, {En: "time", Zh: "时间"}, {En: "event", Zh: "事件"}, labelState, labelTransaction}, rows)
	if h.More {
		p.line(message.Text{En: "there are older versions than these", Zh: "还有更早的版本"})
	}
}

// stateOf says what status a version of a record has, with the reason of the change that made it.
func stateOf(p *page, record json.RawMessage) string {
	var r struct {
		Status *ledger.Status `json:"status"`
	}
	if json.Unmarshal(record, &r) != nil || r.Status == nil {
		return "–"
	}
	text := p.say(stateWords[r.Status.State])
	if r.Status.Change != nil {
		text += p.brackets(p.code(string(r.Status.Change.Reason)))
	}
	return text
}
