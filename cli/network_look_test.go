package cli

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"github.com/imi-ledger/imi/cli/message"
	"github.com/imi-ledger/imi/network"
)

func TestStatusShowsForks(t *testing.T) {
	s := &statusView{Deployed: true, Nodes: []network.NodeStatus{
		{Node: network.Node{Name: "gateway.police", Organisation: "PoliceMSP", Kind: network.Gateway}, State: network.Running},
		{Node: network.Node{Name: "peer.police", Organisation: "PoliceMSP", Kind: network.Peer}, State: network.Stopped}}}
	if exit := exitOf(context.Background(), s.trouble()); exit != exitUnknown {
		t.Errorf("a node is away: exit %d", exit)
	}
	for block := range uint64(8) {
		s.Nodes[0].Forks = append(s.Nodes[0].Forks, network.Fork{Block: 12 + block, Other: "AuditMSP"})
	}
	if exit := exitOf(context.Background(), s.trouble()); exit != exitConflict {
		t.Errorf("forked: exit %d", exit)
	}
	inBoth(t, func(t *testing.T, language message.Language) {
		var out bytes.Buffer
		s.render(&page{out: &out, language: language})
		want := map[message.Language][2]string{
			message.English: {"FORK at block 12: PoliceMSP and AuditMSP signed different heads; proof at gateway.police\n", "and 3 more forks at gateway.police\n"},
			message.Chinese: {"分叉，区块 12：PoliceMSP 与 AuditMSP 签署了不同的首部；证据在 gateway.police\n", "gateway.police 另有 3 处分叉\n"}}[language]
		if text := out.String(); !strings.Contains(text, want[0]) || !strings.Contains(text, want[1]) || strings.Contains(text, "FORK at block 17") {
			t.Errorf("%s", text)
		}
	})
}
