package main

// special are the citizens that other tests and the documents name, and those whose names, dates or numbers break
// programs. Citizens 1 to 6 are the people of the documents.
var special = []person{
	{"陈思远", "Chen Siyuan", "male", "汉族", "1999-03-07", "519801", ""},
	{"林晓雨", "Lin Xiaoyu", "female", "汉族", "2000-02-29", "519801", ""},
	{"王建国", "Wang Jianguo", "male", "汉族", "1958-10-01", "519801", ""},
	{"古丽娜尔·艾合买提", "Gulinaer Aihemaiti", "female", "维吾尔族", "1996-08-15", "659801", ""},
	{"欧阳若曦", "Ouyang Ruoxi", "female", "汉族", "2012-05-20", "519802", "compound-surname"},
	{"𠮷田喆", "Jitian Zhe", "male", "汉族", "1987-11-30", "319801", "rare-character"},

	// Rare characters: Extension A, B, C, E and G, and characters doubled or tripled from one.
	{"张𠮷", "Zhang Ji", "male", "汉族", "1975-01-09", "119801", "rare-character"},
	{"李㛃", "Li Jie", "female", "汉族", "1994-06-18", "129801", "rare-character"},
	{"王䶮", "Wang Yan", "male", "汉族", "1983-09-02", "219801", "rare-character"},
	{"刘喆", "Liu Zhe", "male", "汉族", "1991-12-25", "379801", "rare-character"},
	{"周犇", "Zhou Ben", "male", "汉族", "1985-02-03", "429801", "rare-character"},
	{"赵𤋮", "Zhao Xi", "male", "汉族", "1979-04-14", "329801", "rare-character"},
	{"孙𬱖", "Sun Wei", "female", "汉族", "1998-07-21", "339801", "rare-character"},
	{"郑𫖮", "Zheng Yi", "male", "汉族", "1969-05-05", "359801", "rare-character"},
	{"吴㼆", "Wu Meng", "female", "汉族", "2001-10-10", "449801", "rare-character"},
	{"冯骉", "Feng Biao", "male", "汉族", "1990-03-30", "619801", "rare-character"},
	{"朱燚", "Zhu Yi", "female", "汉族", "1993-08-08", "509801", "rare-character"},
	{"胡淼鑫", "Hu Miaoxin", "female", "汉族", "2003-01-17", "459801", "rare-character"},
	{"高𰻝", "Gao Biang", "male", "汉族", "1988-08-18", "619801", "rare-character"},
	{"何𪟝", "He Ji", "male", "汉族", "1964-11-11", "239801", "rare-character"},
	{"㐂寿山", "Xi Shoushan", "male", "汉族", "1951-06-06", "319801", "rare-character"},
	{"仝𦈡", "Tong Xu", "female", "汉族", "1972-12-12", "379801", "rare-character"},

	// Names of other nations, with the middle dot U+00B7 and without.
	{"阿卜杜热合曼·买买提", "Abudureheman Maimaiti", "male", "维吾尔族", "1968-07-07", "659801", ""},
	{"买买提明·吐尔逊", "Maimaitiming Tuerxun", "male", "维吾尔族", "1981-09-19", "659801", ""},
	{"帕提古丽·热合曼", "Patiguli Reheman", "female", "维吾尔族", "1990-04-04", "659801", ""},
	{"叶尔兰·波拉提", "Yeerlan Bolati", "male", "哈萨克族", "1986-10-28", "659801", ""},
	{"阿依努尔·托合塔尔别克", "Ayinuer Tuohetaerbieke", "female", "哈萨克族", "1997-03-21", "659801", ""},
	{"吉克·阿依木", "Jike Ayimu", "female", "彝族", "2002-07-24", "519803", ""},
	{"曲木·拉铁", "Qumu Latie", "male", "彝族", "1977-08-01", "519803", ""},
	{"阿侯·日哈莫", "Ahou Rihamo", "female", "彝族", "2014-11-16", "519803", ""},
	{"洛桑·旦增", "Luosang Danzeng", "male", "藏族", "1992-02-29", "549801", ""},
	{"扎西卓玛", "Zhaxi Zhuoma", "female", "藏族", "1995-05-15", "549801", ""},
	{"次仁央金", "Ciren Yangjin", "female", "藏族", "1948-02-29", "639801", ""},
	{"乌兰图雅", "Wulantuya", "female", "蒙古族", "1984-06-30", "159801", ""},
	{"孛儿只斤·巴特尔", "Boerzhijin Bateer", "male", "蒙古族", "1973-03-03", "159801", "four-character-surname"},
	{"岩温罕", "Ai Wenhan", "male", "傣族", "1989-04-13", "539801", ""},
	{"玉香叫", "Yu Xiangjiao", "female", "傣族", "2006-04-15", "539801", ""},
	{"韦达努", "Wei Danu", "male", "壮族", "1966-09-09", "459801", ""},
	{"金英爱", "Jin Yingai", "female", "朝鲜族", "1959-01-28", "229801", ""},
	{"马法图麦", "Ma Fatumai", "female", "回族", "2009-12-01", "649801", ""},
	{"雷兰花", "Lei Lanhua", "female", "畲族", "1955-03-12", "359801", ""},
	{"仰阿莎", "Yang Asha", "female", "苗族", "2007-12-31", "529801", ""},

	// Very long and very short names; the longest has 34 characters.
	{"阿卜杜热依木江·麦麦提吐尔逊·伊敏江·奥斯曼·赛买提·库尔班·尼亚孜", "Abudureyimujiang Maimaitituerxun Yiminjiang Aosiman Saimaiti Kuerban Niyazi",
		"male", "维吾尔族", "1978-05-25", "659801", ""},
	{"热合木吐拉·阿不力克木·阿卜杜外力·吾守尔", "Rehemutula Abulikemu Abuduwaili Wushouer", "male", "维吾尔族", "1949-10-01", "659801", ""},
	{"努尔比亚·阿卜杜克热木·亚森江", "Nuerbiya Abudukeremu Yasenjiang", "female", "维吾尔族", "2020-02-29", "659801", ""},
	{"成吉思汗图布敦道尔吉", "Chengjisihan Tubudundaoerji", "male", "蒙古族", "1944-08-20", "159801", ""},
	{"丁一", "Ding Yi", "male", "汉族", "1990-01-01", "379801", "short-name"},
	{"乙乙", "Yi Yi", "female", "汉族", "1990-01-01", "379801", "short-name"},

	// Family names of two and four characters.
	{"上官婉清", "Shangguan Wanqing", "female", "汉族", "1998-09-09", "619801", "compound-surname"},
	{"司马青云", "Sima Qingyun", "male", "汉族", "1963-04-01", "379801", "compound-surname"},
	{"诸葛明哲", "Zhuge Mingzhe", "male", "汉族", "1980-07-15", "379801", "compound-surname"},
	{"皇甫静", "Huangfu Jing", "female", "汉族", "1976-12-07", "619801", "compound-surname"},
	{"尉迟凯", "Yuchi Kai", "male", "汉族", "2004-02-29", "239801", "compound-surname"},
	{"夏侯渊博", "Xiahou Yuanbo", "male", "汉族", "1971-06-21", "429801", "compound-surname"},
	{"慕容雪", "Murong Xue", "female", "汉族", "2010-01-05", "219801", "compound-surname"},
	{"长孙无疾", "Zhangsun Wuji", "male", "汉族", "1938-09-23", "619801", "compound-surname"},
	{"令狐安", "Linghu An", "male", "汉族", "2005-05-05", "509801", "compound-surname"},
	{"爱新觉罗·恒毅", "Aixinjueluo Hengyi", "male", "满族", "1957-07-17", "219801", "four-character-surname"},
	{"叶赫那拉·静姝", "Yehenala Jingshu", "female", "满族", "1999-11-09", "229801", "four-character-surname"},

	// The same name several times, twice born on the same day.
	{"张伟", "Zhang Wei", "male", "汉族", "1985-05-12", "119801", "same-name"},
	{"张伟", "Zhang Wei", "male", "汉族", "1985-05-12", "519801", "same-name"},
	{"张伟", "Zhang Wei", "female", "汉族", "1992-10-03", "449801", "same-name"},
	{"张伟", "Zhang Wei", "male", "汉族", "2011-03-15", "339801", "same-name"},

	// Dates: leap days, centenarians, the last and first days of years, a few weeks old.
	{"赵长庚", "Zhao Changgeng", "male", "汉族", "1916-02-29", "219801", ""},
	{"钱桂珍", "Qian Guizhen", "female", "汉族", "1919-12-31", "319801", ""},
	{"孙守仁", "Sun Shouren", "male", "汉族", "1924-02-29", "379801", ""},
	{"李玉兰", "Li Yulan", "female", "汉族", "1936-02-29", "619801", ""},
	{"周兰英", "Zhou Lanying", "female", "汉族", "1900-01-01", "129801", ""},
	{"吴闰生", "Wu Runsheng", "male", "汉族", "1976-02-29", "329801", ""},
	{"郑小满", "Zheng Xiaoman", "female", "汉族", "2016-02-29", "519801", ""},
	{"王新元", "Wang Xinyuan", "male", "汉族", "2008-01-01", "519801", ""},
	{"冯岁末", "Feng Suimo", "female", "汉族", "1999-12-31", "519802", ""},
	{"陈初一", "Chen Chuyi", "male", "汉族", "2000-01-01", "519802", ""},
	{"褚安安", "Chu Anan", "female", "汉族", "2025-12-06", "519801", ""},
	{"卫天佑", "Wei Tianyou", "male", "汉族", "2024-02-29", "519801", ""},
}
