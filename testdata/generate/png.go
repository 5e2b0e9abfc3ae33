package main

import (
	"bytes"
	"encoding/binary"
	"hash/adler32"
	"hash/crc32"
)

// PNG colour types.
const (
	grey  = 0
	rgb   = 2
	index = 3
)

// encodePNG writes a picture as PNG. The pixels are stored, not compressed: what compress/flate writes differs from one
// Go release to the next, and the files must not.
func encodePNG(p picture, colourType uint8) []byte {
	header := binary.BigEndian.AppendUint32(nil, uint32(p.width))
	header = binary.BigEndian.AppendUint32(header, uint32(p.height))
	depth := uint8(8)
	if colourType == index {
		depth = 1
	}
	header = append(header, depth, colourType, 0, 0, 0)

	var out bytes.Buffer
	out.WriteString("\x89PNG\r\n\x1a\n")
	pngChunk(&out, "IHDR", header)
	if colourType == index {
		pngChunk(&out, "PLTE", append(white[:], ink[:]...))
	}
	pngChunk(&out, "IDAT", zlibStored(pngRows(p, colourType)))
	pngChunk(&out, "IEND", nil)
	return out.Bytes()
}

// pngRows returns the scan lines, each after the filter byte 0 (none).
func pngRows(p picture, colourType uint8) []byte {
	var rows []byte
	for y := range p.height {
		rows = append(rows, 0)
		var bits uint8
		for x := range p.width {
			c := p.at(x, y)
			switch colourType {
			case rgb:
				rows = append(rows, c[:]...)
			case grey:
				rows = append(rows, luminance(c))
			case index:
				if luminance(c) < 128 {
					bits |= 0x80 >> (x % 8)
				}
				if x%8 == 7 || x == p.width-1 {
					rows = append(rows, bits)
					bits = 0
				}
			}
		}
	}
	return rows
}

func luminance(c colour) uint8 {
	return uint8((299*int(c[0]) + 587*int(c[1]) + 114*int(c[2])) / 1000)
}

func pngChunk(out *bytes.Buffer, kind string, data []byte) {
	body := append([]byte(kind), data...)
	out.Write(binary.BigEndian.AppendUint32(nil, uint32(len(data))))
	out.Write(body)
	out.Write(binary.BigEndian.AppendUint32(nil, crc32.ChecksumIEEE(body)))
}

// zlibStored wraps data in the zlib format with stored blocks of at most 65,535 bytes.
func zlibStored(data []byte) []byte {
	out := []byte{0x78, 0x01}
	for rest := data; ; {
		block := rest[:min(len(rest), 0xffff)]
		rest = rest[len(block):]
		var final byte
		if len(rest) == 0 {
			final = 1
		}
		out = append(out, final)
		out = binary.LittleEndian.AppendUint16(out, uint16(len(block)))
		out = binary.LittleEndian.AppendUint16(out, ^uint16(len(block)))
		out = append(out, block...)
		if final == 1 {
			return binary.BigEndian.AppendUint32(out, adler32.Checksum(data))
		}
	}
}
