package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/imi-ledger/imi/cli/message"
	"github.com/imi-ledger/imi/cli/office"
	"github.com/imi-ledger/imi/ledger"
	"github.com/imi-ledger/imi/testdata"
)

// demoFolder, in --dir, holds what the demo writes: the sample citizens, and a folder for each time it is told.
const demoFolder = "demo"

// story plays commands of this very program, in process, and shows them.
type story struct {
	app   *app
	began time.Time
	out   io.Writer // standard error, when the result is to be JSON
	told  told

	folder     string // of this telling
	citizens   string // file of the sample citizens
	citizen    string // the one this telling is about
	document   string
	altered    string
	credential ledger.Digest
}

func (a *app) newStory() *story {
	s := &story{app: a, began: a.now(), out: a.Out}
	if a.options.output == outputJSON {
		s.out = a.Err
	}
	return s
}

func (s *story) playAll(ctx context.Context, scenes ...scene) error {
	for _, one := range scenes {
		if err := s.play(ctx, one); err != nil {
			return err
		}
	}
	return nil
}

var (
	textScene   = message.Text{En: "step %d failed: %s", Zh: "第 %d 步失败：%s"}
	nextScene   = message.Text{En: "the command printed last says why; imi network doctor looks for the usual troubles", Zh: "最后一条命令的输出说明了原因；imi network doctor 可检查常见问题"}
	textAsMust  = message.Text{En: "(exit %d, as it must be)", Zh: "（退出码 %d，符合预期）"}
	textNotMust = message.Text{En: "(exit %d, where %d was expected)", Zh: "（退出码 %d，预期 %d）"}
	textTook    = message.Text{En: "%.2f s", Zh: "%.2f 秒"}
)

// play shows a scene's title, runs its commands and stops at the first that does not end as it must.
func (s *story) play(ctx context.Context, one scene) error {
	title, elapsed := s.app.say(one.title), s.clock()
	number := len(s.told.Steps) + 1
	p := s.app.page()
	fmt.Fprintf(s.out, "%s\n", p.paint("1", fmt.Sprintf("%d. %s", number, title)))
	shown := toldScene{Title: title}
	for _, part := range one.acts {
		done, err := s.perform(ctx, part)
		shown.Acts = append(shown.Acts, done)
		if err != nil {
			return err
		}
		if done.Exit != part.exit {
			fmt.Fprintln(s.out, "   "+s.app.say(textNotMust, done.Exit, part.exit))
			return &trouble{what: textScene, args: []any{number, title}, next: nextScene}
		}
		if done.Exit != exitDone {
			fmt.Fprintln(s.out, "   "+s.app.say(textAsMust, done.Exit))
		}
	}
	shown.Seconds = elapsed()
	s.told.Steps = append(s.told.Steps, shown)
	fmt.Fprintf(s.out, "   %s\n\n", p.paint(grey, "⏱ "+s.app.say(textTook, shown.Seconds)))
	return nil
}

// perform runs one command as a process of its own would, but in this one.
func (s *story) perform(ctx context.Context, part act) (toldAct, error) {
	line, elapsed := s.line(part.args), s.clock()
	fmt.Fprintln(s.out, "   $ "+line)
	var output bytes.Buffer
	shown := &shared{out: io.MultiWriter(&output, &indented{out: s.out})}
	child := *s.app
	child.Streams = Streams{In: s.app.In, Out: shown, Err: shown}
	child.connections, child.printed = map[string]connection{}, nil
	child.options, child.screen = options{}, s.app.screen
	child.screen.width -= indentation
	exit := child.run(ctx, append(s.flags(), append([]string{"--lang", string(s.app.language), "--output", outputText}, part.args...)...))
	if ctx.Err() != nil {
		return toldAct{}, ctx.Err()
	}
	if r, ok := child.printed.(*enrolled); ok && r.Credential != nil {
		s.credential = r.Credential.Credential
	}
	return toldAct{Command: line, Exit: exit, Seconds: elapsed(), Output: output.String()}, nil
}

// flags are the global flags that a command needs to do the same as this run.
func (s *story) flags() []string {
	var flags []string
	if s.app.dirGiven {
		flags = append(flags, "--dir", s.app.options.dir)
	}
	if s.app.options.gateway != "" {
		flags = append(flags, "--gateway", s.app.options.gateway)
	}
	return flags
}

// line is a command as it is printed to be copied.
func (s *story) line(args []string) string {
	return commandLine(append(append([]string{s.app.program}, args...), s.flags()...)...)
}

// shared lets two goroutines write, as two file descriptors of one terminal do.
type shared struct {
	mu  sync.Mutex
	out io.Writer
}

// Write implements io.Writer.
func (w *shared) Write(text []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.out.Write(text)
}

// indentation is how far to the right the output of a scene's commands stands.
const indentation = 5

// indented puts every line a little to the right.
type indented struct {
	out    io.Writer
	inside bool
}

// Write implements io.Writer.
func (w *indented) Write(text []byte) (int, error) {
	for _, line := range bytes.SplitAfter(text, []byte("\n")) {
		if len(line) == 0 {
			continue
		}
		if !w.inside {
			if _, err := io.WriteString(w.out, strings.Repeat(" ", indentation)); err != nil {
				return 0, err
			}
		}
		if _, err := w.out.Write(line); err != nil {
			return 0, err
		}
		w.inside = line[len(line)-1] != '\n'
	}
	return len(text), nil
}

var textAllUsed = message.Text{En: "every sample citizen is enrolled on this ledger", Zh: "样本公民均已在此账本登记"}
var nextReset = message.Text{En: "begin anew: imi network reset, then imi demo", Zh: "重新开始：imi network reset，然后 imi demo"}

// prepare writes the samples of this telling: a folder that is new, a citizen who is not enrolled, a certificate that is
// not registered.
func (s *story) prepare(ctx context.Context) error {
	base := filepath.Join(s.app.options.dir, demoFolder)
	s.citizens = filepath.Join(base, "citizens.json")
	text, err := testdata.Files.ReadFile("citizens.json")
	if err != nil {
		return err
	}
	if err := writeFile(s.citizens, text, 0o600); err != nil {
		return err
	}
	number, err := s.newFolder(base)
	if err != nil {
		return err
	}
	c, err := s.app.reader(ctx)
	if err != nil {
		return err
	}
	if err := s.chooseCitizen(ctx, c, text); err != nil {
		return err
	}
	return s.writeCertificate(ctx, c, number)
}

func (s *story) newFolder(base string) (int, error) {
	for number := 1; ; number++ {
		s.folder = filepath.Join(base, strconv.Itoa(number))
		err := os.Mkdir(s.folder, 0o700)
		if !errors.Is(err, fs.ErrExist) {
			return number, err
		}
	}
}

// chooseCitizen takes the first grown-up of the samples whom the ledger does not know yet.
func (s *story) chooseCitizen(ctx context.Context, c connection, text []byte) error {
	var all []citizen
	if err := json.Unmarshal(text, &all); err != nil {
		return err
	}
	d, err := s.app.actor(ctx, ledger.Enroller, "")
	if err != nil {
		return err
	}
	keys, now := make([]ledger.Key, len(all)), s.app.now()
	for i := range all {
		if err := all[i].check(now); err != nil {
			return err
		}
		tag, err := s.app.personTag(string(d.MSPID), all[i])
		if err != nil {
			return err
		}
		keys[i] = ledger.PersonKey(tag)
	}
	known, err := office.ReadMany[ledger.Person](ctx, c, keys)
	if err != nil {
		return err
	}
	for i := range all {
		if _, enrolled := known[keys[i]]; !enrolled && all[i].number.Age(now.In(district)) >= 18 {
			s.citizen = strconv.Itoa(i + 1)
			return nil
		}
	}
	return &trouble{code: ledger.Conflict, what: textAllUsed, next: nextReset}
}

// writeCertificate writes the sample certificate and a forgery of it. A certificate that is registered already gets a
// comment behind its end, which makes another file of it and is no part of what it shows.
func (s *story) writeCertificate(ctx context.Context, c connection, number int) error {
	text, err := testdata.Files.ReadFile("documents/degree-certificate.pdf")
	if err != nil {
		return err
	}
	key := ledger.DocumentKey(ledger.DigestOf(text))
	known, err := office.ReadMany[ledger.Document](ctx, c, []ledger.Key{key})
	if err != nil {
		return err
	}
	if _, registered := known[key]; registered {
		text = fmt.Appendf(text, "%% copy %d, %s\n", number, s.began.UTC().Format(time.RFC3339Nano))
	}
	forged := bytes.Clone(text)
	forged[len(forged)/2] ^= 1
	s.document, s.altered = s.file("degree-certificate.pdf"), s.file("degree-certificate-altered.pdf")
	return errors.Join(writeFile(s.document, text, 0o600), writeFile(s.altered, forged, 0o600))
}
