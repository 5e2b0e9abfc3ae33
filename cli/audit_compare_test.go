package cli

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/imi-ledger/imi/cli/message"
	"github.com/imi-ledger/imi/evidence/block"
	"github.com/imi-ledger/imi/gateway/cursor"
	"github.com/imi-ledger/imi/gateway/index"
	"github.com/imi-ledger/imi/ledger"
)

// indexGateway serves an index as a gateway does, as far as imi audit compare asks.
type indexGateway struct {
	t     *testing.T
	index *index.Index
	path  string
	cut   int // events after which a stream breaks; 0: none
}

// serveIndex makes an index of a captured ledger's blocks.
func serveIndex(t *testing.T, b *bench) *indexGateway {
	t.Helper()
	g := &indexGateway{t: t, path: filepath.Join(t.TempDir(), "index.db")}
	var err error
	if g.index, err = index.Open(t.Context(), g.path, "imi"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = g.index.Close() })
	for _, encoded := range b.channel.blocks {
		one, err := block.ParseBytes(encoded)
		if err == nil {
			_, err = g.index.Apply(t.Context(), one)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	server := httptest.NewServer(g)
	t.Cleanup(server.Close)
	b.gateway = server.URL
	return g
}

func (g *indexGateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var answer any
	var err error
	number, isBlock := strings.CutPrefix(r.URL.Path, "/v1/blocks/")
	switch {
	case isBlock:
		n, _ := strconv.ParseUint(number, 10, 63)
		answer, err = g.index.Block(r.Context(), n)
	case r.URL.Path == "/v1/records":
		answer, err = g.index.Search(r.Context(), index.Filter{After: r.URL.Query().Get("after"), Limit: 17})
	case r.URL.Path == "/v1/events":
		g.events(w, r)
		return
	default:
		w.WriteHeader(http.StatusNotFound)
		_, _ = w.Write([]byte(`{"code":"not_found","detail":"no such path"}`))
		return
	}
	if err != nil {
		w.WriteHeader(http.StatusNotFound)
		_, _ = fmt.Fprintf(w, `{"code":%q}`, ledger.CodeOf(err))
		return
	}
	if err := json.NewEncoder(w).Encode(answer); err != nil {
		g.t.Error(err)
	}
}

func (g *indexGateway) events(w http.ResponseWriter, r *http.Request) {
	after, err := cursor.Parse(r.Header.Get("Last-Event-ID"))
	if err != nil {
		g.t.Error(err)
	}
	limit := 1000
	if g.cut > 0 {
		limit = g.cut
	}
	changes, err := g.index.Changes(r.Context(), after, limit)
	if err != nil {
		g.t.Error(err)
	}
	_, _ = fmt.Fprint(w, "retry: 2000\n\nevent: ledger.forked\ndata: {\"block\":1}\n\n") // an alarm is no change of a record
	for _, c := range changes {
		data, err := json.Marshal(c.Version)
		if err != nil {
			g.t.Error(err)
		}
		_, _ = fmt.Fprintf(w, "id: %s\nevent: x\ndata: %s\n\n", c.Cursor, data)
	}
	if len(changes) < limit {
		_, _ = fmt.Fprint(w, ": \n\n")
	}
}

// change edits the index as an insider would.
func (g *indexGateway) change(statement string) {
	g.t.Helper()
	db, err := sql.Open("sqlite", "file:"+g.path)
	if err != nil {
		g.t.Fatal(err)
	}
	defer db.Close()
	result, err := db.ExecContext(g.t.Context(), statement)
	if err != nil {
		g.t.Fatalf("%s: %v", statement, err)
	}
	if n, err := result.RowsAffected(); err != nil || n == 0 {
		g.t.Fatalf("%s changes nothing (%v)", statement, err)
	}
}

func decodeComparison(t *testing.T, o outcome) (r struct {
	Equal       bool
	Index       struct{ Blocks, Transactions, Versions, Records uint64 }
	Differences []difference
}) {
	t.Helper()
	if err := json.Unmarshal([]byte(o.out), &r); err != nil {
		t.Fatalf("%v in %s%s", err, o.out, o.err)
	}
	return r
}

func TestCompareEqual(t *testing.T) {
	for _, name := range []string{"bft", "raft", "load"} {
		b, _, genesis := withLedger(t, name)
		g := serveIndex(t, b)
		g.cut = 50 // every stream breaks off, and is resumed
		o := b.run("audit", "compare", "--genesis", genesis, "-o", "json")
		if r := decodeComparison(t, o); o.exit != exitDone || !r.Equal || r.Index.Blocks != uint64(len(b.channel.blocks)) || r.Index.Records == 0 || r.Index.Versions < r.Index.Records {
			t.Errorf("%s: exit %d, %s%s", name, o.exit, o.out, o.err)
		}
		inBoth(t, func(t *testing.T, language message.Language) {
			o := b.run("--lang", string(language), "audit", "compare", "--genesis", genesis, "--from-peer", "PoliceMSP", "--with", "NotaryMSP")
			if o.exit != exitDone || !strings.Contains(o.out, "NotaryMSP") {
				t.Errorf("exit %d, %s%s", o.exit, o.out, o.err)
			}
		})
	}
}

// TestChangedIndexIsNamed changes one value of every column that a gateway serves, and whole rows.
func TestChangedIndexIsNamed(t *testing.T) {
	some := "(SELECT id FROM versions WHERE content IS NOT NULL ORDER BY id LIMIT 1 OFFSET 9)"
	for statement, column := range map[string]string{
		"UPDATE blocks SET hash = zeroblob(32) WHERE number = 20":          "hash",
		"UPDATE blocks SET previous = zeroblob(32) WHERE number = 20":      "previousHash",
		"UPDATE blocks SET data = zeroblob(32) WHERE number = 20":          "dataHash",
		"UPDATE blocks SET time = time + 1 WHERE number = 20":              "time",
		"UPDATE blocks SET size = size + 1 WHERE number = 20":              "size",
		"UPDATE blocks SET valid = valid - 1 WHERE number = 20":            "valid",
		"UPDATE blocks SET records = records + 1 WHERE number = 20":        "records",
		"UPDATE blocks SET number = 200 WHERE number = 20":                 columnRow,
		"DELETE FROM blocks WHERE number = 20":                             columnRow,
		"UPDATE transactions SET id = 'x' WHERE block = 20":                "id",
		"UPDATE transactions SET type = 'other' WHERE block = 20":          "type",
		"UPDATE transactions SET creator = 'AuditMSP2' WHERE block = 20":   "creator",
		"UPDATE transactions SET function = 'x' WHERE block = 20":          "function",
		"UPDATE transactions SET event = 'x' WHERE block = 20":             "event",
		"UPDATE transactions SET time = time - 9 WHERE block = 20":         "time",
		"UPDATE transactions SET code = 11 WHERE block = 20":               "code",
		"UPDATE transactions SET records = records + 1 WHERE block = 20":   "records",
		"UPDATE transactions SET position = position + 5 WHERE block = 20": columnRow,
		"DELETE FROM transactions WHERE block = 20":                        columnRow,
		"INSERT INTO transactions SELECT block, 7, 'x', type, creator, function, event, time, code, first_version, 0 FROM transactions WHERE block = 20 AND position = 0": columnRow,
		"UPDATE versions SET content = CAST(replace(CAST(content AS TEXT), '0', '1') AS BLOB) WHERE id = " + some:                                                         "record",
		"UPDATE versions SET content = NULL WHERE id = " + some:                                                                                                           "record",
		"UPDATE versions SET unsound = 'x' WHERE id = " + some:                                                                                                            "unsound",
		"UPDATE versions SET block = block + 1, position = 0 WHERE id = " + some:                                                                                          "block",
		"UPDATE versions SET block = 3, position = 0 WHERE id = " + some:                                                                                                  "block",
		"UPDATE versions SET record = 1 WHERE id = " + some:                                                                                                               "",
		"DELETE FROM versions WHERE id = " + some:                                                                                                                         columnRow,
		"DELETE FROM versions WHERE id = (SELECT max(id) FROM versions)":                                                                                                  columnRow,
		"INSERT INTO versions SELECT max(id) + 1, record, block, position, event, unsound, content FROM versions":                                                         "",
		"UPDATE records SET key = 'document/00' WHERE id = 5":                                                                                                             "",
		"UPDATE records SET last_version = 1 WHERE id = 5":                                                                                                                "",
		"DELETE FROM records WHERE id = 5":                                                                                                                                columnRow,
	} {
		b, _, genesis := withLedger(t, "bft")
		g := serveIndex(t, b)
		g.change(statement)
		o := b.run("audit", "compare", "--genesis", genesis, "-o", "json")
		if strings.HasPrefix(statement, "INSERT INTO versions") && o.exit == exitDone {
			continue // a copy of the last row: nothing that is served differs, unless in the number of versions
		}
		r := decodeComparison(t, o)
		if o.exit != exitNotValid || r.Equal || len(r.Differences) == 0 || len(r.Differences) > 12 ||
			!slices.ContainsFunc(r.Differences, func(d difference) bool { return column == "" || d.Column == column }) {
			t.Errorf("%s: exit %d, %d differences, %.600v %s", statement, o.exit, len(r.Differences), r.Differences, o.err)
		}
	}
}

// TestSecondLedgerIsCompared gives the second peer another ledger than the first.
func TestSecondLedgerIsCompared(t *testing.T) {
	for name, c := range map[string]struct {
		change func(blocks [][]byte) [][]byte
		said   string
		exit   int
	}{
		"one bit":      {func(b [][]byte) [][]byte { b[30][len(b[30])/2] ^= 1; return b }, "30", exitNotValid},
		"verdict":      {func(b [][]byte) [][]byte { b[30] = verdictChanged(t, b[30]); return b }, "codes", exitNotValid},
		"other ledger": {func([][]byte) [][]byte { _, other, _ := capturedLedger(t, "raft"); return other }, "the genesis block has hash", exitNotValid},
		"held back":    {func(b [][]byte) [][]byte { return b[:30] }, "gave no block", exitUnknown},
	} {
		t.Run(name, func(t *testing.T) {
			b, _, genesis := withLedger(t, "bft")
			serveIndex(t, b)
			own := make([][]byte, len(b.channel.blocks))
			for i := range own {
				own[i] = bytes.Clone(b.channel.blocks[i])
			}
			b.channel.ownBlocks = map[ledger.MSPID][][]byte{"AuditMSP": c.change(own)}
			o := b.run("audit", "compare", "--genesis", genesis, "--with", "AuditMSP", "-o", "json")
			if o.exit != c.exit || !strings.Contains(o.out+o.err, c.said) {
				t.Errorf("exit %d, %s%s", o.exit, o.out, o.err)
			}
		})
	}
	b, _, genesis := withLedger(t, "bft")
	b.mustFail(exitUsage, "audit", "compare", "--genesis", genesis, "--with", "ServiceMSP", "--from-peer", "ServiceMSP")
	b.mustFail(exitNotFound, "audit", "compare", "--genesis", genesis, "--with", "NobodyMSP")
	b.gateway = "http://127.0.0.1:1"
	b.mustFail2(exitUnknown, "audit", "compare", "--genesis", genesis)
}

func TestCompareInterrupted(t *testing.T) {
	b, _, genesis := withLedger(t, "bft")
	serveIndex(t, b)
	ctx, cancel := context.WithCancel(t.Context())
	b.channel.served = func(number uint64) {
		if number == 30 {
			cancel()
		}
	}
	if o := b.runWith(ctx, "audit", "compare", "--genesis", genesis); o.exit != exitInterrupted || !strings.Contains(o.out, "EQUAL SO FAR") {
		t.Errorf("exit %d, %s%s", o.exit, o.out, o.err)
	}
}

// verdictChanged flips the peer's verdict on the first transaction, which nobody signs.
func verdictChanged(t *testing.T, encoded []byte) []byte {
	t.Helper()
	b, err := block.ParseBytes(encoded)
	if err != nil {
		t.Fatal(err)
	}
	for at := len(encoded) - 1; at > 0; at-- {
		changed := bytes.Clone(encoded)
		changed[at] ^= 11
		if other, err := block.ParseBytes(changed); err == nil && other.Hash == b.Hash && !bytes.Equal(other.Metadata.Codes, b.Metadata.Codes) {
			return changed
		}
	}
	t.Fatal("no verdict found")
	return nil
}
