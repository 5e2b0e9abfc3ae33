package main

import "fmt"

// form is a one-page certificate: a title, labelled values, a statement, and who issued it when.
type form struct {
	title, english, number string
	values                 [][2]string
	statement              string
	inEnglish              string
	issuer, date           string
	photograph             *citizen
}

const disclaimer = "Invented sample data. Not a real document. 虚构的样本数据，不是真实文件。"

// draw adds the page of a form to a file.
func (f form) draw(d *pdf) {
	p := d.page(a4Short, a4Long)
	p.frame(40, 40, a4Short-80, a4Long-80, 12, colour{60, 60, 70})
	p.centre(0, a4Short, 762, 28, f.title)
	p.centre(0, a4Short, 736, 12, f.english)
	p.text(350, 706, 11, "No. "+f.number)
	if f.photograph != nil {
		p.photograph(photographOf(*f.photograph), 425, 540, 99, 132)
	}
	y := 664
	for _, value := range f.values {
		p.text(70, y, 13, value[0])
		y = p.paragraph(190, y, 225, 13, value[1]) - 6
	}
	if f.photograph != nil {
		y = min(y, 510)
	}
	y = p.paragraph(70, y-14, 455, 14, "　　"+f.statement)
	p.paragraph(70, y-8, 455, 11, f.inEnglish)
	p.text(330, 190, 14, f.issuer)
	p.text(330, 166, 13, dateWords(f.date))
	p.text(330, 146, 11, f.date)
	p.seal(452, 190, 60, f.issuer)
	p.centre(0, a4Short, 54, 9, disclaimer)
}

// person4 is what forms say of a person, in four lines.
func person4(c citizen) [][2]string {
	return [][2]string{
		{"姓名 Name", c.Name + " " + c.Pinyin}, {"性别 Sex", sexWord(c) + " " + c.Sex},
		{"出生日期 Born", dateWords(c.BirthDate)}, {"公民身份号码", c.Number},
	}
}

func addressLine(c citizen) string {
	a := c.Address
	return a.Province + a.City + a.District + a.Street
}

// notarialDeed has the deed on the first page and the translation on the second.
func notarialDeed(c citizen) *pdf {
	d := &pdf{title: "公证书"}
	form{
		title: "公证书", english: "NOTARIAL DEED", number: "(2026) YLMY 000318",
		values: append([][2]string{{"公证事项", "学位证书公证"}}, person4(c)...),
		statement: fmt.Sprintf("兹证明前面的学士学位证书原件与实物相符，%s校长顾明诚的签名及学校印章均属实。"+
			"本公证书由公证员依照《中华人民共和国公证法》出具。", university),
		inEnglish: "This is to certify that the foregoing certificate is in conformity with the original.",
		issuer:    notaryOffice, date: "2026-03-02",
	}.draw(d)
	p := d.page(a4Short, a4Long)
	p.centre(0, a4Short, 740, 20, "NOTARIAL DEED (TRANSLATION)")
	p.centre(0, a4Short, 712, 13, "公证书译文")
	y := p.paragraph(70, 660, 455, 13, fmt.Sprintf("This is to certify that the Certificate of Bachelor's Degree issued to %s (%s, born on %s) "+
		"by Yunlu University of Technology on 30 June 2021 is in conformity with the original, and that the signature of the "+
		"President and the seal of the University on it are authentic.", c.Pinyin, c.Sex, c.BirthDate))
	p.paragraph(70, y-20, 455, 13, "Notary: Xu Zhengyan. Mingyuan Notary Public Office, Yunlu. 2 March 2026.")
	p.centre(0, a4Short, 54, 9, disclaimer)
	return d
}

func noCriminalRecord(c citizen) *pdf {
	d := &pdf{title: "无犯罪记录证明"}
	form{
		title: "无犯罪记录证明", english: "CERTIFICATE OF NO CRIMINAL RECORD", number: "YLMY-2026-004417", values: person4(c),
		statement: fmt.Sprintf("经查，被查询人自%s至%s未发现有犯罪记录。本证明供办理公证使用，自出具之日起六个月内有效。",
			dateWords(c.BirthDate), dateWords("2026-02-27")),
		inEnglish: "No criminal record of the person named above was found up to 27 February 2026. Valid for six months.",
		issuer:    policeBureau, date: "2026-02-27",
	}.draw(d)
	return d
}

func residenceCertificate(c citizen) *pdf {
	d := &pdf{title: "居住证明"}
	form{
		title: "居住证明", english: "CERTIFICATE OF RESIDENCE", number: "YLMY-JZ-2026-01902",
		values:    append(person4(c), [2]string{"住址 Address", "四川省云麓市明远区学府路66号"}),
		statement: "经核实，上述人员自2021年7月1日起在本辖区居住，情况属实，特此证明。",
		inEnglish: "The person named above has been resident at this address since 1 July 2021.",
		issuer:    policeBureau, date: "2026-03-01", photograph: &c,
	}.draw(d)
	return d
}

func marriageCertificate(husband, wife citizen) *pdf {
	d := &pdf{title: "结婚证"}
	form{
		title: "结婚证", english: "MARRIAGE CERTIFICATE", number: "J519801-2025-000520",
		values:    append(append([][2]string{{"登记日期", dateWords("2025-05-20")}}, person4(husband)...), person4(wife)...),
		statement: "结婚申请，符合《中华人民共和国民法典》规定，予以登记，发给此证。",
		inEnglish: "The application for marriage conforms with the Civil Code and is registered; this certificate is issued.",
		issuer:    marriageDesk, date: "2025-05-20",
	}.draw(d)
	return d
}

func businessLicence(owner citizen) *pdf {
	d := &pdf{title: "营业执照（副本）"}
	form{
		title: "营业执照", english: "BUSINESS LICENCE (DUPLICATE)", number: creditCode,
		values: [][2]string{
			{"名称", company}, {"类型", "有限责任公司（自然人独资）"}, {"法定代表人", owner.Name},
			{"注册资本", "人民币壹佰万元整"}, {"成立日期", dateWords("2022-09-01")}, {"住所", "四川省云麓市明远区学府路18号"},
		},
		statement: "经营范围：软件开发；信息系统集成服务；信息技术咨询服务。依法须经批准的项目，经相关部门批准后方可开展经营活动。",
		inEnglish: "Scope of business: software development, system integration, consulting.",
		issuer:    marketBureau, date: "2022-09-01",
	}.draw(d)
	return d
}

// insuranceRecord has a page of statement and a page of years.
func insuranceRecord(c citizen) *pdf {
	d := &pdf{title: "社会保险参保证明"}
	form{
		title: "社会保险参保证明", english: "SOCIAL INSURANCE RECORD", number: "YLSB-2026-118820",
		values:    append(person4(c), [2]string{"单位 Employer", company}),
		statement: "上述人员自2021年7月起在本市参加城镇职工基本养老保险、基本医疗保险、失业保险和工伤保险，缴费明细见下页。",
		inEnglish: "Insured with pension, medical, unemployment and work injury insurance since July 2021; details overleaf.",
		issuer:    insurance, date: "2026-03-02",
	}.draw(d)
	p := d.page(a4Short, a4Long)
	p.centre(0, a4Short, 760, 18, "缴费明细 Contributions")
	for year := 2021; year <= 2026; year++ {
		y := 720 - (year-2021)*34
		months := map[int]int{2021: 6, 2026: 2}[year]
		if months == 0 {
			months = 12
		}
		p.line(80, y, 515, y)
		p.text(90, y-22, 13, fmt.Sprintf("%d年", year))
		p.text(200, y-22, 13, fmt.Sprintf("缴费月数 %d", months))
		p.text(360, y-22, 13, fmt.Sprintf("%d.00 元", months*(480+(year-2021)*36)))
	}
	p.centre(0, a4Short, 54, 9, disclaimer)
	return d
}

func propertyCertificate(owner citizen) *pdf {
	d := &pdf{title: "不动产权证书"}
	form{
		title: "不动产权证书", english: "REAL ESTATE TITLE CERTIFICATE", number: "YL-MY-2023-0021874",
		values: [][2]string{
			{"权利人", owner.Name}, {"共有情况", "单独所有"}, {"坐落", addressLine(owner)}, {"权利类型", "国有建设用地使用权/房屋所有权"},
			{"用途", "住宅"}, {"面积", "建筑面积 89.47 平方米"}, {"使用期限", "至2089年12月31日止"},
		},
		statement: "根据《中华人民共和国民法典》等法律法规，为保护不动产权利人合法权益，对不动产权利人申请登记的本证所列不动产权利，经审查核实，准予登记，颁发此证。",
		inEnglish: "The rights listed above have been examined and entered in the register.",
		issuer:    landBureau, date: "2023-04-18",
	}.draw(d)
	return d
}
