package cli

import (
	"bytes"
	"cmp"
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/imi-ledger/imi/cli/message"
	"github.com/imi-ledger/imi/cli/office"
	"github.com/imi-ledger/imi/evidence/answer"
	"github.com/imi-ledger/imi/ledger"
	"github.com/imi-ledger/imi/network"
)

// trustFile, in --dir, says what imi verify trusts when --trust does not.
const trustFile = "trust.json"

func (a *app) trustCommands() *cobra.Command {
	return a.group("trust", message.Text{En: "Say whose signatures answers are checked against", Zh: "规定以谁的签名检查答复"}, a.trustExport())
}

func (a *app) trustExport() *cobra.Command {
	var threshold int
	var force bool
	made := a.make(command{use: "export [FILE]", args: arguments(0, 1, "[FILE]"),
		examples: []string{"imi trust export trust.json", "imi trust export - # to standard output | 写到标准输出"},
		short:    message.Text{En: "Write the trust file that answers are checked against", Zh: "写出用于检查答复的信任文件"},
		long: message.Text{
			En: `Write down the channel, the hash of its genesis block, the organisations with the head keys that the trust registry has
now, and how many of them must have signed. Whoever has this file can check answers, proofs and audits without asking
anybody; so hand it over by a way nobody else writes to. FILE is trust.json in --dir when it is not given.

Export it again when an organisation joined or changed its head key. Keep the old file for as long as you keep proofs that
were signed with the old key.`,
			Zh: `写下通道、其创世区块的摘要、各机构及信任登记簿中现有的首部密钥，以及须有多少个机构签名。持有此文件者无需询问任何人，
即可检查答复、证明和审计；因此须经他人无法篡改的途径交付。未给出 FILE 时写到 --dir 中的 trust.json。

有机构加入或更换首部密钥后请重新导出。只要仍保存用旧密钥签名的证明，就请保留旧文件。`},
		run: func(ctx context.Context, args []string) (result, error) {
			t, err := a.trustOfRegistry(ctx, threshold)
			if err != nil {
				return nil, err
			}
			file := a.trustPath()
			if len(args) > 0 {
				file = args[0]
			}
			return a.writeTrust(t, file, force)
		}})
	made.Flags().IntVar(&threshold, "threshold", 0, a.say(message.Text{En: "organisations that must have signed; default: so many that one bad one in four cannot decide", Zh: "须签名的机构数；默认使四个机构中一个不良机构无法左右"}))
	made.Flags().BoolVar(&force, "force", false, a.say(message.Text{En: "replace a file that says something else", Zh: "替换内容不同的现有文件"}))
	return made
}

func (a *app) trustPath() string { return filepath.Join(a.options.dir, trustFile) }

// usualThreshold is the quorum of n parties of which a third, rounded down, may be bad.
func usualThreshold(n int) int { return n - (n-1)/3 }

// trustOfRegistry takes the word of the organisation's own peer for what the trust registry says, and this machine's own
// genesis block for which ledger it is.
func (a *app) trustOfRegistry(ctx context.Context, threshold int) (answer.Trust, error) {
	n, err := network.Open(a.options.dir)
	if err != nil {
		return answer.Trust{}, err
	}
	genesis, err := genesisOf(n)
	if err != nil {
		return answer.Trust{}, err
	}
	c, err := a.reader(ctx)
	if err != nil {
		return answer.Trust{}, err
	}
	registered, err := office.List[ledger.Organisation](ctx, c, ledger.KindOrganisation)
	if err != nil {
		return answer.Trust{}, err
	}
	t := answer.Trust{Channel: c.Channel(), Genesis: genesis}
	var usual int
	if t.Organisations, usual = trustedOf(registered, ledger.At(a.now())); usual == 0 {
		return t, &trouble{code: ledger.NotFound, what: textNoHeadKeys, next: nextFound}
	}
	t.Threshold = cmp.Or(threshold, usual)
	return t, nil
}

// trustedOf lists the organisations of a trust registry with the head keys they have now, and tells how many should have signed;
// 0 when nobody can. Organisations whose head keys were closed are still counted: else two that close the keys of the others
// would be enough by themselves.
func trustedOf(registered []ledger.Organisation, now ledger.Time) (all []answer.Trusted, threshold int) {
	all = []answer.Trusted{}
	parties, signing := 0, 0
	for _, o := range registered {
		trusted := answer.Trusted{MSPID: o.MSPID, HeadKeys: []ledger.PublicKey{}}
		for _, k := range o.HeadKeys {
			if k.Covers(now) && !isCopied(k, o.MSPID, registered, now) {
				trusted.HeadKeys = append(trusted.HeadKeys, k.Key)
			}
		}
		if len(o.HeadKeys) > 0 {
			parties++
		}
		if len(trusted.HeadKeys) > 0 {
			signing++
		}
		all = append(all, trusted)
	}
	slices.SortFunc(all, func(x, y answer.Trusted) int { return strings.Compare(string(x.MSPID), string(y.MSPID)) })
	if signing == 0 {
		return all, 0
	}
	return all, usualThreshold(parties)
}

// isCopied reports whether another organisation had the head key before. Keys are public and can be put into the registry by who
// cannot sign with them; a trust file has none of two organisations, so that a copy would leave nobody a trust file.
func isCopied(k ledger.RegisteredKey, by ledger.MSPID, registered []ledger.Organisation, now ledger.Time) bool {
	for _, o := range registered {
		for _, other := range o.HeadKeys {
			if o.MSPID != by && other.Key == k.Key && other.Covers(now) && (other.From.Before(k.From) || (other.From == k.From && o.MSPID < by)) {
				return true
			}
		}
	}
	return false
}

var textNoHeadKeys = message.Text{En: "no organisation of the trust registry has a head key", Zh: "信任登记簿中没有机构拥有首部密钥"}

func (a *app) writeTrust(t answer.Trust, file string, force bool) (result, error) {
	text, err := t.Encode()
	if err != nil {
		return nil, err
	}
	if file == standardInput {
		_, err := a.Out.Write(text)
		return nil, err
	}
	former, err := os.ReadFile(file)
	if err == nil && !bytes.Equal(former, text) && !force {
		return nil, &trouble{code: ledger.Conflict, what: textOtherTrust, args: []any{file}, next: nextOtherTrust}
	}
	if err := writeFile(file, text, 0o644); err != nil {
		return nil, err
	}
	return &trustView{File: file, Trust: t}, nil
}

var (
	textOtherTrust = message.Text{En: "%s exists and says something else", Zh: "%s 已存在且内容不同"}
	nextOtherTrust = message.Text{En: "compare the two, then use --force or another name", Zh: "请先比较两者，再使用 --force 或另一文件名"}
)

type trustView struct {
	File  string       `json:"file"`
	Trust answer.Trust `json:"trust"`
}

func (v *trustView) render(p *page) {
	ids := make([]string, len(v.Trust.Organisations))
	for i, o := range v.Trust.Organisations {
		ids[i] = string(o.MSPID)
	}
	p.line(message.Text{En: "answers count when %d of %d organisations signed what they rest on", Zh: "答复所依据的状态须由 %[2]d 个机构中的 %[1]d 个签名方可采信"}, v.Trust.Threshold, len(ids))
	p.fields(row{labelFile, v.File}, row{message.Text{En: "channel", Zh: "通道"}, v.Trust.Channel},
		row{message.Text{En: "genesis", Zh: "创世区块"}, v.Trust.Genesis}, row{message.Text{En: "organisations", Zh: "机构"}, strings.Join(ids, ", ")})
}

// trust reads what to check answers against: the file named, else that of --dir. Without one it returns no trust.
func (a *app) trust(named string) (*answer.Trust, string, error) {
	file := cmp.Or(named, a.trustPath())
	if named == "" {
		if _, err := os.Stat(file); err != nil {
			return nil, "", nil
		}
	}
	t, err := a.readTrust(file)
	return &t, file, err
}

func (a *app) readTrust(file string) (answer.Trust, error) {
	text, err := a.readInput(file, maxInput)
	if err != nil {
		return answer.Trust{}, err
	}
	t, err := answer.ParseTrust(text)
	return t, advise(err, nextTrust, file)
}

var nextTrust = message.Text{En: "%s is no trust file; get one: imi trust export", Zh: "%s 不是信任文件；可用 imi trust export 导出"}

// keepTrust writes the trust file of a network that was brought up here, unless there is one: it may be somebody's choice.
func (a *app) keepTrust(ctx context.Context) error {
	if _, err := os.Stat(a.trustPath()); err == nil {
		return nil
	}
	t, err := a.trustOfRegistry(ctx, 0)
	if err != nil {
		return err
	}
	_, err = a.writeTrust(t, a.trustPath(), false)
	return err
}
