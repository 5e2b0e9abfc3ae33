package answer

import (
	"context"
	"errors"
	"testing"

	"github.com/imi-ledger/imi/evidence"
	"github.com/imi-ledger/imi/evidence/head"
	"github.com/imi-ledger/imi/evidence/statetree"
	"github.com/imi-ledger/imi/ledger"
)

func stateOf(records map[ledger.Key][]byte) statetree.Tree {
	var leaves []statetree.Leaf
	for key, record := range records {
		leaves = append(leaves, statetree.NewLeaf(key, record))
	}
	return statetree.Tree{}.Update(leaves)
}

// store is a source that can be changed behind the ledger's back.
type store map[ledger.Key][]byte

func (s store) Record(_ context.Context, key ledger.Key, _ uint64) (evidence.Entry, error) {
	return evidence.Entry{Key: key, Record: s[key]}, nil
}

func (store) Resolve(context.Context, evidence.AsOf) (evidence.Position, error) {
	return evidence.Position{}, nil
}

func (store) Notarisations(context.Context, ledger.Digest, uint64, int) ([]ledger.Key, error) {
	return nil, nil
}

func (store) BatchPath(context.Context, ledger.Digest, int) ([]ledger.Digest, error) { return nil, nil }

// TestShelfShowsTheSame reads records twice: what is ready is what would be made anew, and a record changed meanwhile is
// still named.
func TestShelfShowsTheSame(t *testing.T) {
	s := store{"organisation/A": []byte(`{"a":"1"}`), "type/a/1": []byte(`{}`), "batch/1": []byte(`{"b":2}`), "document/1": []byte(`{"d":"\""}`), "organisation/B": nil}
	state := stateOf(map[ledger.Key][]byte{"organisation/A": s["organisation/A"], "type/a/1": s["type/a/1"], "batch/1": s["batch/1"], "document/1": s["document/1"]})
	h := head.Head{Channel: "imi", Block: 5, StateRoot: state.Root()}
	shelf := NewShelf(h, state)
	want := ""
	for round := range 3 {
		r := NewRecorder(s, h, state)
		if round > 0 {
			r = shelf.Recorder(s)
		}
		for _, key := range []ledger.Key{"organisation/A", "document/1", "type/a/1", "batch/1", "organisation/B", "organisation/A"} {
			if _, err := r.Record(t.Context(), key, 5); err != nil {
				t.Fatal(key, err)
			}
		}
		v := Verification{Evidence: r.Evidence("note", 3, 30)}
		text, err := v.Append(nil)
		if err != nil {
			t.Fatal(err)
		}
		if want == "" {
			want = string(text)
		}
		if encoded, err := Encode(v); err != nil || string(encoded) != want || string(text) != want {
			t.Errorf("round %d:\n%s\n%s\nwant %s, %v", round, text, encoded, want, err)
		}
	}
	for key := range s {
		changed := store{key: []byte(`{"changed":1}`)}
		var disagreement *evidence.DisagreementError
		if _, err := shelf.Recorder(changed).Record(t.Context(), key, 5); !errors.As(err, &disagreement) || disagreement.Key != key {
			t.Errorf("%s was changed: %v", key, err)
		}
		if s[key] == nil {
			continue
		}
		if _, err := shelf.Recorder(store{}).Record(t.Context(), key, 5); !errors.As(err, &disagreement) {
			t.Errorf("%s was taken away: %v", key, err)
		}
	}
}
