package rule

// ofTransactions say why what a transaction wrote is not what the rules of the ledger make.
var ofTransactions = map[string]string{
	"%s: not one certificate of a named organisation":                       "%s：不是某一机构的单个证书",
	"chaincode call: transient data in a block":                             "链码调用：区块中含有临时数据",
	"channel header: no time, or none that exists":                          "通道头：没有时间，或时间不存在",
	"endorser: one is there twice":                                          "有背书方重复",
	"event: of another transaction or chaincode":                            "事件属于另一交易或链码",
	"it was not written by a call of this ledger's chaincode":               "并非由调用本账本的链码写入",
	"it was written by a call that is none of this ledger's operations: %s": "写入它的调用不是本账本的操作：%s",
	"nobody endorsed it":                                                    "没有背书",
	"read-write set: a key is written twice":                                "读写集：同一键写入两次",
	"read-write set: a namespace is there twice":                            "读写集：命名空间重复",
	"read-write set: a write without key, or a deletion with a value":       "读写集：写入没有键，或删除带有值",
	"read-write set: an unknown data model":                                 "读写集：未知的数据模型",
	"signature header: no nonce":                                            "签名头：没有随机数",
	"the chaincode called is not the one the header names":                  "所调用的链码与头中所指的不一致",
	"the chaincode that ran is not the one the header names":                "所运行的链码与头中所指的不一致",
	"the endorsements are for another proposal: its hash differs":           "背书针对的是另一提案：其摘要不同",
	"the header of the action is not the header of the transaction":         "动作的头与交易的头不一致",
	"the rules cannot be applied to it: %s":                                 "无法对其适用规则：%s",
	"the rules do not write %s so":                                          "按规则不会这样写入 %s",
	"the rules refuse it: %s":                                               "规则拒绝它：%s",
	"the rules write %d more records":                                       "按规则还应写入 %s 条记录",
	"the transaction id is not the hash of nonce and creator":               "交易标识不是随机数与创建者的摘要",
	"the transaction is malformed: %s":                                      "交易格式不正确：%s",
	"transaction: %d actions, not one":                                      "交易有 %s 个动作，应为一个",
}
