package index

import (
	"context"
	"iter"

	"github.com/imi-ledger/imi/ledger"
)

// Record is what stands under a key after the newest block by the rules of the ledger.
type Record struct {
	Key     ledger.Key
	Content []byte
}

const selectCurrent = `SELECT r.key, v.content FROM records r
	JOIN versions v ON v.id = (SELECT MAX(w.id) FROM versions w WHERE w.record = r.id AND w.unsound = '')
	WHERE ?1 = '' OR r.kind = ?1 ORDER BY r.id`

// Current yields the newest version of every record of a kind, or of all when kind is empty, that the rules of the ledger
// make: these are what the state tree holds. What was written against the rules does not count, whoever endorsed it. After
// an error it yields no more. It reads one state of the index, however many blocks are applied meanwhile.
func (x *Index) Current(ctx context.Context, kind ledger.Kind) iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		rows, err := x.read.QueryContext(steady(ctx), selectCurrent, string(kind))
		if err != nil {
			yield(Record{}, fault("read records", err))
			return
		}
		defer func() { _ = rows.Close() }() // rows.Err tells what went wrong
		for rows.Next() {
			var r Record
			if err := rows.Scan(&r.Key, &r.Content); err != nil {
				yield(r, fault("read records", err))
				return
			}
			if !yield(r, ctx.Err()) || ctx.Err() != nil {
				return
			}
		}
		if err := rows.Err(); err != nil {
			yield(Record{}, fault("read records", err))
		}
	}
}
