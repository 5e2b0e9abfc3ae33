package main

// scan is a page as a scanner with too low a threshold would see it: two colours, crooked by a few pixels, with dust.
func scan(c citizen) picture {
	const width, height = 832, 1176
	black := make([]bool, width*height)
	r := &random{state: 300}
	for range 900 {
		black[r.below(width*height)] = true
	}
	lines := []string{
		"居住证明", "", "姓名：" + c.Name, "性别：" + sexWord(c), "出生日期：" + wide(dateWords(c.BirthDate)),
		"住址：" + c.Address.City + c.Address.District, "　　" + "经核实，情况属实，特此证明。", "", policeBureau, wide(dateWords("2026-03-01")),
	}
	for row, line := range lines {
		left := 96
		if row == 0 || row > 7 {
			left = 330
		}
		for column, character := range []rune(line) {
			for i := range glyphSide * glyphSide {
				x, y := left+column*(glyphSide+2)+i%glyphSide, 120+row*84+i/glyphSide
				y += x / 160
				if glyphInk(character, i%glyphSide, i/glyphSide) && x < width {
					black[y*width+x] = true
				}
			}
		}
	}
	return picture{width, height, func(x, y int) colour {
		if black[y*width+x] {
			return ink
		}
		return white
	}}
}

// wide writes the digits of a text full-width, for which there are glyphs.
func wide(text string) string {
	var out []rune
	for _, r := range text {
		if r >= '0' && r <= '9' {
			r += '０' - '0'
		}
		out = append(out, r)
	}
	return string(out)
}
