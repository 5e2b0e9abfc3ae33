package main

import (
	"bytes"
	"fmt"
)

// Invented bodies that issue the documents.
const (
	university   = "云麓理工大学"
	notaryOffice = "云麓市明远公证处"
	policeBureau = "云麓市公安局明远分局"
	marriageDesk = "云麓市明远区民政局"
	marketBureau = "云麓市市场监督管理局"
	insurance    = "云麓市社会保险事业中心"
	landBureau   = "云麓市自然资源局"
	company      = "云麓市青禾软件有限公司"
)

// degreeCertificate is the degree certificate of the demonstration.
func degreeCertificate(graduate citizen) *pdf {
	d := &pdf{title: "学士学位证书"}
	p := d.page(a4Long, a4Short)
	p.frame(28, 28, a4Long-56, a4Short-56, 40, colour{150, 110, 40})
	p.frame(36, 36, a4Long-72, a4Short-72, 8, colour{150, 110, 40})
	p.centre(0, a4Long, 486, 40, "学士学位证书")
	p.centre(0, a4Long, 456, 14, "CERTIFICATE OF BACHELOR'S DEGREE")
	p.photograph(photographOf(graduate), 80, 255, 108, 144)
	y := p.paragraph(226, 395, 520, 17, fmt.Sprintf("　　%s，%s，%s生。在%s计算机科学与技术专业完成了四年制本科学习计划，业已毕业，"+
		"经审核符合《中华人民共和国学位条例》的规定，授予工学学士学位。", graduate.Name, sexWord(graduate), dateWords(graduate.BirthDate), university))
	p.paragraph(226, y-10, 520, 12, fmt.Sprintf("This is to certify that %s, born on %s, has completed the four-year programme in "+
		"Computer Science and Technology and is awarded the degree of Bachelor of Engineering.", graduate.Pinyin, graduate.BirthDate))
	p.text(80, 150, 13, "证书编号 Certificate No.: 98001421020000137")
	p.text(80, 126, 13, "校长 President: 顾明诚")
	p.text(560, 150, 15, university)
	p.text(560, 122, 13, "二〇二一年六月三十日")
	p.text(560, 100, 11, "30 June 2021")
	p.seal(690, 132, 62, university)
	p.centre(0, a4Long, 56, 9, disclaimer)
	return d
}

// altered returns the degree certificate with its last digit of the number changed: one byte of the file.
func altered(certificate []byte) []byte {
	return bytes.Replace(certificate, []byte("98001421020000137"), []byte("98001421020000187"), 1)
}

// transcript is a table of marks on one page.
func transcript(graduate citizen) *pdf {
	d := &pdf{title: "本科学业成绩单"}
	p := d.page(a4Short, a4Long)
	p.centre(0, a4Short, 780, 24, university+"本科学业成绩单")
	p.centre(0, a4Short, 758, 11, "ACADEMIC TRANSCRIPT")
	p.text(60, 726, 12, fmt.Sprintf("姓名 Name: %s %s", graduate.Name, graduate.Pinyin))
	p.text(360, 726, 12, "学号 Student No.: 201702137")
	courses := [][3]string{
		{"高等数学", "Advanced Mathematics", "91"}, {"线性代数", "Linear Algebra", "88"},
		{"概率论与数理统计", "Probability and Statistics", "84"}, {"大学物理", "College Physics", "79"},
		{"程序设计基础", "Programming", "95"}, {"数据结构", "Data Structures", "93"},
		{"操作系统", "Operating Systems", "87"}, {"计算机网络", "Computer Networks", "90"},
		{"数据库原理", "Databases", "92"}, {"编译原理", "Compilers", "81"},
		{"密码学", "Cryptography", "96"}, {"分布式系统", "Distributed Systems", "94"},
		{"大学英语", "College English", "85"}, {"毕业设计", "Graduation Project", "A"},
	}
	top, step := 704, 30
	for i, course := range courses {
		y := top - i*step
		p.line(60, y, 535, y)
		p.text(70, y-20, 12, course[0])
		p.text(240, y-20, 11, course[1])
		p.text(470, y-20, 12, course[2])
	}
	bottom := top - len(courses)*step
	p.line(60, bottom, 535, bottom)
	for _, x := range []int{60, 230, 450, 535} {
		p.line(x, top, x, bottom)
	}
	p.text(360, 180, 13, university+"教务处")
	p.text(360, 158, 12, "2021年6月28日")
	p.seal(450, 185, 56, university)
	p.centre(0, a4Short, 54, 9, disclaimer)
	return d
}

func photographOf(c citizen) pdfImage {
	picture := portraitOf(c, 240, 320)
	return pdfImage{encodeJPEG(picture, true), picture.width, picture.height}
}

// portraitOf paints a face whose colours depend on the number, so that no two people look the same.
func portraitOf(c citizen, width, height int) picture {
	shade := uint8(c.Number[16]-'0') * 8
	coat := colour{40 + shade, 60, 120 - shade}
	return portrait(width, height, colour{120, 170, 220}, colour{30 + shade/2, 26, 24}, coat)
}

func sexWord(c citizen) string {
	if c.Sex == "male" {
		return "男"
	}
	return "女"
}

// dateWords turns 1999-03-07 into 1999年3月7日.
func dateWords(date string) string {
	var year, month, day int
	if _, err := fmt.Sscanf(date, "%d-%d-%d", &year, &month, &day); err != nil {
		panic(err)
	}
	return fmt.Sprintf("%d年%d月%d日", year, month, day)
}
