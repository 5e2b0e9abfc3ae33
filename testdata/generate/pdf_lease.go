package main

import "fmt"

// lease is a contract of five pages.
func lease(landlord, tenant citizen) *pdf {
	d := &pdf{title: "房屋租赁合同"}
	for i, section := range leaseSections(landlord) {
		p := d.page(a4Short, a4Long)
		y := 770
		if i == 0 {
			p.centre(0, a4Short, 765, 26, "房屋租赁合同")
			p.centre(0, a4Short, 742, 12, "TENANCY AGREEMENT")
			y = p.paragraph(70, 700, 455, 13, fmt.Sprintf("出租人（甲方）：%s，公民身份号码 %s。", landlord.Name, landlord.Number))
			y = p.paragraph(70, y, 455, 13, fmt.Sprintf("承租人（乙方）：%s，公民身份号码 %s。", tenant.Name, tenant.Number)) - 20
		}
		p.text(70, y, 16, section.heading)
		y -= 34
		for n, clause := range section.clauses {
			y = p.paragraph(70, y, 455, 13, fmt.Sprintf("%d.%d  %s", i+1, n+1, clause)) - 10
		}
		footer(p, i+1)
	}
	signatures(d.page(a4Short, a4Long), landlord, tenant)
	return d
}

func signatures(p *pdfPage, landlord, tenant citizen) {
	p.text(70, 770, 16, "第五条 签署")
	y := p.paragraph(70, 736, 455, 13, "本合同一式两份，甲乙双方各执一份，自双方签字之日起生效。 This agreement is made in two copies.")
	p.text(70, y-60, 14, "甲方（签字）："+landlord.Name)
	p.text(310, y-60, 14, "乙方（签字）："+tenant.Name)
	p.line(70, y-68, 260, y-68)
	p.line(310, y-68, 500, y-68)
	p.text(70, y-96, 13, dateWords("2026-03-15"))
	p.text(310, y-96, 13, dateWords("2026-03-15"))
	footer(p, 5)
}

func footer(p *pdfPage, page int) {
	p.centre(0, a4Short, 70, 10, fmt.Sprintf("第 %d 页 共 5 页  Page %d of 5", page, page))
	p.centre(0, a4Short, 54, 9, disclaimer)
}

// leaseSection is one section of the contract, which has a page of its own.
type leaseSection struct {
	heading string
	clauses []string
}

func leaseSections(landlord citizen) []leaseSection {
	return []leaseSection{
		{"第一条 房屋基本情况", []string{
			"房屋坐落于" + addressLine(landlord) + "，建筑面积89.47平方米，用途为住宅。",
			"甲方保证对该房屋拥有合法的出租权，房屋没有权属纠纷，没有被依法限制出租的情形。",
			"The premises are a flat of 89.47 square metres, let for residential use only.",
		}},
		{"第二条 租赁期限", []string{
			"租赁期限自2026年4月1日起至2028年3月31日止，共计二十四个月。",
			"租赁期满，乙方要求继续承租的，应当提前三十日书面通知甲方；在同等条件下，乙方享有优先承租权。",
			"The term is 24 months from 1 April 2026. The tenant may ask for renewal 30 days before its end.",
		}},
		{"第三条 租金与押金", []string{
			"每月租金为人民币贰仟捌佰元整（2800.00元），乙方应当于每月五日前支付。",
			"押金为人民币伍仟陆佰元整。租赁关系终止后，扣除应由乙方承担的费用，剩余部分应当返还乙方，不计利息。",
			"The rent is CNY 2,800.00 a month, due on the fifth day; the deposit is two months' rent.",
		}},
		{"第四条 维修与费用", []string{
			"房屋及附属设施的自然损耗由甲方负责维修；因乙方使用不当造成的损坏，由乙方负责赔偿。",
			"租赁期间的水费、电费、燃气费和物业管理费由乙方承担。",
			"The landlord repairs fair wear; the tenant pays for water, electricity, gas and management.",
		}},
	}
}
