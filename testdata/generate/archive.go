package main

import (
	"archive/zip"
	"bytes"
	"hash/crc32"
	"time"
)

// member is one file of an archive.
type member struct {
	name    string
	content []byte
}

// zipArchive stores the members without compression: what a compressor writes differs from one Go release to the next.
// Names are UTF-8 and marked as such.
func zipArchive(members ...member) ([]byte, error) {
	var out bytes.Buffer
	archive := zip.NewWriter(&out)
	for _, m := range members {
		header := &zip.FileHeader{
			Name: m.name, Method: zip.Store, CRC32: crc32.ChecksumIEEE(m.content),
			CompressedSize64: uint64(len(m.content)), UncompressedSize64: uint64(len(m.content)),
			// Version 2.0 of the format, made on Unix: only then does every unzip program believe the mark of UTF-8.
			Flags: 0x800, CreatorVersion: 3<<8 | 20, ReaderVersion: 20, ExternalAttrs: 0o100644 << 16,
		}
		header.ModifiedDate, header.ModifiedTime = dosTime(time.Date(2026, 3, 2, 9, 30, 0, 0, time.UTC))
		w, err := archive.CreateRaw(header)
		if err != nil {
			return nil, err
		}
		if _, err := w.Write(m.content); err != nil {
			return nil, err
		}
	}
	if err := archive.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// dosTime is the date and time of a zip header, which has no time zone and steps of two seconds.
func dosTime(t time.Time) (date, clock uint16) {
	return uint16(t.Day() + int(t.Month())<<5 + (t.Year()-1980)<<9), uint16(t.Second()/2 + t.Minute()<<5 + t.Hour()<<11)
}
