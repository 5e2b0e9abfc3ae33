package message_test

import (
	"testing"

	"github.com/imi-ledger/imi/cli/message"
)

func TestPlain(t *testing.T) {
	for text, want := range map[string]string{
		"revoked": "revoked", "婚姻登记 é ✓": "婚姻登记 é ✓", "": "",
		"a\x1b[2K\rVALID": "a\ufffd[2K\ufffdVALID", "a\n  VALID": "a\ufffd  VALID", "a\u009b2K\x7f": "a\ufffd2K\ufffd",
		"a\u202edilav\u2028b": "a\ufffddilav\ufffdb",
	} {
		if got := message.Plain(text); got != want {
			t.Errorf("%q becomes %q", text, got)
		}
	}
}
