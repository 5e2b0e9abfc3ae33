package main

// ofdInvoice is a VAT invoice of one page.
func ofdInvoice(buyer citizen) ([]byte, error) {
	p := newOFDPage(210, 140)
	p.text(68, 8, 7, "电子发票（普通发票）")
	p.text(150, 20, 4, "发票号码：26519800000000000137")
	p.text(150, 27, 4, "开票日期：2026年03月02日")
	for _, y := range []int{36, 60, 72, 104, 116} {
		p.line(10, y, 200, y)
	}
	for _, x := range []int{10, 105, 200} {
		p.line(x, 36, x, 60)
	}
	p.text(14, 40, 4, "购买方 "+buyer.Name)
	p.text(108, 40, 4, "销售方 "+company)
	p.text(108, 48, 4, "统一社会信用代码 "+creditCode)
	p.text(14, 63, 4, "项目名称          数量    单价      金额      税率   税额")
	p.text(14, 76, 4, "*信息技术服务*证照核验   1    94.34     94.34     6%    5.66")
	p.text(14, 107, 4, "价税合计（大写）壹佰圆整      （小写）¥100.00")
	p.text(14, 122, 3, "Invented sample data. 虚构的样本数据。")
	return ofd("电子发票", p)
}

// ofdDeed is a notarial deed of two pages.
func ofdDeed(applicant citizen) ([]byte, error) {
	deed := newOFDPage(210, 297)
	deed.text(84, 40, 14, "公证书")
	deed.text(130, 62, 5, "（2026）云明证字第000319号")
	deed.text(30, 90, 6, "申请人："+applicant.Name)
	deed.text(30, 104, 6, "出生日期："+dateWords(applicant.BirthDate))
	deed.text(30, 118, 6, "公证事项：出生")
	deed.text(30, 140, 6, "兹证明申请人的出生日期与户籍登记相符。")
	deed.text(110, 220, 6, notaryOffice)
	deed.text(110, 232, 6, "公证员 徐正言")
	translation := newOFDPage(210, 297)
	translation.id = deed.id + 1 // identifiers are unique in the whole document
	translation.text(40, 40, 8, "NOTARIAL DEED (TRANSLATION)")
	translation.text(30, 80, 5, "The date of birth of "+applicant.Pinyin+" is "+applicant.BirthDate+".")
	translation.text(30, 280, 3, "Invented sample data. 虚构的样本数据。")
	return ofd("公证书", deed, translation)
}
