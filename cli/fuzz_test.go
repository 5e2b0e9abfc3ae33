package cli

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/imi-ledger/imi/evidence/audit"
	"github.com/imi-ledger/imi/ledger"
)

// FuzzParseCitizens: whatever the file holds, it is refused with a code or read, and no message repeats a number in it.
func FuzzParseCitizens(f *testing.F) {
	f.Add([]byte(`{"number":"519801199903076233","name":"n","sex":"male","nation":"x","birthDate":"1999-03-07","address":{"province":"a","city":"b","district":"c","street":"d"}}`))
	f.Add([]byte(`[{"number":"51980119990307623X","traits":["minor"]},{}]`))
	f.Add([]byte("\ufeff[]"))
	f.Fuzz(func(t *testing.T, data []byte) {
		all, err := parseCitizens(data)
		if err != nil {
			if ledger.CodeOf(err) != ledger.Malformed {
				t.Errorf("refused without its code: %v", err)
			}
			return
		}
		for _, c := range all {
			err := c.check(time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC))
			if err != nil && len(c.Number) > 8 && strings.Contains(err.Error(), c.Number) {
				t.Errorf("the message repeats the number: %v", err)
			}
			if err == nil {
				c.claims(time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC))
			}
		}
	})
}

// FuzzParseList: a list is refused with a code, or every row names a file.
func FuzzParseList(f *testing.F) {
	f.Add([]byte("file,kind\na.pdf,licence\n"))
	f.Add([]byte("\ufefffile,kind\r\n\"a, b.pdf\",licence\r\n"))
	f.Add([]byte("file,kind\n\"a"))
	f.Fuzz(func(t *testing.T, data []byte) {
		rows, err := parseList(data, "folder")
		if err != nil && ledger.CodeOf(err) != ledger.Malformed {
			t.Errorf("refused without its code: %v", err)
		}
		for _, row := range rows {
			if row.file == "" {
				t.Error("a row without a file")
			}
		}
	})
}

// FuzzNonceIn: what is no presentation has no nonce; nothing panics.
func FuzzNonceIn(f *testing.F) {
	f.Add("a~b~e30.eyJub25jZSI6IngifQ.c")
	f.Add("~..")
	f.Fuzz(func(t *testing.T, text string) {
		if nonce := nonceIn(text); nonce != "" && !strings.Contains(text, ".") {
			t.Errorf("a nonce out of nothing: %q", nonce)
		}
	})
}

// FuzzDecodeStrictly: a receipt is read whole or refused with a code.
func FuzzDecodeStrictly(f *testing.F) {
	f.Add([]byte(`{"commitment":"","version":1}`))
	f.Add([]byte(`{"version":1} {}`))
	f.Add([]byte(`{"version":1}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var r receipt
		err := decodeStrictly(data, &r)
		if err != nil && ledger.CodeOf(err) != ledger.Malformed {
			t.Errorf("refused without its code: %v", err)
		}
		if err == nil && !json.Valid(data) {
			t.Error("accepted what is not JSON")
		}
	})
}

// FuzzHeads: a file of heads is refused with a code, or holds heads that are opened or passed over with a reason.
func FuzzHeads(f *testing.F) {
	f.Add("imi/imi\n7\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\nblock " + strings.Repeat("00", 32) + "\n\n— AuditMSP AAAA\n")
	f.Add("\n\nimi/")
	f.Fuzz(func(t *testing.T, text string) {
		h := &headCheck{required: true}
		for _, note := range splitNotes(text) {
			if err := h.add(signedNote{from: "a file", text: note, given: true}); err != nil && ledger.CodeOf(err) == "" {
				t.Errorf("refused without a code: %v", err)
			}
		}
		if found := h.compare(oneBlock{block: audit.Block{Number: 7}}, "imi"); len(found) > 0 || len(h.Compared) > 0 {
			t.Errorf("nobody signed it: %v", found)
		}
	})
}
