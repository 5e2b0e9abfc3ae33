package rule

// ofAnswers are what is wrong with an answer that is checked against its evidence, with a trust file, or with a proof file.
var ofAnswers = map[string]string{
	"an empty path is written null":                            "空路径须写作 null",
	"asks about exactly one thing":                             "须且只须询问一件事",
	"at most %d characters":                                    "至多 %s 个字符",
	"does not say what was asked; save answers with --save":    "未说明所问内容；请用 --save 保存答复",
	"has a commitment, or a digest and perhaps a salt":         "须有承诺值，或摘要（可带盐）",
	"it does not show everything the answer rests on":          "未显示答复所依据的全部内容",
	"it is about another channel":                              "它是关于另一通道的",
	"it is not what its evidence shows":                        "它与其证据所示不符",
	"its limits make no sense":                                 "其限值不合理",
	"must be Ed25519 keys, each of one organisation":           "须为 Ed25519 密钥，且每个只属于一个机构",
	"must be a proof file or a gateway's answer":               "须为证明文件或网关的答复",
	"must be from 1 to the number of organisations":            "须为 1 至机构数",
	"must be in the order of their ids, each once":             "须按标识排序，且各出现一次",
	"must be the JSON of a gateway's answer":                   "须为网关答复的 JSON",
	"must be the one whose signature on the head is the first": "须为首部上第一个签名的机构",
	"must have its signatures in order":                        "签名须按顺序排列",
	"must say when the answer was made":                        "须说明答复的时间",
	"nothing was asked":                                        "未询问任何内容",
	"the answer carries none":                                  "答复中没有证据",
	"the proof %s":                                             "状态证明不成立（%s）",
}
