package index

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"slices"
	"strconv"

	"github.com/imi-ledger/imi/ledger"
)

// Filter selects records. Zero fields select everything.
type Filter struct {
	Kind         ledger.Kind
	Organisation ledger.MSPID // that made it
	Type         string       // credential type, kind of document, finding of a notarisation, kind of a batch's records
	State        ledger.State // active, suspended, revoked; of a proposal ProposalOpen, ProposalApplied
	From, Until  ledger.Time  // time of the block that first wrote it; From included, Until not
	After        string       // Page.Next of the page before
	Limit        int          // 1 to MaxLimit; 0 means DefaultLimit
}

// The states of a proposal, for searching and counting.
const (
	ProposalOpen    ledger.State = "open"
	ProposalApplied ledger.State = "applied"
)

// Page is a page of records in their newest versions; those that were first written last come first.
type Page struct {
	Records []Version `json:"records"`
	Next    string    `json:"next,omitempty"` // After of the next page; empty when this is the last one
}

// Search returns a page of the records that the filter selects. A page cursor that Search did not make is a refusal.
func (x *Index) Search(ctx context.Context, f Filter) (Page, error) {
	before := int64(1) << 62
	if f.After != "" {
		n, err := strconv.ParseInt(f.After, 10, 63)
		if err != nil || n < 1 || strconv.FormatInt(n, 10) != f.After {
			return Page{}, ledger.Refuse(ledger.Malformed, "after", "must be what a page gave as next")
		}
		before = n
	}
	s := &searching{ctx: steady(ctx), limit: pageSize(f.Limit), filter: f, from: 0, before: before}
	var err error
	if s.tx, err = begin(ctx, x.read); err != nil { // one state for all queries
		return Page{}, fault("search", err)
	}
	defer func() { _ = s.tx.Rollback() }() // it only reads
	page, err := s.run()
	if err != nil {
		return Page{}, fault("search", err)
	}
	return page, nil
}

// searching is a search under way, for records with from < id < before.
type searching struct {
	ctx          context.Context
	tx           *sql.Tx
	filter       Filter
	limit        int
	from, before int64
}

type hit struct {
	id int64
	Version
}

func (s *searching) run() (Page, error) {
	if err := s.bound(); err != nil {
		return Page{}, err
	}
	hits, err := s.hits()
	if err != nil {
		return Page{}, err
	}
	page := Page{Records: []Version{}}
	if len(hits) > s.limit {
		hits = hits[:s.limit]
		page.Next = strconv.FormatInt(hits[s.limit-1].id, 10)
	}
	for _, h := range hits {
		page.Records = append(page.Records, h.Version)
	}
	return page, nil
}

// bound turns times into ids: records are numbered in the order of blocks, whose times never go back.
func (s *searching) bound() error {
	const until = "SELECT last_record FROM blocks WHERE time < ? ORDER BY time DESC, number DESC LIMIT 1"
	for _, b := range []struct {
		at    ledger.Time
		apply func(last int64)
	}{
		{s.filter.From, func(last int64) { s.from = last }},
		{s.filter.Until, func(last int64) { s.before = min(s.before, last+1) }},
	} {
		if b.at.IsZero() {
			continue
		}
		var last int64
		err := s.tx.QueryRowContext(s.ctx, until, b.at.Time().Unix()).Scan(&last)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		b.apply(last)
	}
	return nil
}

// hits returns up to one more record than a page holds. Every index begins with the kind, so a search of all kinds that
// has another condition is one search of each, merged.
func (s *searching) hits() ([]hit, error) {
	f := s.filter
	if f.Kind != "" || (f.Organisation == "" && f.Type == "" && f.State == "") {
		return s.ofKind(f.Kind)
	}
	var all []hit
	for _, kind := range ledger.Kinds() {
		found, err := s.ofKind(kind)
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	slices.SortFunc(all, func(a, b hit) int { return cmp.Compare(b.id, a.id) })
	return all[:min(len(all), s.limit+1)], nil
}

func (s *searching) ofKind(kind ledger.Kind) ([]hit, error) {
	by, err := s.narrowest(kind)
	if err != nil {
		return nil, err
	}
	query := `SELECT r.id, r.key, v.content, v.event, v.block, t.time, t.id, v.unsound FROM records r ` + by + `
		CROSS JOIN versions v ON v.id = r.last_version CROSS JOIN transactions t ON t.block = v.block AND t.position = v.position
		WHERE r.id > ? AND r.id < ?`
	args := []any{s.from, s.before}
	for _, c := range s.conditions(kind) {
		query += " AND r." + c.column + " = ?"
		args = append(args, c.value)
	}
	rows, err := s.tx.QueryContext(s.ctx, query+" ORDER BY r.id DESC LIMIT ?", append(args, s.limit+1)...)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }() // rows.Err tells what went wrong
	var hits []hit
	for rows.Next() {
		var h hit
		var content []byte
		var at sql.NullInt64
		if err := rows.Scan(&h.id, &h.Key, &content, &h.Event, &h.Block, &at, &h.TransactionID, &h.Unsound); err != nil {
			return nil, err
		}
		h.Time = ledgerTime(at)
		if json.Valid(content) {
			h.Record = content
		}
		hits = append(hits, h)
	}
	return hits, rows.Err()
}

// condition is one column that must have a value, and the counter that says how many records have it.
type condition struct {
	column, value string
	index         string
	counter
}

func (s *searching) conditions(kind ledger.Kind) []condition {
	var all []condition
	k, f := string(kind), s.filter
	add := func(column, value, index string, c counter) {
		if value != "" {
			all = append(all, condition{column, value, index, c})
		}
	}
	add("kind", k, "records_kind", counter{})
	add("organisation", string(f.Organisation), "records_organisation", counter{"organisations", string(f.Organisation), k})
	add("type", f.Type, "records_type", counter{"types", k, f.Type})
	add("state", string(f.State), "records_state", counter{"records", k, string(f.State)})
	return all
}

// narrowest names the index to walk: that of the condition the fewest records meet. SQLite would guess.
func (s *searching) narrowest(kind ledger.Kind) (string, error) {
	if kind == "" {
		return "NOT INDEXED", nil // walk the records themselves
	}
	best, fewest := "records_kind", int64(1)<<62
	for _, c := range s.conditions(kind) {
		if c.name == "" {
			continue
		}
		var n int64
		err := s.tx.QueryRowContext(s.ctx, "SELECT value FROM counters WHERE name = ? AND a = ? AND b = ?", c.name, c.a, c.b).Scan(&n)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return "", err
		}
		if n < fewest {
			best, fewest = c.index, n
		}
	}
	return "INDEXED BY " + best, nil
}
