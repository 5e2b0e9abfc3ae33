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

var insertInto = [insertKinds]struct {
	columns int
	into    string
}{
	insertBlock:       {10, "INSERT INTO blocks (number, hash, previous, data, time, size, valid, records, last_record, last_version) VALUES "},
	insertTransaction: {11, "INSERT INTO transactions (block, position, id, type, creator, function, event, time, code, first_version, records) VALUES "},
	insertRecord:      {9, "INSERT INTO records (id, key, kind, organisation, type, state, document, first_block, last_version) VALUES "},
	insertVersion:     {7, "INSERT INTO versions (id, record, block, position, event, unsound, content) VALUES "},
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
