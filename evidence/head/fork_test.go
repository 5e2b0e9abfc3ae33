package head_test

import (
	"testing"

	"github.com/imi-ledger/imi/evidence/head"
	"github.com/imi-ledger/imi/ledger"
)

func openTrusted(note string) (head.Signed, error) { return head.Open(note, trust()) }

func TestForkIsProved(t *testing.T) {
	forged := sample
	forged.StateRoot[0] ^= 1
	later, elsewhere := forged, forged
	later.Block++
	elsewhere.Channel = "other"
	ours, theirs := signed(t, sample, "ServiceMSP", 0, start), signed(t, forged, "PoliceMSP", 1, start)
	good := head.Fork{Block: 42, Other: "PoliceMSP", Ours: ours, Theirs: theirs}
	a, b, err := good.Open(openTrusted)
	if err != nil || a.Head != sample || b.Head != forged || a.Times["ServiceMSP"] != start || b.Times["PoliceMSP"] != start {
		t.Fatalf("%+v, %+v, %v", a, b, err)
	}
	for name, change := range map[string]func(*head.Fork){
		"equal heads":             func(f *head.Fork) { f.Theirs = signed(t, sample, "PoliceMSP", 1, start) },
		"another block":           func(f *head.Fork) { f.Theirs = signed(t, later, "PoliceMSP", 1, start) },
		"another channel":         func(f *head.Fork) { f.Theirs = signed(t, elsewhere, "PoliceMSP", 1, start) },
		"block not that of heads": func(f *head.Fork) { f.Block = 41 },
		"another blamed":          func(f *head.Fork) { f.Other = "ServiceMSP" },
		"somebody unknown":        func(f *head.Fork) { f.Theirs = signed(t, forged, "NotaryMSP", 2, start) },
		"no key of theirs":        func(f *head.Fork) { f.Theirs = signed(t, forged, "PoliceMSP", 5, start) },
		"nothing":                 func(f *head.Fork) { f.Ours = "" },
	} {
		f := good
		change(&f)
		if _, _, err := f.Open(openTrusted); ledger.CodeOf(err) == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestEveryChangedForkIsRefused changes every bit of both notes.
func TestEveryChangedForkIsRefused(t *testing.T) {
	forged := sample
	forged.BlockHash[0] ^= 1
	good := head.Fork{Block: 42, Other: "PoliceMSP", Ours: signed(t, sample, "ServiceMSP", 0, start), Theirs: signed(t, forged, "PoliceMSP", 1, start)}
	for _, note := range []func(*head.Fork) *string{func(f *head.Fork) *string { return &f.Ours }, func(f *head.Fork) *string { return &f.Theirs }} {
		for i := range 8 * len(*note(&good)) {
			f := good
			changed := []byte(*note(&f))
			changed[i/8] ^= 1 << (i % 8)
			*note(&f) = string(changed)
			if _, _, err := f.Open(openTrusted); err == nil {
				t.Fatalf("bit %d changed and accepted", i)
			}
		}
	}
}
