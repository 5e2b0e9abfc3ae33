package main

// area is an invented city and district in a real province. GB/T 2260 gives third and fourth digits 01 to 20 and 51 to
// 70 to cities, 21 to 50 to regions and 90 to counties under the province; 98 has never been given out, so that no
// number that starts with one of these codes belongs to anybody.
type area struct{ code, province, city, district string }

var areas = []area{
	{"519801", "四川省", "云麓市", "明远区"},
	{"519802", "四川省", "云麓市", "凤鸣县"},
	{"519803", "四川省", "云麓市", "索朗彝族自治县"},
	{"119801", "北京市", "市辖区", "明德区"},
	{"129801", "天津市", "市辖区", "海晏区"},
	{"159801", "内蒙古自治区", "青原市", "牧歌旗"},
	{"219801", "辽宁省", "望涛市", "松风区"},
	{"229801", "吉林省", "长岭泉市", "延河朝鲜族自治县"},
	{"239801", "黑龙江省", "雪原市", "白桦区"},
	{"319801", "上海市", "市辖区", "云帆区"},
	{"329801", "江苏省", "莲泾市", "枫桥里区"},
	{"339801", "浙江省", "越溪市", "听潮区"},
	{"359801", "福建省", "榕海市", "畲山县"},
	{"379801", "山东省", "岱望市", "稷门区"},
	{"429801", "湖北省", "楚泽市", "晴川里区"},
	{"449801", "广东省", "南屿市", "骑楼区"},
	{"459801", "广西壮族自治区", "漓歌市", "铜鼓区"},
	{"509801", "重庆市", "市辖区", "两江里区"},
	{"529801", "贵州省", "苗岭市", "芦笙县"},
	{"539801", "云南省", "彩云市", "月亮湾傣族自治县"},
	{"549801", "西藏自治区", "雪莲市", "圣湖县"},
	{"619801", "陕西省", "渭曲市", "雁鸣区"},
	{"639801", "青海省", "碧海市", "河源里县"},
	{"649801", "宁夏回族自治区", "塞湖市", "沙泉区"},
	{"659801", "新疆维吾尔自治区", "天池市", "绿洲区"},
}

var streets = []string{
	"和平路", "文昌街", "学府路", "滨江大道", "建设南路", "人民东路", "桂花巷", "槐荫胡同", "银杏大街", "望月里", "丰收村",
	"石板街", "梧桐路", "南门外大街", "幸福新村", "青石弄", "团结大道", "书院街", "茶马古道", "向阳屯",
}

// areaOf finds an area by its code; the tables of this program name only codes that are there.
func areaOf(code string) area {
	for _, a := range areas {
		if a.code == code {
			return a
		}
	}
	panic("no area " + code)
}
