package index

import "fmt"

// inserts collects rows, so that many of them are written with one statement.
type inserts struct {
	rows   [insertKinds][]any
	newest [insertKinds]int64 // id that the last of the rows must get
}

type insertKind int

const (
	insertBlock insertKind = iota
	insertTransaction
	insertRecord
	insertVersion
	insertPart
	insertKinds
)

// insertInto begins the statements. What fails leaves nothing of its block in any case, so SQLite need not keep a copy of
// every page for undoing one statement alone, which was a fifteenth of a gateway's time. It does not if rows OR ROLLBACK, and
// if it makes ids itself: those that it is given it would have to check. It counts up from the greatest there is, as we do.
var insertInto = [insertKinds]struct {
	columns int
	into    string
}{
	insertBlock:       {10, "INSERT OR ROLLBACK INTO blocks (number, hash, previous, data, time, size, valid, records, last_record, last_version) VALUES "},
	insertTransaction: {11, "INSERT OR ROLLBACK INTO transactions (block, position, id, type, creator, function, event, time, code, first_version, records) VALUES "},
	insertRecord:      {8, "INSERT OR ROLLBACK INTO records (key, kind, organisation, type, state, document, first_block, last_version) VALUES "},
	insertVersion:     {6, "INSERT OR ROLLBACK INTO versions (record, block, position, event, unsound, content) VALUES "},
	insertPart:        {4, "INSERT OR ROLLBACK INTO batches (part, parts, leaves, path) VALUES "},
}

func (i *inserts) add(kind insertKind, values ...any) { i.rows[kind] = append(i.rows[kind], values...) }

// addNumbered adds a row of a table with an id, and the id that it is known by.
func (i *inserts) addNumbered(kind insertKind, id int64, values ...any) {
	i.add(kind, values...)
	i.newest[kind] = id
}

// flush writes the rows that were added.
func (a *application) flush() error {
	for kind, into := range insertInto {
		given := a.inserts.newest[kind]
		for rest := a.inserts.rows[kind]; len(rest) > 0; {
			statement, now, later := a.writer.inserts[kind].take(rest, into.columns)
			result, err := a.tx.StmtContext(a.ctx, statement).ExecContext(a.ctx, now...)
			if err == nil && a.inserts.newest[kind] != 0 {
				given, err = result.LastInsertId()
			}
			if err != nil {
				return err
			}
			rest = later
		}
		if wanted := a.inserts.newest[kind]; given != wanted {
			return fmt.Errorf("a row was numbered %d, not %d: somebody added or removed others; rebuild the index", given, wanted)
		}
		a.inserts.rows[kind] = a.inserts.rows[kind][:0]
	}
	return nil
}
