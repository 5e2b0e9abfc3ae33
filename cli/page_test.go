package cli

import (
	"bytes"
	"strings"
	"syscall"
	"testing"

	"github.com/imi-ledger/imi/cli/message"
)

func TestTable(t *testing.T) {
	var out bytes.Buffer
	p := &page{out: &out, language: message.Chinese, screen: screen{colour: true}}
	p.table([]message.Text{{En: "a", Zh: "机构"}, {En: "b", Zh: "名"}}, [][]string{{"x", "y"}, {p.paint(red, "政务服务"), "z"}})
	want := "  机构      名\n  x         y\n  \x1b[31m政务服务\x1b[0m  z\n"
	if out.String() != want {
		t.Errorf("got\n%s want\n%s", out.String(), want)
	}
}

func TestWrap(t *testing.T) {
	text := "signed by PoliceMSP with a key it had at 2026-11-23T22:24:58Z"
	if got := wrap(text, 31); len(got) != 2 || columns(got[0]) > 31 || strings.Join(got, " ") != text {
		t.Errorf("%q", got)
	}
	chinese := "该凭证有效，有效期自 2026-11-23T22:24:58Z 至 2027-11-23T22:24:58Z"
	if got := wrap(chinese, 30); len(got) != 3 || columns(got[0]) > 30 || strings.HasPrefix(got[1], "，") {
		t.Errorf("%q", got)
	}
	for _, width := range []int{0, -5, 10, 200} {
		if got := wrap(text, width); len(got) != 1 {
			t.Errorf("width %d: %q", width, got)
		}
	}
}

func TestColumns(t *testing.T) {
	for text, want := range map[string]int{"": 0, "abc": 3, "陈思远": 6, "𠮷": 2, "\x1b[32m✓\x1b[0m": 1, "ａ": 2} {
		if got := columns(text); got != want {
			t.Errorf("%q takes %d columns, want %d", text, got, want)
		}
	}
}

func TestFields(t *testing.T) {
	var out bytes.Buffer
	p := &page{out: &out, language: message.English}
	p.fields(row{message.Text{En: "long label", Zh: "长"}, "x"}, row{message.Text{En: "none", Zh: "无"}, ""}, row{message.Text{En: "n", Zh: "数"}, 3})
	if want := "  long label  x\n  n           3\n"; out.String() != want {
		t.Errorf("got\n%s want\n%s", out.String(), want)
	}
}

func TestCommandLine(t *testing.T) {
	got := commandLine("./imi", "enrol", "--citizen", "我的 文件.json#1", "it's", "")
	if want := `./imi enrol --citizen '我的 文件.json#1' 'it'\''s' ''`; got != want {
		t.Errorf("got %s", got)
	}
}

func TestMask(t *testing.T) {
	for text, want := range map[string]string{
		"number 519801199903076233 here": "number […] here",
		"51980119990307623x":             "[…]",
		"519801990307623":                "[…]",
		"78d0a57ddb4acdf992ceb8809bbd9bc907d6f6657e7f5cc3cb4f11637d08d227": "78d0a57ddb4acdf992ceb8809bbd9bc907d6f6657e7f5cc3cb4f11637d08d227",
	} {
		if got := mask(text); got != want {
			t.Errorf("%q becomes %q", text, got)
		}
	}
}

// full is a disk without room.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, syscall.ENOSPC }

// TestResultsThatCannotBeWritten: a result that gets lost is no success, in either form.
func TestResultsThatCannotBeWritten(t *testing.T) {
	b := founded(t)
	for _, form := range []string{outputText, outputJSON} {
		var said strings.Builder
		a := b.app(Streams{In: strings.NewReader(""), Out: full{}, Err: &said})
		if exit := a.run(t.Context(), []string{"--dir", b.dir, "-o", form, "org", "list"}); exit != exitFault || !strings.Contains(said.String(), "could not be written") {
			t.Errorf("%s: exit %d, %q", form, exit, said.String())
		}
	}
}
