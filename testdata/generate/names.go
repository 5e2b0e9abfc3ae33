package main

import "strings"

// part is a family name or one character of a given name, with its pinyin.
type part struct{ text, pinyin string }

// The pinyin of 吕 is written Lyu, as passports do, since ü is not on every keyboard. Several of the family names are
// read otherwise than the character usually is: 单 Shan, 仇 Qiu, 查 Zha, 区 Ou, 解 Xie.
var familyNames = parts(`王 Wang 李 Li 张 Zhang 刘 Liu 陈 Chen 杨 Yang 黄 Huang 赵 Zhao 吴 Wu 周 Zhou 徐 Xu 孙 Sun 马 Ma
朱 Zhu 胡 Hu 郭 Guo 何 He 林 Lin 高 Gao 罗 Luo 郑 Zheng 梁 Liang 谢 Xie 宋 Song 唐 Tang 许 Xu 韩 Han 邓 Deng 冯 Feng
曹 Cao 彭 Peng 曾 Zeng 肖 Xiao 田 Tian 董 Dong 潘 Pan 袁 Yuan 蔡 Cai 蒋 Jiang 余 Yu 于 Yu 杜 Du 叶 Ye 程 Cheng 魏 Wei
苏 Su 吕 Lyu 丁 Ding 任 Ren 卢 Lu 姚 Yao 沈 Shen 钟 Zhong 单 Shan 仇 Qiu 查 Zha 区 Ou 解 Xie 欧阳 Ouyang 司徒 Situ`)

var maleNames = parts(`伟 wei 强 qiang 磊 lei 军 jun 勇 yong 杰 jie 涛 tao 明 ming 超 chao 刚 gang 平 ping 辉 hui 鹏 peng
浩 hao 宇 yu 博 bo 文 wen 俊 jun 志 zhi 建 jian 国 guo 华 hua 思 si 远 yuan 子 zi 轩 xuan 晨 chen 峰 feng 龙 long 斌 bin`)

var femaleNames = parts(`芳 fang 娜 na 秀 xiu 英 ying 敏 min 静 jing 丽 li 艳 yan 霞 xia 玲 ling 燕 yan 雪 xue 梅 mei 兰 lan
慧 hui 婷 ting 欣 xin 怡 yi 雨 yu 涵 han 梦 meng 琪 qi 佳 jia 颖 ying 洁 jie 萍 ping 红 hong 月 yue 晓 xiao 诗 shi`)

func parts(table string) []part {
	var all []part
	words := strings.Fields(table)
	for i := 0; i+1 < len(words); i += 2 {
		all = append(all, part{words[i], words[i+1]})
	}
	return all
}
