package network

import (
	"bufio"
	"io"
	"os"
	"strings"
)

// tail returns the last lines of a file, which it reads from the end.
func tail(path string, count int) []string {
	f, err := os.Open(path)
	if err != nil {
		return nil
	}
	defer f.Close()
	size, err := f.Seek(0, io.SeekEnd)
	for window := int64(64 << 10); err == nil; window *= 4 {
		from := max(0, size-window)
		lines := lastLines(io.NewSectionReader(f, from, size-from), count+1)
		if from == 0 || len(lines) > count { // one more, for the first may be cut off
			return lines[max(0, len(lines)-count):]
		}
	}
	return nil
}

// tellingLines picks what to show of the end of a log. A program that panicked says why first, and then where for
// longer than is of use.
func tellingLines(lines []string) []string {
	for i := len(lines) - 1; i >= 0; i-- {
		if strings.HasPrefix(lines[i], "panic: ") || strings.HasPrefix(lines[i], "fatal error: ") {
			lines = lines[:i+1]
			break
		}
	}
	var out []string
	for _, line := range lines[max(0, len(lines)-failureLines):] {
		out = append(out, shorten(line))
	}
	return out
}

// lineLength is where lines of a log are cut: Fabric prints whole certificates.
const lineLength = 400

func shorten(line string) string {
	if len(line) <= lineLength {
		return line
	}
	return strings.ToValidUTF8(line[:lineLength], "") + " …"
}

// lastLines returns the last lines that are not empty.
func lastLines(r io.Reader, count int) []string {
	var lines []string
	scanner := bufio.NewScanner(r)
	scanner.Buffer(nil, 1<<20)
	for scanner.Scan() {
		if text := strings.TrimSpace(scanner.Text()); text != "" {
			lines = append(lines, text)
		}
		if len(lines) > count {
			lines = lines[1:]
		}
	}
	return lines
}
