package cli

import (
	"maps"
	"slices"

	"github.com/imi-ledger/imi/cli/message"
	"github.com/imi-ledger/imi/evidence/head"
	"github.com/imi-ledger/imi/ledger"
)

// forksView is the result of imi audit fork.
type forksView struct {
	Keys  forkKeys     `json:"keys"` // whose signatures counted
	Forks []judgedFork `json:"forks"`
	bad   int
}

type forkKeys struct {
	From anchorOrigin `json:"from"`
	Name string       `json:"name"` // of the folder or file
}

// judgedFork is one proof and what it proves.
type judgedFork struct {
	From   string     `json:"from"` // who handed it over
	Block  uint64     `json:"block"`
	Proved bool       `json:"proved"`
	Why    string     `json:"why,omitempty"` // it proves nothing
	Sides  []forkSide `json:"sides,omitempty"`
}

// forkSide is one of the two heads.
type forkSide struct {
	Organisations []ledger.MSPID               `json:"organisations"` // that signed it
	Times         map[ledger.MSPID]ledger.Time `json:"times"`         // when
	BlockHash     ledger.Digest                `json:"blockHash"`
	StateRoot     ledger.Digest                `json:"stateRoot"`
}

func (v *forksView) add(g givenFork, open func(string) (head.Signed, error)) {
	j := judgedFork{From: g.from, Block: g.Block}
	ours, theirs, err := g.Open(open)
	if err != nil {
		j.Why = oneLine(err.Error())
		v.bad++
	} else {
		j.Proved = true
		for _, s := range []head.Signed{ours, theirs} {
			side := forkSide{slices.Sorted(maps.Keys(s.Times)), map[ledger.MSPID]ledger.Time{}, s.BlockHash, s.StateRoot}
			for id, at := range s.Times {
				side.Times[id] = ledger.At(at)
			}
			j.Sides = append(j.Sides, side)
		}
	}
	v.Forks = append(v.Forks, j)
}

func (v *forksView) render(p *page) {
	for _, f := range v.Forks {
		if !f.Proved {
			p.text(p.paint(red, p.say(message.Text{En: "NO PROOF about block %d, from %s: %s", Zh: "区块 %d 的证据不成立，来自 %s：%s"}, f.Block, f.From, p.finding(f.Why))))
			continue
		}
		p.text(p.paint(red, p.say(message.Text{En: "FORK PROVED at block %d: %s and %s signed different heads", Zh: "分叉属实，区块 %d：%s 与 %s 签署了不同的首部"},
			f.Block, joined(f.Sides[0].Organisations), joined(f.Sides[1].Organisations))))
		for _, s := range f.Sides {
			for _, id := range s.Organisations {
				p.line(message.Text{En: "  %s, %v: block hash %s, state root %s", Zh: "  %s，%v：区块摘要 %s，状态根 %s"}, id, s.Times[id], s.BlockHash, s.StateRoot)
			}
		}
		p.line(message.Text{En: "  proof from %s", Zh: "  证据来自 %s"}, f.From)
	}
	p.line(forkKeyWords[v.Keys.From], v.Keys.Name)
}

var forkKeyWords = map[anchorOrigin]message.Text{
	fromNetwork: {En: "head keys: trust registry of the network in %s", Zh: "首部密钥：%s 中网络的信任登记簿"},
	fromTrust:   {En: "head keys: trust file %s", Zh: "首部密钥：信任文件 %s"},
}
