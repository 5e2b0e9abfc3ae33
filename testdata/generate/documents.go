package main

import (
	"crypto/sha256"
	"encoding/hex"
)

// document is one entry of documents/manifest.json.
type document struct {
	File      string `json:"file"`
	Kind      string `json:"kind"`
	Title     title  `json:"title"`
	Size      int    `json:"size"`
	SHA256    string `json:"sha256"`
	MediaType string `json:"mediaType"`
	// Guessable says that someone who knows the form and tries names, dates or numbers can find the very bytes: the
	// ledger must hold a salted commitment, not the digest.
	Guessable bool `json:"guessable"`
	// Generated says that the file is not in the repository; "generate -large DIR" makes it.
	Generated bool `json:"generated,omitempty"`

	content []byte
}

type title struct {
	Chinese string `json:"zh"`
	English string `json:"en"`
}

// manifest is documents/manifest.json.
type manifest struct {
	Note      string     `json:"note"`
	Documents []document `json:"documents"`
}

func makeManifest(documents []document) manifest {
	return manifest{"Invented. Made by testdata/generate; do not edit.", documents}
}

// catalogue collects documents; the first error stops everything that follows.
type catalogue struct {
	documents []document
	err       error
}

func (c *catalogue) add(file, kind, mediaType, chinese, english string, guessable bool, content []byte) {
	digest := sha256.Sum256(content)
	c.documents = append(c.documents, document{
		File: file, Kind: kind, Title: title{chinese, english}, Size: len(content), SHA256: hex.EncodeToString(digest[:]),
		MediaType: mediaType, Guessable: guessable, content: content,
	})
}

// check keeps the first error and passes the content on.
func (c *catalogue) check(content []byte, err error) []byte {
	if c.err == nil {
		c.err = err
	}
	return content
}

func makeDocuments(citizens []citizen) ([]document, error) {
	var c catalogue
	c.addPDFs(citizens)
	c.addPictures(citizens)
	c.addMarkup(citizens)
	c.addTexts(citizens)
	c.addArchives(citizens)
	c.documents = append(c.documents, largeDocument())
	return c.documents, c.err
}

func (c *catalogue) addPDFs(p []citizen) {
	const pdfType = "application/pdf"
	pdf := func(file, kind, chinese, english string, guessable bool, d *pdf) []byte {
		content := c.check(d.bytes())
		c.add(file, kind, pdfType, chinese, english, guessable, content)
		return content
	}
	degree := pdf("degree-certificate.pdf", "degree-certificate", "学士学位证书", "Bachelor's degree certificate", false, degreeCertificate(p[0]))
	c.add("degree-certificate-altered.pdf", "degree-certificate", pdfType, "学士学位证书（改动一个字节）",
		"Bachelor's degree certificate, one byte changed", false, altered(degree))
	c.add("学位证书 副本.pdf", "degree-certificate", pdfType, "学士学位证书（内容相同的副本）",
		"Bachelor's degree certificate, a copy with the same content", false, degree)
	pdf("成绩单.pdf", "academic-transcript", "本科学业成绩单", "Academic transcript", true, transcript(p[0]))
	pdf("notarial-deed.pdf", "notarial-deed", "学位证书公证书", "Notarial deed of a degree certificate", true, notarialDeed(p[0]))
	pdf("无犯罪记录证明.pdf", "no-criminal-record", "无犯罪记录证明", "Certificate of no criminal record", true, noCriminalRecord(p[0]))
	pdf("residence certificate.pdf", "residence-certificate", "居住证明", "Certificate of residence", false, residenceCertificate(p[3]))
	pdf("房屋租赁合同.pdf", "contract", "房屋租赁合同（五页）", "Tenancy agreement, five pages", false, lease(p[2], p[5]))
	pdf("marriage-certificate.pdf", "marriage-certificate", "结婚证", "Marriage certificate", true, marriageCertificate(p[0], p[1]))
	pdf("营业执照 副本.pdf", "licence", "营业执照（副本）", "Business licence, duplicate", true, businessLicence(p[1]))
	pdf("社会保险参保证明.pdf", "social-insurance-record", "社会保险参保证明（两页）", "Social insurance record, two pages", true, insuranceRecord(p[1]))
	pdf("property-certificate.pdf", "property-certificate", "不动产权证书", "Real estate title certificate", true, propertyCertificate(p[2]))
}

func (c *catalogue) addPictures(p []citizen) {
	const png, jpeg = "image/png", "image/jpeg"
	c.add("portrait.png", "photograph", png, "证件照", "ID photograph", false, encodePNG(portraitOf(p[1], 150, 200), rgb))
	c.add("portrait.jpg", "photograph", jpeg, "证件照", "ID photograph", false, encodeJPEG(portraitOf(p[0], 720, 960), true))
	c.add("证件照 黑白.jpg", "photograph", jpeg, "黑白证件照", "ID photograph in grey", false, encodeJPEG(portraitOf(p[2], 480, 640), false))
	c.add("现场照片.jpg", "photograph", jpeg, "办事大厅现场照片", "Photograph of the service hall", false, encodeJPEG(landscape(1600, 1000), true))
	c.add("scan.png", "residence-certificate", png, "居住证明扫描件", "Scan of a certificate of residence", false, encodePNG(scan(p[0]), index))
	c.add("bar code.png", "attachment", png, "二维码图样", "Pattern like a two-dimensional bar code", true, encodePNG(code(33, 6), index))
	c.add("灰度图.png", "attachment", png, "灰度图", "Picture in grey", false, encodePNG(landscape(240, 150), grey))
	c.add("one-pixel.png", "attachment", png, "一个像素", "One pixel", true, encodePNG(picture{1, 1, func(int, int) colour { return red }}, rgb))
	c.add("seal.svg", "attachment", "image/svg+xml", "印章图样", "Drawing of a seal", true, []byte(svgSeal(university)))
}

func (c *catalogue) addMarkup(p []citizen) {
	const xml = "application/xml"
	c.add("invoice.xml", "invoice", xml, "电子发票", "Electronic invoice", true, []byte(xmlInvoice(p[0])))
	c.add("食品经营许可证.xml", "licence", xml, "食品经营许可证", "Food business licence", true, []byte(xmlLicence(p[3])))
	c.add("invoice-gb18030.xml", "invoice", xml, "GB18030 编码的发票", "Invoice in GB18030", true, c.check(gb18030Invoice(p[5])))
	c.add("residence.json", "residence-certificate", "application/json", "居住证明数据", "Data of a certificate of residence", true, jsonResidence(p[1]))
	c.add("consent.json", "attachment", "application/json", "授权书数据", "Data of a consent", true, []byte(jsonConsent()))
	c.add("办事指南.html", "attachment", "text/html; charset=utf-8", "办事指南", "Guide to a service", true, []byte(htmlNotice()))
	c.add("marks.csv", "academic-transcript", "text/csv; charset=utf-8", "成绩表", "Table of marks", true, []byte(csvMarks(p[:40])))
	c.add("成绩 表.csv", "academic-transcript", "text/csv; charset=utf-8", "成绩表（带 BOM 和 CRLF）", "Table of marks, with byte order mark and CRLF",
		true, []byte(byteOrderMark+crlf(csvMarks(p[:40]))))
}

func (c *catalogue) addTexts(p []citizen) {
	const text = "text/plain; charset=utf-8"
	lf := statement(p[5])
	c.add("statement.txt", "declaration", text, "无房声明", "Declaration of owning no home", true, []byte(lf))
	c.add("statement-bom.txt", "declaration", text, "无房声明（带 BOM）", "The declaration with a byte order mark", true, []byte(byteOrderMark+lf))
	c.add("statement-crlf.txt", "declaration", text, "无房声明（CRLF 换行）", "The declaration with CRLF line ends", true, []byte(crlf(lf)))
	c.add("statement-gb18030.txt", "declaration", "text/plain; charset=gb18030", "无房声明（GB18030 编码）",
		"The declaration in GB18030", true, c.check(encodeGB18030(lf)))
	c.add("同意.txt", "declaration", text, "一个字，没有换行", "One character, no line end", true, []byte("是"))
	c.add("empty.txt", "attachment", text, "空文件", "Empty file", true, nil)
	c.add(longName+".txt", "attachment", text, "文件名很长的文件", "A file with a very long name", true, []byte("文件名有 75 个字。\n"))
}

// longName has 75 characters, which are 225 bytes: near the 255 that file systems allow.
const longName = "关于进一步优化政务服务提升行政效能推动高频事项零跑腿办理以及电子证照在区域内互通互认免于重复提交纸质材料的实施方案" +
	"征求意见稿附件三办理流程图和材料清单"

func (c *catalogue) addArchives(p []citizen) {
	c.add("invoice.ofd", "invoice", "application/ofd", "OFD 电子发票", "Invoice in OFD", true, c.check(ofdInvoice(p[0])))
	c.add("出生公证书.ofd", "notarial-deed", "application/ofd", "出生公证书（两页）", "Notarial deed of birth in OFD, two pages", true, c.check(ofdDeed(p[4])))
	bundle := c.check(zipArchive(
		member{"申请材料/学位证书.pdf", c.documents[0].content},
		member{"申请材料/证件照.jpg", encodeJPEG(portraitOf(p[0], 240, 320), true)},
		member{"readme.txt", []byte("Application of " + p[0].Pinyin + "\n")},
	))
	c.add("application bundle.zip", "application-bundle", "application/zip", "申请材料包", "Bundle of an application", false, bundle)
	c.add("empty.zip", "attachment", "application/zip", "空压缩包", "Empty archive", true, c.check(zipArchive()))
}

// largeDocument is a PNG of a little over 8 MiB, too large to be committed.
func largeDocument() document {
	var c catalogue
	c.add("large-scan.png", "photograph", "image/png", "大图", "Large picture, over 8 MiB", false, encodePNG(noise(2048, 1366), rgb))
	c.documents[0].Generated = true
	return c.documents[0]
}
