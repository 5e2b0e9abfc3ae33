package main

// colour is red, green, blue.
type colour [3]uint8

var (
	white  = colour{255, 255, 255}
	ink    = colour{34, 34, 40}
	red    = colour{196, 30, 36}
	skyTop = colour{96, 150, 210}
	skyLow = colour{214, 232, 246}
)

// picture is a rectangle of pixels that a function paints. All drawing is in integers, so that it is the same on every
// machine.
type picture struct {
	width, height int
	at            func(x, y int) colour
}

// inEllipse says whether a point lies in the ellipse with the given centre and half axes.
func inEllipse(x, y, cx, cy, a, b int) bool {
	dx, dy := x-cx, y-cy
	return dx*dx*b*b+dy*dy*a*a <= a*a*b*b
}

// mix goes from one colour to another as step goes from 0 to steps.
func mix(from, to colour, step, steps int) colour {
	var mixed colour
	for i := range mixed {
		mixed[i] = uint8((int(from[i])*(steps-step) + int(to[i])*step) / steps)
	}
	return mixed
}

// portrait is a head and shoulders in the proportions of an ID photograph, in the colours given.
func portrait(width, height int, back, hair, coat colour) picture {
	skin := colour{236, 200, 172}
	return picture{width, height, func(px, py int) colour {
		x, y := px*300/width, py*400/height
		switch {
		case inEllipse(x, y, 122, 172, 7, 5), inEllipse(x, y, 178, 172, 7, 5):
			return ink
		case inEllipse(x, y, 150, 226, 18, 5):
			return colour{190, 90, 90}
		case inEllipse(x, y, 150, 185, 66, 82) && y > 130:
			return skin
		case inEllipse(x, y, 150, 165, 78, 92) && y < 205:
			return hair
		case x > 128 && x < 172 && y > 240 && y < 300:
			return mix(skin, ink, 1, 8)
		case inEllipse(x, y, 150, 410, 140, 125):
			return coat
		}
		return back
	}}
}

// landscape is a hall before hills, as a photograph of a place would be.
func landscape(width, height int) picture {
	return picture{width, height, func(px, py int) colour {
		x, y := px*800/width, py*500/height
		column := x > 270 && x < 540 && y > 330 && y < 430 && (x-270)%45 < 14
		switch {
		case column:
			return red
		case x > 260 && x < 550 && y > 300 && y <= 330:
			return colour{90, 70, 60}
		case x > 250 && x < 560 && y >= 330 && y < 440:
			return colour{226, 214, 190}
		case y > 420:
			return mix(colour{120, 160, 90}, colour{70, 110, 60}, y-420, 80)
		case inEllipse(x, y, 200, 480, 330, 190), inEllipse(x, y, 640, 500, 300, 240):
			return mix(colour{80, 120, 110}, colour{140, 170, 150}, y/5, 100)
		case inEllipse(x, y, 650, 90, 42, 42):
			return colour{250, 226, 150}
		}
		return mix(skyTop, skyLow, min(y, 420), 420)
	}}
}

// code is a square pattern of modules like a two-dimensional bar code; it encodes nothing.
func code(modules, scale int) picture {
	r := &random{state: 18004}
	dark := make([]bool, modules*modules)
	for i := range dark {
		dark[i] = r.below(2) == 0
	}
	finder := func(x, y int) (bool, bool) {
		for _, corner := range [3][2]int{{0, 0}, {modules - 7, 0}, {0, modules - 7}} {
			dx, dy := x-corner[0], y-corner[1]
			if dx >= -1 && dx <= 7 && dy >= -1 && dy <= 7 {
				ring := max(max(dx, 6-dx), max(dy, 6-dy))
				return true, ring == 6 || ring <= 4
			}
		}
		return false, false
	}
	side := (modules + 8) * scale
	return picture{side, side, func(px, py int) colour {
		x, y := px/scale-4, py/scale-4
		if x < 0 || y < 0 || x >= modules || y >= modules {
			return white
		}
		corner, isDark := finder(x, y)
		if isDark || !corner && dark[y*modules+x] {
			return ink
		}
		return white
	}}
}

// noise is a picture that no compressor makes small.
func noise(width, height int) picture {
	r := &random{state: 8 << 20}
	pixels := make([]colour, width*height)
	for i := range pixels {
		n := r.next()
		pixels[i] = colour{uint8(n), uint8(n >> 8), uint8(n >> 16)}
	}
	return picture{width, height, func(x, y int) colour { return pixels[y*width+x] }}
}
