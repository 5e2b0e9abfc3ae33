package cli

import (
	"cmp"
	"fmt"
	"strconv"

	"github.com/imi-ledger/imi/cli/message"
	"github.com/imi-ledger/imi/ledger"
)

// difference is one value that is not what the audit recomputed.
type difference struct {
	Where        place      `json:"where"`
	Organisation string     `json:"organisation"` // whose
	Block        uint64     `json:"block"`
	Transaction  string     `json:"transaction,omitempty"` // id, or position where there is none
	Key          ledger.Key `json:"key,omitempty"`
	Column       string     `json:"column"`
	Expected     string     `json:"expected"`
	Found        string     `json:"found"`
}

// place is what is compared with an audit.
type place string

const (
	placeLedger place = "ledger" // of a second organisation
	placeIndex  place = "index"  // of a gateway
)

// maxDifferences bounds what is kept. An index of another ledger differs in everything.
const maxDifferences = 1000

// differences collects what differs in one place.
type differences struct {
	where        place
	organisation string
	list         []difference
	count        uint64
}

func (d *differences) add(one difference) {
	if d.count++; len(d.list) < maxDifferences {
		one.Where, one.Organisation = d.where, d.organisation
		d.list = append(d.list, one)
	}
}

// compare holds columns against each other.
func (d *differences) compare(at difference, columns ...column) {
	for _, c := range columns {
		if expected, found := fmt.Sprint(c.expected), fmt.Sprint(c.found); expected != found {
			at.Column, at.Expected, at.Found = c.name, expected, found
			d.add(at)
		}
	}
}

// column is a value with what the audit says and what the other has.
type column struct {
	name            string
	expected, found any
}

// columnRow is the name of a difference that is a whole row.
const columnRow = "row"

// What a whole row is that should be there, or should not.
const (
	wordThere  = "there"
	wordAbsent = "absent"
)

var columnWords = map[string]message.Text{
	columnRow: {En: "row", Zh: "行"}, "hash": {En: "hash", Zh: "摘要"}, "previousHash": {En: "previous hash", Zh: "前一摘要"},
	"dataHash": {En: "data hash", Zh: "数据摘要"}, "time": {En: "time", Zh: "时间"}, "size": {En: "transactions", Zh: "交易数"},
	"valid": {En: "valid", Zh: "有效"}, "records": {En: "versions written", Zh: "写入版本数"}, "id": {En: "id", Zh: "标识"},
	"type": {En: "type", Zh: "类型"}, "creator": {En: "creator", Zh: "创建者"}, "function": {En: "function", Zh: "函数"},
	"event": {En: "event", Zh: "事件"}, "code": {En: "verdict", Zh: "判定"}, "record": {En: "content", Zh: "内容"},
	"block": {En: "block", Zh: "区块"}, "transactionID": {En: "transaction", Zh: "交易"}, "unsound": {En: "against the rules", Zh: "不符合规则"},
	"commitHash": {En: "commit hash", Zh: "提交摘要"}, "codes": {En: "verdicts", Zh: "判定"}, "stateRoot": {En: "state root", Zh: "状态根"},
	"key": {En: "key", Zh: "键"},
}

// shownValue is how much of a value is shown to people; JSON has all of it.
const shownValue = 80

var presenceWords = map[string]message.Text{wordThere: {En: wordThere, Zh: "有"}, wordAbsent: {En: wordAbsent, Zh: "无"}}

var placeWords = map[place]message.Text{placeLedger: {En: "ledger of %s", Zh: "%s 的账本"}, placeIndex: {En: "index of %s", Zh: "%s 的索引"}}

func (p *page) shorten(text string) string {
	text = message.Plain(text) // an index may hold anything
	if word, known := presenceWords[text]; known {
		return p.say(word)
	}
	if runes := []rune(text); len(runes) > shownValue {
		return string(runes[:shownValue]) + "…"
	}
	return text
}

// differences lists what differs.
func (p *page) differences(all []difference) {
	if len(all) == 0 {
		return
	}
	var rows [][]string
	for _, d := range all {
		what := cmp.Or(string(d.Key), d.Transaction)
		rows = append(rows, []string{p.say(placeWords[d.Where], d.Organisation), strconv.FormatUint(d.Block, 10), message.Plain(what), p.say(columnWords[d.Column]),
			p.say(message.Text{En: "%s; recomputed: %s", Zh: "%s；重新计算为：%s"}, p.shorten(d.Found), p.shorten(d.Expected))})
	}
	p.table([]message.Text{{En: "where", Zh: "何处"}, labelBlock, {En: "record or transaction", Zh: "记录或交易"}, {En: "column", Zh: "列"},
		{En: "difference", Zh: "差异"}}, rows)
}
