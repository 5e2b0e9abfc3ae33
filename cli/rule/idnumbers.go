package rule

// ofIDNumbers are the rules of GB 11643.
var ofIDNumbers = map[string]string{
	"a 15-digit number was issued before 1999-10-01 and has not been valid since 2013-01-01; use the 18-digit number of the same person": "15 位号码签发于 1999-10-01 之前，自 2013-01-01 起失效；请使用同一人的 18 位号码",
	"character %d %s; only the digits 0 to 9, and X in the last place, may be used":                                                      "第 %s 个字符有误（%s）；只能使用数字 0 至 9，末位可为 X",
	"characters 7 to 14 must be a date of the calendar, as YYYYMMDD":                                                                     "第 7 至 14 位必须为真实日期（YYYYMMDD）",
	"must have %d characters, has %d": "必须为 %s 个字符，实际 %s 个",
	"must not be empty":               "不得为空",
	"the birth date (characters 7 to 14) must not be in the future":          "出生日期（第 7 至 14 位）不得晚于今天",
	"the check character does not fit the other 17; one of them is mistyped": "校验码与前 17 位不符，其中有误",
	"the year of birth (characters 7 to 10) must not be before %d":           "出生年份（第 7 至 10 位）不得早于 %s",
}
