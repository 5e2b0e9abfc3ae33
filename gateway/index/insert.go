package index

// inserts collects rows, so that many of them are written with one statement.
type inserts struct {
	rows [insertKinds][]any
}

type insertKind int

const (
	insertBlock insertKind = iota
	insertTransaction
	insertRecord
	insertVersion
	insertKinds
)

// insertInto begins the statements. OR ROLLBACK: what fails leaves nothing of its block in any case, and SQLite need not
// keep a copy of every page for undoing one statement alone, which was a fifteenth of a gateway's time.
var insertInto = [insertKinds]struct {
	columns int
	into    string
}{
	insertBlock:       {10, "INSERT OR ROLLBACK INTO blocks (number, hash, previous, data, time, size, valid, records, last_record, last_version) VALUES "},
	insertTransaction: {11, "INSERT OR ROLLBACK INTO transactions (block, position, id, type, creator, function, event, time, code, first_version, records) VALUES "},
	insertRecord:      {9, "INSERT OR ROLLBACK INTO records (id, key, kind, organisation, type, state, document, first_block, last_version) VALUES "},
	insertVersion:     {7, "INSERT OR ROLLBACK INTO versions (id, record, block, position, event, unsound, content) VALUES "},
}

func (i *inserts) add(kind insertKind, values ...any) { i.rows[kind] = append(i.rows[kind], values...) }

// flush writes the rows that were added.
func (a *application) flush() error {
	for kind, into := range insertInto {
		for rest := a.inserts.rows[kind]; len(rest) > 0; {
			statement, now, later := a.writer.inserts[kind].take(rest, into.columns)
			if err := a.exec(statement, now...); err != nil {
				return err
			}
			rest = later
		}
		a.inserts.rows[kind] = a.inserts.rows[kind][:0]
	}
	return nil
}
