package cli

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"golang.org/x/term"

	"github.com/imi-ledger/imi/cli/message"
)

// Streams are where a command reads and writes.
type Streams struct {
	In  io.Reader
	Out io.Writer
	Err io.Writer
}

// options are the flags every command has.
type options struct {
	dir          string
	organisation string
	gateway      string
	output       string
	timeout      time.Duration
}

// Values of --output.
const (
	outputText = "text"
	outputJSON = "json"
)

// app is one run of the program.
type app struct {
	Streams
	program     string // as it was called, for commands that are printed to be copied
	language    message.Language
	options     options
	getenv      func(string) string
	now         func() time.Time
	random      io.Reader
	connect     connector
	connections map[string]connection
	cancel      context.CancelFunc
	screen      screen
	interactive bool   // somebody types standard input
	dirGiven    bool   // --dir stood on the command line
	printed     result // the last one
}

func newApp(program string, s Streams) *app {
	return &app{Streams: s, program: program, getenv: os.Getenv, now: time.Now, random: rand.Reader,
		language: message.English, connect: connectFabric, connections: map[string]connection{}, screen: screenOf(s.Out, os.Getenv), interactive: isTerminal(s.In)}
}

// result is what a command has to tell: it is printed as JSON as it stands, or rendered for people.
type result interface{ render(p *page) }

// say returns a message in the language of this run.
func (a *app) say(t message.Text, args ...any) string { return t.In(a.language, args...) }

// print writes a result in the form the user asked for.
func (a *app) print(r result) error {
	a.printed = r
	if a.options.output == outputJSON {
		return a.printJSON(r)
	}
	out := &keptError{to: a.Out}
	r.render(&page{out: out, language: a.language, screen: a.screen})
	return unprinted(out.err)
}

// keptError is a writer that keeps its first error, so that those who write line by line need not look.
type keptError struct {
	to  io.Writer
	err error
}

// Write implements io.Writer.
func (w *keptError) Write(text []byte) (int, error) {
	if w.err != nil {
		return 0, w.err
	}
	n, err := w.to.Write(text)
	w.err = err
	return n, err
}

// unprinted tells that a result could not be written: what was asked was done all the same.
func unprinted(err error) error {
	if err == nil {
		return nil
	}
	return &trouble{what: message.Text{En: "the result could not be written out: %v", Zh: "结果无法输出：%v"}, args: []any{err}, cause: err,
		next: message.Text{En: "the command itself was carried out; see that there is room where its output goes", Zh: "命令本身已执行；请确认输出位置有可用空间"}}
}

func (a *app) printJSON(value any) error {
	encoder := json.NewEncoder(a.Out)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	return unprinted(encoder.Encode(value))
}

func (a *app) page() *page {
	return &page{out: a.Out, language: a.language, screen: a.screen}
}

// screen is what results are shown on. The zero value is a file or a pipe: no colours, lines of any length.
type screen struct {
	colour bool
	width  int // columns; 0: no limit
}

func screenOf(w io.Writer, getenv func(string) string) screen {
	if !isTerminal(w) {
		return screen{}
	}
	width, _, err := term.GetSize(int(w.(*os.File).Fd()))
	if err != nil {
		width = 0
	}
	return screen{colour: getenv("NO_COLOR") == "", width: width}
}

func isTerminal(stream any) bool {
	file, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(file.Fd()))
}

// patience is how long a command may work without a word.
const patience = time.Second

// waiting tells on standard error what is going on, when it takes longer than a second. The caller calls done.
func (a *app) waiting(what message.Text, args ...any) (done func()) {
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		timer := time.NewTimer(patience)
		defer timer.Stop()
		select {
		case <-timer.C:
			fmt.Fprintln(a.Err, a.say(what, args...)+" …")
		case <-stop:
		}
	}()
	return func() { close(stop); <-stopped }
}

// close ends what the run opened.
func (a *app) close() error {
	var problems []error
	for _, c := range a.connections {
		problems = append(problems, c.Close())
	}
	a.cancel()
	return errors.Join(problems...)
}
