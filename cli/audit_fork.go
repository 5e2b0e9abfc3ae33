package cli

import (
	"bytes"
	"cmp"
	"context"
	"maps"
	"slices"

	"github.com/spf13/cobra"

	"github.com/imi-ledger/imi/cli/message"
	"github.com/imi-ledger/imi/cli/office"
	"github.com/imi-ledger/imi/evidence/head"
	"github.com/imi-ledger/imi/ledger"
	"github.com/imi-ledger/imi/network"
)

func (a *app) auditFork() *cobra.Command {
	var trust string
	made := a.make(command{use: "fork [FILE]", args: arguments(0, 1, "[FILE]"),
		examples: []string{"imi audit fork # what the gateways here keep | 此处各网关保存的证据",
			"imi audit fork forks.json --trust trust.json # with no network at all | 完全不需要网络", "imi audit fork - -o json < forks.json"},
		short: message.Text{En: "Check the proof that organisations signed different heads for one block", Zh: "核验各机构对同一区块签署不同首部的证据"},
		long: message.Text{
			En: `Check the proof of a fork: two signed heads of one block that are not equal. FILE is what a gateway answers to GET /v1/forks,
or the forks.json of its data folder; without FILE the gateways are asked. Head keys come from the trust file, else from
the trust registry of the network here. Nobody who hands a proof over need be believed: what is proved is that both
organisations signed. It does not prove whose ledger is right; imi audit run recomputes each one's.

Exit code: 0 every proof is good · 3 one proves nothing · 5 there is none · 6 the keys or a gateway are away · 2 usage.`,
			Zh: `核验分叉的证据：同一区块的两个不相同的已签名首部。FILE 为网关对 GET /v1/forks 的答复，或其数据目录中的 forks.json；
不给 FILE 时询问各网关。首部密钥取自信任文件，否则取自此处网络的信任登记簿。无需相信提交证据的人：所证明的是两个机构
都签了名。证据不说明哪个账本正确；imi audit run 可分别重新计算。

退出码：0 所有证据成立 · 3 有证据不成立 · 5 没有证据 · 6 密钥或网关不可得 · 2 用法错误。`},
		run: func(ctx context.Context, args []string) (result, error) {
			if len(args) == 0 {
				args = []string{""}
			}
			return a.checkForks(ctx, args[0], trust)
		}})
	made.Flags().StringVar(&trust, "trust", "", a.say(message.Text{En: "trust file with the head keys; default: the trust registry of the network in --dir", Zh: "含首部密钥的信任文件；默认采用 --dir 中网络的信任登记簿"}))
	return made
}

var (
	textNoFork   = message.Text{En: "there is no fork", Zh: "没有分叉"}
	nextNoFork   = message.Text{En: "nothing needs to be done", Zh: "无需处理"}
	textForkFile = message.Text{
		En: "%s is neither what GET /v1/forks answers nor the forks.json of a gateway",
		Zh: "%s 既不是 GET /v1/forks 的答复，也不是网关的 forks.json"}
)

// givenFork is the proof of a fork as somebody handed it over, not checked.
type givenFork struct {
	from string
	head.Fork
}

func (a *app) checkForks(ctx context.Context, name, trust string) (result, error) {
	var given []givenFork
	var away error
	var err error
	if name != "" {
		given, err = a.forksIn(name)
	} else {
		given, away, err = a.forksOfGateways(ctx)
	}
	if err != nil {
		return nil, err
	}
	if len(given) == 0 {
		return nil, cmp.Or(away, error(&trouble{code: ledger.NotFound, what: textNoFork, next: nextNoFork}))
	}
	v := &forksView{}
	open, err := a.headOpener(ctx, trust, v)
	if err != nil {
		return nil, err
	}
	for _, g := range given {
		v.add(g, open)
	}
	if v.bad > 0 {
		return v, verdictError{"mismatch"}
	}
	return v, away
}

// forksIn reads what a gateway answered, or kept.
func (a *app) forksIn(name string) ([]givenFork, error) {
	text, err := a.readInput(name, maxInput)
	if err != nil {
		return nil, err
	}
	forks, ok := decodeForks(text)
	if !ok {
		return nil, &trouble{code: ledger.Malformed, what: textForkFile, args: []any{name}, next: nextFile}
	}
	return fromOne(name, forks), nil
}

// decodeForks reads either form. What it holds besides proofs is refused: it would be shown to nobody.
func decodeForks(text []byte) ([]head.Fork, bool) {
	var answered struct {
		Forks []head.Fork `json:"forks"`
	}
	var target any = &answered
	if text = bytes.TrimSpace(text); bytes.HasPrefix(text, []byte("[")) {
		target = &answered.Forks
	}
	err := decodeStrictly(text, target)
	return answered.Forks, err == nil && answered.Forks != nil
}

func fromOne(from string, forks []head.Fork) (given []givenFork) {
	for _, f := range forks {
		given = append(given, givenFork{from, f})
	}
	return given
}

// forksOfGateways asks every gateway. away is why one could not be asked.
func (a *app) forksOfGateways(ctx context.Context) (given []givenFork, away, err error) {
	all, err := a.gateways()
	if err == nil && len(all) == 0 {
		err = network.ErrNoNetwork
	}
	for _, from := range slices.Sorted(maps.Keys(all)) {
		asking, cancel := context.WithTimeout(ctx, gatewayPatience)
		text, failed := all[from].Forks(asking)
		cancel()
		forks, ok := decodeForks(text)
		if failed == nil && !ok {
			failed = &trouble{code: ledger.Unavailable, what: textForkFile, args: []any{from}, next: nextFile}
		}
		away = cmp.Or(away, failed)
		given = append(given, fromOne(from, forks)...)
	}
	return given, away, err
}

// headOpener opens signed heads with the keys of a trust file, else with those of the trust registry here.
func (a *app) headOpener(ctx context.Context, trust string, v *forksView) (func(string) (head.Signed, error), error) {
	if trust != "" {
		v.Keys = forkKeys{fromTrust, trust}
		t, err := a.readTrust(trust)
		return t.OpenHead, err
	}
	c, err := a.reader(ctx)
	if err != nil {
		return nil, err
	}
	registry, err := office.List[ledger.Organisation](ctx, c, ledger.KindOrganisation)
	v.Keys = forkKeys{fromNetwork, a.options.dir}
	return func(note string) (head.Signed, error) {
		signed, err := openHead(note, registry)
		if err == nil && signed.Channel != c.Channel() {
			err = ledger.Refuse(ledger.Invalid, "head", "is about another channel")
		}
		return signed, err
	}, err
}
