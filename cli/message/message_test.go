package message_test

import (
	"testing"

	"github.com/imi-ledger/imi/cli/message"
)

func TestFromEnvironment(t *testing.T) {
	for _, c := range []struct {
		env  map[string]string
		want message.Language
	}{
		{nil, message.English},
		{map[string]string{"LANG": "zh_CN.UTF-8"}, message.Chinese},
		{map[string]string{"LANG": "zh"}, message.Chinese},
		{map[string]string{"LANG": "zha_CN"}, message.English},
		{map[string]string{"LANG": "zh_CN.UTF-8", "LC_ALL": "C"}, message.English},
		{map[string]string{"LANG": "en_GB.UTF-8", "LC_MESSAGES": "zh_TW.UTF-8"}, message.Chinese},
	} {
		if got := message.FromEnvironment(func(name string) string { return c.env[name] }); got != c.want {
			t.Errorf("%v: got %s, want %s", c.env, got, c.want)
		}
	}
}

func TestIn(t *testing.T) {
	text := message.Text{En: "%d of %s", Zh: "%[2]s 的 %[1]d"}
	if got := text.In(message.English, 2, "x"); got != "2 of x" {
		t.Errorf("got %q", got)
	}
	if got := text.In(message.Chinese, 2, "x"); got != "x 的 2" {
		t.Errorf("got %q", got)
	}
	if got := (message.Text{En: "100%", Zh: "100%"}).In(message.English); got != "100%" {
		t.Errorf("without values nothing is formatted: got %q", got)
	}
}
