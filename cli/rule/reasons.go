package rule

// Code returns the translation of a reason code: of a verdict, or of a change of status. What has none stays as it is.
func Code(code string) string {
	for _, table := range []map[string]string{ofVerdictReasons, ofStatusReasons} {
		if zh, known := table[code]; known {
			return zh
		}
	}
	return code
}

// ofVerdictReasons are why a verdict is what it is.
var ofVerdictReasons = map[string]string{
	"ahead":              "区块尚未到达",
	"behind":             "数据落后",
	"cosigners":          "签名机构不足",
	"disagreement":       "索引与账本不一致",
	"document_not_valid": "文件本身无效",
	"fault":              "网关故障",
	"holder_key":         "不是持有人当时的密钥",
	"malformed":          "格式不正确",
	"no_evidence":        "没有证据",
	"no_record":          "账本中无此记录",
	"nonce":              "随机数无效",
	"not_accredited":     "作者没有资格",
	"not_yet_valid":      "尚未生效",
	"ok":                 "各项通过",
	"other_content":      "账本记录的是其他内容",
	"period_over":        "有效期已结束",
	"presentation":       "出示与本次请求不符",
	"signature":          "签名不符",
	"subject":            "账本不知其主体",
	"type_rules":         "不符合凭证类型的规则",
	"unknown_author":     "作者不在信任登记簿中",
	"unknown_key":        "不是作者当时的密钥",
	"unknown_type":       "信任登记簿中没有该凭证类型",
	"unsound_record":     "记录不符合账本规则",
}

// ofStatusReasons are why a record was suspended, reinstated or revoked.
var ofStatusReasons = map[string]string{
	"affiliation_changed":    "隶属关系变更",
	"cessation_of_operation": "停止使用",
	"deceased":               "持有人已故",
	"hold":                   "暂停待查",
	"holder_request":         "持有人申请",
	"issued_in_error":        "签发有误",
	"key_compromise":         "密钥泄露",
	"privilege_withdrawn":    "资格被收回",
	"reinstated":             "恢复",
	"superseded":             "已被替代",
}
