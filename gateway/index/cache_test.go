package index_test

import (
	"database/sql"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"github.com/imi-ledger/imi/evidence/evidencetest"
	"github.com/imi-ledger/imi/gateway/index"
	"github.com/imi-ledger/imi/ledger"
)

// TestRememberingChangesNoRead feeds indexes that remember nothing, little and much block by block, and reads everything as
// of the newest blocks from all.
func TestRememberingChangesNoRead(t *testing.T) {
	l := story(t)
	l.Pass(time.Minute)
	document := l.Digest()
	l.Register(document)
	l.Notarise(document)
	l.Notarise(document)
	l.Revoke(ledger.DocumentKey(document))
	plain, little, much := fresh(t), fresh(t), fresh(t)
	little.Remember(5)
	much.Remember(1000)
	for i, b := range l.Blocks {
		for _, x := range []*index.Index{plain, little, much} {
			apply(t, x, b)
		}
		for asked := max(0, i-2); asked <= i; asked++ {
			compareReads(t, l, plain, little, uint64(asked), document)
			compareReads(t, l, plain, much, uint64(asked), document)
		}
	}
}

func compareReads(t *testing.T, l *evidencetest.Ledger, plain, remembering *index.Index, block uint64, document ledger.Digest) {
	t.Helper()
	for _, key := range l.Keys() {
		want, err := plain.Record(t.Context(), key, block)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := remembering.Record(t.Context(), key, block); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s at block %d: %+v, %v, want %+v", key, block, got, err, want)
		}
		if key.Kind() != ledger.KindBatch {
			continue
		}
		root, err := ledger.ParseDigest(key.ID())
		if err != nil {
			t.Fatal(err)
		}
		for place := -1; place < 8; place++ {
			wanted, err1 := plain.BatchPath(t.Context(), root, place)
			got, err2 := remembering.BatchPath(t.Context(), root, place)
			if err1 != nil || err2 != nil || !reflect.DeepEqual(got, wanted) {
				t.Errorf("place %d: %v, %v, want %v, %v", place, got, err2, wanted, err1)
			}
		}
	}
	for _, limit := range []int{1, 2, 100} {
		want, err1 := plain.Notarisations(t.Context(), document, block, limit)
		got, err2 := remembering.Notarisations(t.Context(), document, block, limit)
		if err1 != nil || err2 != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("notarisations at block %d: %v, %v, want %v, %v", block, got, err2, want, err1)
		}
	}
}

// TestWhatIsRememberedWasRead edits the file: a record that was not read since its block shows the edit, one that was read
// is still what the blocks made of it, and forgotten when a block writes it anew.
func TestWhatIsRememberedWasRead(t *testing.T) {
	l, path := evidencetest.New(t), filepath.Join(t.TempDir(), "index.db")
	read, unread := l.Register(l.Digest()), l.Register(l.Digest())
	x := open(t, path)
	x.Remember(100)
	apply(t, x, l.Blocks...)
	last := uint64(len(l.Blocks)) - 1
	before, err := x.Record(t.Context(), read, last)
	if err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), "UPDATE versions SET content = CAST('{}' AS BLOB) WHERE event = 'document.registered'"); err != nil {
		t.Fatal(err)
	}
	if after, err := x.Record(t.Context(), read, last); err != nil || !reflect.DeepEqual(after, before) {
		t.Errorf("a record that was read became %+v, %v", after, err)
	}
	if e, err := x.Record(t.Context(), unread, last); err != nil || string(e.Record) != "{}" {
		t.Errorf("a record that was not read is %+v, %v", e, err)
	}
	l.Revoke(read)
	apply(t, x, l.Blocks[last+1:]...)
	if e, err := x.Record(t.Context(), read, last+1); err != nil || e.Block != last+1 {
		t.Errorf("a record written anew is %+v, %v", e, err)
	}
}

// TestBatchIsReadAhead asks about some statements of a batch until all its records are read, then edits the file: those of the
// batch are what they were, those of another one show the edit. What a block writes is read anew.
func TestBatchIsReadAhead(t *testing.T) {
	l, path := evidencetest.New(t), filepath.Join(t.TempDir(), "index.db")
	signed, statements := l.IssueMany(20)
	_, others := l.IssueMany(20)
	root := signed.Statement.Root
	x, plain := open(t, path), fresh(t)
	x.Remember(100)
	apply(t, x, l.Blocks...)
	apply(t, plain, l.Blocks...)
	last := uint64(len(l.Blocks)) - 1
	for asked := range index.ReadAheadAfter {
		if path, err := x.BatchPath(t.Context(), root, asked%20); err != nil || len(path) == 0 {
			t.Fatal(path, err)
		}
	}
	x.AwaitReadAhead()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), "UPDATE versions SET content = CAST('{}' AS BLOB)"); err != nil {
		t.Fatal(err)
	}
	for _, s := range statements {
		key := ledger.AttestationKey(s.Credential)
		want, err1 := plain.Record(t.Context(), key, last)
		got, err2 := x.Record(t.Context(), key, last)
		if err1 != nil || err2 != nil || !want.Found() || !reflect.DeepEqual(got, want) {
			t.Errorf("read ahead: %+v, %v, want %+v, %v", got, err2, want, err1)
		}
	}
	if e, err := x.Record(t.Context(), ledger.AttestationKey(others[3].Credential), last); err != nil || string(e.Record) != "{}" {
		t.Errorf("a record of another batch is %+v, %v", e, err)
	}
	key := ledger.AttestationKey(statements[3].Credential)
	if err := x.Close(); err != nil {
		t.Fatal(err)
	}
	x = fresh(t)
	x.Remember(100)
	apply(t, x, l.Blocks...)
	for range index.ReadAheadAfter {
		if _, err := x.BatchPath(t.Context(), root, 3); err != nil {
			t.Fatal(err)
		}
	}
	l.Revoke(key)
	apply(t, x, l.Blocks[last+1:]...) // perhaps while it reads ahead
	x.AwaitReadAhead()
	if e, err := x.Record(t.Context(), key, last+1); err != nil || e.Block != last+1 {
		t.Errorf("a record written anew is %+v, %v", e, err)
	}
}
