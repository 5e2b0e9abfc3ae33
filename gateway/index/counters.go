package index

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"github.com/imi-ledger/imi/ledger"
)

// counter names one count. What a and b are depends on the name.
type counter struct{ name, a, b string }

func (a *application) count(name, first, second string, n int64) {
	a.counts[counter{name, first, second}] += n
}

func (a *application) countRecord(d description, n int64) {
	a.count("records", d.kind, d.state, n)
	a.count("organisations", d.organisation, d.kind, n)
	a.count("types", d.kind, d.typ, n)
}

// day is the block's, in UTC; "" as long as the ledger has no time.
func (a *application) day() string {
	if !a.last.time.Valid {
		return ""
	}
	return time.Unix(a.last.time.Int64, 0).UTC().Format(time.DateOnly)
}

// storeCounts adds the block's counts to those before, in a fixed order so that a rebuilt file is built the same way.
func (a *application) storeCounts() error {
	order := func(x, y counter) int {
		return cmp.Or(cmp.Compare(x.name, y.name), cmp.Compare(x.a, y.a), cmp.Compare(x.b, y.b))
	}
	for _, c := range slices.SortedFunc(maps.Keys(a.counts), order) {
		n := a.counts[c]
		if n == 0 {
			continue
		}
		if err := a.exec(a.writer.count, c.name, c.a, c.b, n); err != nil {
			return err
		}
	}
	return nil
}

// NotStated is the name, in Statistics, of what a record does not have: a state, an organisation, a type, a day.
const NotStated = "none"

// Statistics are the counts of everything. They are kept up to date with every block, not counted when asked.
type Statistics struct {
	Block         uint64                      `json:"block"` // the newest
	Time          ledger.Time                 `json:"time,omitzero"`
	Blocks        int64                       `json:"blocks"`
	Transactions  map[string]int64            `json:"transactions"`  // by validation code
	Records       map[string]map[string]int64 `json:"records"`       // by kind and state
	Organisations map[string]map[string]int64 `json:"organisations"` // records by organisation and kind
	Types         map[string]map[string]int64 `json:"types"`         // records by kind and type
	Days          map[string]map[string]int64 `json:"days"`          // changes by day (UTC, of the block) and event
	Versions      int64                       `json:"versions"`
	Unsound       int64                       `json:"unsound"` // versions that the rules of the ledger do not make
}

// Statistics returns the counts.
func (x *Index) Statistics(ctx context.Context) (Statistics, error) {
	s := Statistics{Transactions: map[string]int64{}, Records: map[string]map[string]int64{}, Organisations: map[string]map[string]int64{},
		Types: map[string]map[string]int64{}, Days: map[string]map[string]int64{}}
	tx, err := begin(ctx, x.read) // one state for both queries
	if err != nil {
		return s, fault("statistics", err)
	}
	defer func() { _ = tx.Rollback() }() // it only reads
	last, err := lastBlock(steady(ctx), tx.StmtContext(steady(ctx), x.statements.last))
	if err != nil {
		return s, fault("statistics", err)
	}
	if last.next > 0 {
		s.Block, s.Time = last.next-1, ledgerTime(last.time)
	}
	rows, err := tx.QueryContext(steady(ctx), "SELECT name, a, b, value FROM counters WHERE value <> 0")
	if err != nil {
		return s, fault("statistics", err)
	}
	defer func() { _ = rows.Close() }() // rows.Err tells what went wrong
	for rows.Next() {
		var c counter
		var value int64
		if err := rows.Scan(&c.name, &c.a, &c.b, &value); err != nil {
			return s, fault("statistics", err)
		}
		s.set(c, value)
	}
	if err := rows.Err(); err != nil {
		return s, fault("statistics", err)
	}
	return s, nil
}

func (s *Statistics) set(c counter, value int64) {
	nested := map[string]map[string]map[string]int64{
		"records": s.Records, "organisations": s.Organisations, "types": s.Types, "days": s.Days}
	if m := nested[c.name]; m != nil {
		first, second := cmp.Or(c.a, NotStated), cmp.Or(c.b, NotStated)
		if m[first] == nil {
			m[first] = map[string]int64{}
		}
		m[first][second] = value
		return
	}
	switch c.name {
	case "blocks":
		s.Blocks = value
	case "transactions":
		s.Transactions[c.a] = value
	case "versions":
		s.Versions = value
	case "unsound":
		s.Unsound = value
	}
}
