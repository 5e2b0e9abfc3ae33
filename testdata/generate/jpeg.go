package main

import (
	"bytes"
	"encoding/binary"
	"math/bits"
)

// encodeJPEG writes a picture as baseline JPEG, in colour (YCbCr, not subsampled) or grey. It keeps only the mean of
// each block of 8 × 8 pixels, which makes it small, a mosaic, and free of the rounding of a cosine transform:
// the files must be the same on every machine and with every Go release. Width and height are multiples of 8.
func encodeJPEG(p picture, inColour bool) []byte {
	components := 1
	if inColour {
		components = 3
	}
	var out bytes.Buffer
	out.WriteString("\xff\xd8")
	jpegSegment(&out, 0xe0, []byte("JFIF\x00\x01\x02\x01\x01\x2c\x01\x2c\x00\x00")) // 300 dots per inch
	jpegSegment(&out, 0xdb, append([]byte{0}, bytes.Repeat([]byte{8}, 64)...))      // every quantiser is 8

	frame := []byte{8, byte(p.height >> 8), byte(p.height), byte(p.width >> 8), byte(p.width), byte(components)}
	scan := []byte{byte(components)}
	for i := range components {
		frame = append(frame, byte(i+1), 0x11, 0)
		scan = append(scan, byte(i+1), 0)
	}
	jpegSegment(&out, 0xc0, frame)
	jpegSegment(&out, 0xc4, append([]byte{0x00}, append(dcCounts[:], 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11)...))
	// The AC table has one code, of one bit, for "end of block".
	jpegSegment(&out, 0xc4, append([]byte{0x10, 1}, make([]byte, 16)...))
	jpegSegment(&out, 0xda, append(scan, 0, 63, 0))
	out.Write(jpegScan(p, components))
	out.WriteString("\xff\xd9")
	return out.Bytes()
}

func jpegSegment(out *bytes.Buffer, marker byte, data []byte) {
	out.Write([]byte{0xff, marker})
	out.Write(binary.BigEndian.AppendUint16(nil, uint16(len(data)+2)))
	out.Write(data)
}

// dcCounts says how many DC codes there are of each length from 1 to 16 bits: the table for luminance of ITU-T T.81.
var dcCounts = [16]byte{0, 1, 5, 1, 1, 1, 1, 1, 1}

// dcCodes and dcLengths are the codes of the categories that dcCounts describes.
var (
	dcCodes   = [9]uint32{0b00, 0b010, 0b011, 0b100, 0b101, 0b110, 0b1110, 0b11110, 0b111110}
	dcLengths = [9]int{2, 3, 3, 3, 3, 3, 4, 5, 6}
)

func jpegScan(p picture, components int) []byte {
	var w bitWriter
	var last [3]int
	for y := 0; y < p.height; y += 8 {
		for x := 0; x < p.width; x += 8 {
			levels := toYCbCr(mean(p, x, y))
			for i := range components {
				// With a quantiser of 8 the DC coefficient is the mean of the block, less 128.
				w.dc(levels[i] - last[i])
				w.write(0, 1)
				last[i] = levels[i]
			}
		}
	}
	return w.finish()
}

func mean(p picture, x, y int) [3]int {
	var sum [3]int
	for i := range 64 {
		for j, value := range p.at(x+i%8, y+i/8) {
			sum[j] += int(value)
		}
	}
	return [3]int{sum[0] / 64, sum[1] / 64, sum[2] / 64}
}

// toYCbCr returns luminance and the two colour differences, all less 128.
func toYCbCr(c [3]int) [3]int {
	y := (299*c[0] + 587*c[1] + 114*c[2]) / 1000
	return [3]int{y - 128, max(-128, (c[2]-y)*1000/1772), min(127, (c[0]-y)*1000/1402)}
}

// bitWriter packs bits, the highest first, and puts a zero byte after each 0xff as JPEG demands.
type bitWriter struct {
	out  []byte
	acc  uint32
	held int
}

func (w *bitWriter) write(value uint32, length int) {
	for i := length - 1; i >= 0; i-- {
		w.acc = w.acc<<1 | value>>i&1
		if w.held++; w.held == 8 {
			w.out = append(w.out, byte(w.acc))
			if byte(w.acc) == 0xff {
				w.out = append(w.out, 0)
			}
			w.acc, w.held = 0, 0
		}
	}
}

// dc writes a difference as its category (its number of bits) and the bits; a negative one as its ones' complement.
func (w *bitWriter) dc(difference int) {
	size := bits.Len(uint(max(difference, -difference)))
	w.write(dcCodes[size], dcLengths[size])
	if difference < 0 {
		difference += 1<<size - 1
	}
	w.write(uint32(difference), size)
}

// finish fills the last byte with ones.
func (w *bitWriter) finish() []byte {
	for w.held != 0 {
		w.write(1, 1)
	}
	return w.out
}
