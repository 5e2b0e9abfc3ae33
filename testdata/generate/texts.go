package main

import (
	"fmt"
	"strings"
)

// creditCode is the unified social credit code (GB 32100) of the invented company, in an area that does not exist.
var creditCode = creditCodeOf("91519801MA98QH26X")

// creditCodeOf adds the check character of GB 32100-2015, which is one of 31.
func creditCodeOf(body string) string {
	const alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
	sum, weight := 0, 1
	for _, r := range body {
		sum += strings.IndexRune(alphabet, r) * weight
		weight = weight * 3 % 31
	}
	return body + string(alphabet[(31-sum%31)%31])
}

// statement is a declaration of a citizen as plain text with LF line ends.
func statement(c citizen) string {
	return fmt.Sprintf("无房声明\n\n本人%s，%s，%s生，民族：%s。\n本人声明：截至2026年3月1日，本人及配偶在云麓市没有自有住房。\n"+
		"以上内容属实，如有虚假，本人愿意承担法律责任。\n\n声明人：%s\n2026年3月1日\n\n（虚构的样本数据 / invented sample data）\n",
		c.Name, sexWord(c), dateWords(c.BirthDate), c.Nation, c.Name)
}

func crlf(text string) string { return strings.ReplaceAll(text, "\n", "\r\n") }

const byteOrderMark = "\ufeff"

func xmlInvoice(buyer citizen) string {
	return `<?xml version="1.0" encoding="UTF-8"?>
<!-- 虚构的样本数据 / invented sample data -->
<EInvoice>
  <Header>
    <EIid>26519800000000000138</EIid>
    <EInvoiceTag>SWEI3200</EInvoiceTag>
    <Version>0.1</Version>
  </Header>
  <EInvoiceData>
    <SellerInformation>
      <SellerIdNum>` + creditCode + `</SellerIdNum>
      <SellerName>` + company + `</SellerName>
    </SellerInformation>
    <BuyerInformation>
      <BuyerName>` + xmlText(buyer.Name) + `</BuyerName>
    </BuyerInformation>
    <BasicInformation>
      <TotalAmWithoutTax>188.68</TotalAmWithoutTax>
      <TotalTaxAm>11.32</TotalTaxAm>
      <TotalTax-includedAmount>200.00</TotalTax-includedAmount>
      <TotalTax-includedAmountInChinese>贰佰圆整</TotalTax-includedAmountInChinese>
      <RequestTime>2026-03-02 09:30:00</RequestTime>
    </BasicInformation>
    <IssuItemInformation>
      <ItemName>*信息技术服务*证照核验</ItemName>
      <Quantity>2</Quantity>
      <UnPrice>94.34</UnPrice>
      <Amount>188.68</Amount>
      <TaxRate>0.06</TaxRate>
      <ComTaxAm>11.32</ComTaxAm>
    </IssuItemInformation>
  </EInvoiceData>
</EInvoice>
`
}

func xmlLicence(owner citizen) string {
	return `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<licence xmlns="urn:example:sample:licence" number="YL-SP-2026-0092">
  <name xml:lang="zh">食品经营许可证</name>
  <name xml:lang="en">Food business licence</name>
  <holder><![CDATA[` + owner.Name + ` & 家人小吃店]]></holder>
  <issuer>` + marketBureau + `</issuer>
  <valid from="2026-01-15" until="2031-01-14"/>
</licence>
`
}

func jsonResidence(c citizen) []byte {
	return encodeJSON(map[string]any{
		"document": "residence-certificate", "holder": c.Name, "birthDate": c.BirthDate, "address": c.Address,
		"since": "2021-07-01", "issuer": policeBureau, "sample": true,
	})
}

// jsonConsent has no blank, no line end, and numbers and escapes that careless re-encoding changes.
func jsonConsent() string {
	return `{"purpose":"贷款审批","scope":["degree","residence"],"limit":1.50,"once":true,"note":"\u4e00\u6b21\u6027 \/ \ud842\udfb7","until":"2026-06-30T00:00:00Z"}`
}

func csvMarks(students []citizen) string {
	var out strings.Builder
	out.WriteString("学号,姓名,课程,成绩,备注\n")
	r := &random{state: 100}
	for i, c := range students {
		note := ""
		if i%5 == 0 {
			note = "\"补考,已通过\""
		}
		fmt.Fprintf(&out, "2026%04d,%s,密码学,%d,%s\n", i+1, c.Name, 60+r.below(41), note)
	}
	return out.String()
}

func htmlNotice() string {
	return `<!doctype html>
<html lang="zh-CN">
<meta charset="utf-8">
<title>办事指南</title>
<h1>学位证书公证办事指南</h1>
<p>所需材料：身份证件、学位证书原件。Invented sample data.</p>
</html>
`
}

func svgSeal(name string) string {
	return `<?xml version="1.0" encoding="UTF-8"?>
<svg xmlns="http://www.w3.org/2000/svg" width="240" height="240" viewBox="-120 -120 240 240">
  <title>` + name + `</title>
  <circle r="110" fill="none" stroke="#c41e24" stroke-width="6"/>
  <path fill="#c41e24" d="M0-44 9-12.4H38L14.5 4.7 23.5 35.6 0 15.3-23.5 35.6-14.5 4.7-38-12.4H-9Z"/>
  <text y="72" font-size="18" text-anchor="middle" fill="#c41e24">` + name + `</text>
</svg>
`
}
