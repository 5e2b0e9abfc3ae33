package index

import (
	"database/sql"
	"errors"

	"github.com/imi-ledger/imi/evidence/block"
	"github.com/imi-ledger/imi/ledger"
)

// record is the newest version of a record while a block is applied.
type record struct {
	id      int64 // 0: not in the index
	content []byte
	unsound string
	description
}

// load fetches the records that a block is about to write, many at a time.
func (a *application) load(writes []block.Write) error {
	var keys []any
	for _, w := range writes {
		if key := ledger.Key(w.Key); a.records[key] == nil {
			a.records[key] = &record{}
			keys = append(keys, w.Key)
		}
	}
	return a.fetch(keys)
}

func (a *application) fetch(keys []any) error {
	for len(keys) > 0 {
		statement, now, later := a.writer.records.take(keys, 1)
		if err := a.read(statement, now); err != nil {
			return err
		}
		keys = later
	}
	return nil
}

func (a *application) read(statement *sql.Stmt, keys []any) error {
	rows, err := a.tx.StmtContext(a.ctx, statement).QueryContext(a.ctx, keys...)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }() // rows.Err tells what went wrong
	for rows.Next() {
		var key string
		r := &record{}
		if err := rows.Scan(&key, &r.id, &r.kind, &r.organisation, &r.typ, &r.state, &r.unsound, &r.content); err != nil {
			return err
		}
		a.records[ledger.Key(key)] = r
	}
	return rows.Err()
}

func (a *application) record(key ledger.Key) (*record, error) {
	if r := a.records[key]; r != nil {
		return r, nil
	}
	a.records[key] = &record{}
	err := a.fetch([]any{string(key)})
	if err != nil {
		delete(a.records, key)
	}
	return a.records[key], err
}

// store adds a version of a record, and the record itself where it is new.
func (a *application) store(w block.Write, unsound string, transaction int, leaves leaves) error {
	key := ledger.Key(w.Key)
	r := a.records[key]
	d, err := describe(key, w.Value, r.content)
	if _, bad := ledger.ParseKey(w.Key); unsound == "" && (err != nil || bad != nil) {
		return errors.Join(errors.New("a record made by the rules cannot be described"), err, bad)
	}
	if unsound == "" {
		a.sound[key] = w.Value
	} else {
		d.event = d.kind + ".unsound"
		a.count("unsound", "", "", 1)
	}
	content := any(w.Value)
	if w.Delete {
		content = nil
	}
	a.written = append(a.written, writing{key, ledger.Key(d.document), unsound == "" && r.unsound == ""})
	a.last.lastVersion++
	a.count("versions", "", "", 1)
	a.count("days", a.day(), d.event, 1)
	document := sql.NullString{String: d.document, Valid: d.document != ""}
	if r.id == 0 {
		a.last.lastRecord++
		r.id = a.last.lastRecord
		a.inserts.addNumbered(insertRecord, r.id, w.Key, d.kind, d.organisation, d.typ, d.state, document, a.block.Number, a.last.lastVersion)
	} else {
		a.countRecord(r.description, -1)
		if err := a.updateRecord(r.id, d, document); err != nil {
			return err
		}
	}
	a.countRecord(d, 1)
	a.inserts.addNumbered(insertVersion, a.last.lastVersion, r.id, a.block.Number, transaction, d.event, unsound, content)
	r.content, r.unsound, r.description = w.Value, unsound, d
	if w.Delete {
		r.content = nil
	}
	leaves.note(key, r, d)
	return nil
}

func (a *application) updateRecord(id int64, d description, document sql.NullString) error {
	if err := a.flush(); err != nil { // the record may be among them
		return err
	}
	return a.exec(a.writer.update, d.organisation, d.typ, d.state, document, a.last.lastVersion, id)
}
