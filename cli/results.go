package cli

import (
	"strconv"
	"strings"

	"github.com/imi-ledger/imi/cli/message"
	"github.com/imi-ledger/imi/cli/office"
)

// Labels that several results share.
var (
	labelTransaction = message.Text{En: "transaction", Zh: "交易"}
	labelBlock       = message.Text{En: "block", Zh: "区块"}
	labelSeenBy      = message.Text{En: "seen by", Zh: "确认机构"}
	labelRecord      = message.Text{En: "record", Zh: "记录"}
	labelWallet      = message.Text{En: "wallet", Zh: "钱包"}
	labelSubject     = message.Text{En: "subject", Zh: "主体"}
	labelCredential  = message.Text{En: "credential", Zh: "凭证"}
	labelType        = message.Text{En: "type", Zh: "类型"}
	labelIssuer      = message.Text{En: "issuer", Zh: "签发机构"}
	labelFile        = message.Text{En: "file", Zh: "文件"}
	labelReceipt     = message.Text{En: "receipt (keep it)", Zh: "回执（请保存）"}
	labelKind        = message.Text{En: "kind", Zh: "种类"}
	labelState       = message.Text{En: "state", Zh: "状态"}
	labelUntil       = message.Text{En: "until", Zh: "有效期至"}
)

// receiptRows are the labelled parts of a receipt.
func receiptRows(r office.Receipt) []row {
	block := ""
	if r.Block > 0 {
		block = strconv.FormatUint(r.Block, 10)
	}
	return []row{{labelRecord, r.Key}, {labelTransaction, r.TransactionID}, {labelBlock, block}, {labelSeenBy, strings.Join(r.SeenBy, ", ")}}
}

// notice is the result of a command that has one thing to say.
type notice struct {
	Done string `json:"done"`
}

func (a *app) done(t message.Text, args ...any) result { return &notice{a.say(t, args...)} }

func (n *notice) render(p *page) { p.text(n.Done) }
