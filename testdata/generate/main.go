// Command generate makes the sample people and files of testdata. It uses a fixed seed, no clock and no encoder whose
// output depends on the Go release, so that every run on every machine writes the same bytes.
//
//	go run ./testdata/generate               # rewrites testdata/citizens*.json and testdata/documents
//	go run ./testdata/generate -large DIR    # writes the 8 MiB document, which is not in the repository, to DIR
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
)

func main() {
	if err := run(os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}

// run writes what the arguments ask for and says what it wrote.
func run(args []string, stdout io.Writer) error {
	flags := flag.NewFlagSet("generate", flag.ContinueOnError)
	dir := flags.String("dir", "testdata", "folder to write citizens*.json and documents/ to")
	large := flags.String("large", "", "write only the large document, to this folder")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() != 0 {
		return fmt.Errorf("unexpected argument %q", flags.Arg(0))
	}
	if *large != "" {
		document := largeDocument()
		return write(*large, map[string][]byte{document.File: document.content}, stdout)
	}
	files, err := everything()
	if err != nil {
		return err
	}
	return write(*dir, files, stdout)
}

// everything returns the committed files by their slash-separated path below testdata.
func everything() (map[string][]byte, error) {
	citizens := makeCitizens()
	documents, err := makeDocuments(citizens)
	if err != nil {
		return nil, err
	}
	files := map[string][]byte{
		"citizens.json":           encodeJSON(citizens),
		"citizens_bad.json":       escapeNonASCII(encodeJSON(makeBadNumbers())),
		"documents/manifest.json": encodeJSON(makeManifest(documents)),
	}
	for _, document := range documents {
		if !document.Generated {
			files["documents/"+document.File] = document.content
		}
	}
	return files, nil
}

func write(dir string, files map[string][]byte, stdout io.Writer) error {
	var names []string
	total := 0
	for name := range files {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, files[name], 0o644); err != nil {
			return err
		}
		total += len(files[name])
	}
	_, err := fmt.Fprintf(stdout, "%d files, %d bytes in %s\n", len(files), total, dir)
	return err
}
