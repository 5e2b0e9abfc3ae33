package answer

import (
	"strings"
	"testing"

	"github.com/imi-ledger/imi/evidence"
	"github.com/imi-ledger/imi/ledger"
)

// fields of every kind, with text that needs escaping.
func awkwardAnswer(text string) Verification {
	record := text
	now, err := ledger.ParseTime("2026-11-26T08:00:00Z")
	if err != nil {
		panic(err)
	}
	f := evidence.Finding{
		Verdict: evidence.Verdict(text), Reason: evidence.Reason(text), Key: text, Record: []byte(`{ "a" : [ 1 , "b c" ] }`), Subject: text,
		Checks: []evidence.Check{{}, {Name: evidence.CheckName(text), Result: evidence.Result(text), Detail: text, LookedAt: []evidence.Looked{{Key: text}, {Block: 7}}}},
		Status: &evidence.Standing{State: ledger.State(text), Reason: ledger.Reason(text), Since: now, Block: 8},
		Claims: map[string]any{"b": text, "a": []any{1, nil}}, Disclosed: []string{text, ""}, MoreNotarisations: true,
	}
	v := NewVerification(f, ledger.MSPID(text), text)
	other := f
	other.AsOf, other.Ledger = evidence.Moment{Block: 3, Time: now}, evidence.BlockName{Block: 4, Time: now}
	v.Notarisations = []evidence.Finding{{}, other}
	v.AsOf, v.Ledger = &other.AsOf, &Block{Block: 9, BlockHash: text, Time: now}
	_, _, proof := stateOf(map[ledger.Key][]byte{"a/1": []byte(text), "a/2": nil}).Show("a/1")
	v.Evidence = &Evidence{Head: text, Cosigners: 3, MaxAge: 30, Notarisations: []ledger.Key{ledger.Key(text)},
		Records: []Proven{{Key: ledger.Key(text), Record: &record, Proof: proof}, {Proof: proof}},
		Paths:   []Path{{}, {Index: 2, Path: []ledger.Digest{}}, {Root: ledger.DigestOf(nil), Path: []ledger.Digest{{1}, {2}}}}}
	return v
}

func TestAppendIsEncode(t *testing.T) {
	var all []byte
	for c := range 256 {
		all = append(all, byte(c))
	}
	for _, v := range []Verification{
		{}, {Evidence: &Evidence{}}, {Finding: evidence.Finding{Checks: []evidence.Check{}}}, awkwardAnswer(""), awkwardAnswer("plain"),
		awkwardAnswer(string(all)), awkwardAnswer("<&>\u2028\u2029\ufffd\u00e9中\U0001F600\xe2\x80"), awkwardAnswer(strings.Repeat("\"", 3)),
	} {
		want, err := Encode(v)
		if err != nil {
			t.Fatal(err)
		}
		got, err := v.Append([]byte("before"))
		if err != nil || string(got) != "before"+string(want) {
			t.Errorf("got  %s, %v\nwant %s", got, err, want)
		}
	}
	if _, err := (&Verification{Evidence: &Evidence{Records: []Proven{{}}}}).Append(nil); err == nil {
		t.Error("a proof that was never made is written")
	}
}

func FuzzAppend(f *testing.F) {
	f.Add("plain")
	f.Add("\"\\\x00\u2028\xff")
	f.Fuzz(func(t *testing.T, text string) {
		want, err := Encode(text)
		if err != nil {
			t.Fatal(err)
		}
		if got := appendString(nil, text); string(got)+"\n" != string(want) {
			t.Fatalf("got %s, want %s", got, want)
		}
	})
}
