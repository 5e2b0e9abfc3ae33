package cli

import (
	"github.com/spf13/pflag"

	"github.com/imi-ledger/imi/cli/message"
	"github.com/imi-ledger/imi/evidence/block"
	"github.com/imi-ledger/imi/ledger"
	"github.com/imi-ledger/imi/network"
)

// anchor is what an audit trusts and where it came from.
type anchor struct {
	Genesis ledger.Digest `json:"genesis"` // header hash of block 0
	From    anchorOrigin  `json:"from"`
	Name    string        `json:"name,omitempty"` // of the folder or file
	enough  int           // organisations that must have signed a head; 0: the file does not say
}

type anchorOrigin string

// Where the hash of the genesis block can come from.
const (
	fromNetwork anchorOrigin = "network"      // the genesis block this machine made its network with
	fromTrust   anchorOrigin = "trust"        // a trust file
	fromCommand anchorOrigin = "command line" // --genesis
)

var (
	textTwoAnchors = message.Text{En: "--trust and --genesis exclude each other", Zh: "--trust 与 --genesis 不能同时使用"}
	textGenesis    = message.Text{En: "--genesis is the hash of block 0: 64 lower-case hexadecimal digits", Zh: "--genesis 为区块 0 的摘要：64 个小写十六进制数字"}
	textNoAnchor   = message.Text{
		En: "nothing says which ledger this must be: there is no network in %s, and neither --trust nor --genesis",
		Zh: "没有说明应为哪个账本：%s 中没有网络，也未给出 --trust 或 --genesis"}
	nextAnchor = message.Text{
		En: "get a trust file, or the hash of block 0, from an organisation you trust",
		Zh: "请向信任的机构索取信任文件或区块 0 的摘要"}
)

// anchorFlags are the flags that say what to trust.
func (a *app) anchorFlags(flags *pflag.FlagSet, f *auditFlags) {
	flags.StringVar(&f.trust, "trust", "", a.say(message.Text{En: "trust file with the hash of the genesis block; default: the network in --dir", Zh: "含创世区块摘要的信任文件；默认采用 --dir 中的网络"}))
	flags.StringVar(&f.genesis, "genesis", "", a.say(message.Text{En: "hash of the genesis block, in place of a trust file", Zh: "创世区块的摘要，代替信任文件"}))
}

// anchor finds what to trust: what the command line says, else the genesis block of the network in the folder.
func (a *app) anchor(trust, genesis string) (anchor, error) {
	switch {
	case trust != "" && genesis != "":
		return anchor{}, usage(textTwoAnchors)
	case trust != "":
		t, err := a.readTrust(trust)
		if err == nil && t.Genesis == (ledger.Digest{}) {
			err = ledger.Refuse(ledger.Invalid, "genesis", "must not be empty")
		}
		return anchor{t.Genesis, fromTrust, trust, t.Threshold}, err
	case genesis != "":
		hash, err := ledger.ParseDigest(genesis)
		if err != nil || hash == (ledger.Digest{}) {
			return anchor{}, usage(textGenesis)
		}
		return anchor{Genesis: hash, From: fromCommand}, nil
	}
	n, err := network.Open(a.options.dir)
	if err != nil {
		return anchor{}, &trouble{code: codeUsage, what: textNoAnchor, args: []any{a.options.dir}, next: nextAnchor, cause: err}
	}
	hash, err := genesisOf(n)
	return anchor{Genesis: hash, From: fromNetwork, Name: a.options.dir}, err
}

// genesisOf is the header hash of the block that a network was made with.
func genesisOf(n *network.Network) (ledger.Digest, error) {
	encoded, err := n.Genesis()
	if err != nil {
		return ledger.Digest{}, err
	}
	b, err := block.ParseBytes(encoded)
	return b.Hash, err
}

var anchorWords = map[anchorOrigin]message.Text{
	fromNetwork: {En: "genesis block %s, which the network in %s was made with", Zh: "创世区块 %s，%s 中的网络以其建立"},
	fromTrust:   {En: "genesis block %s, from trust file %s", Zh: "创世区块 %s，来自信任文件 %s"},
	fromCommand: {En: "genesis block %s, from the command line%s", Zh: "创世区块 %s，来自命令行%s"},
}

func (n anchor) say(p *page) string { return p.say(anchorWords[n.From], n.Genesis, n.Name) }
