package office

import (
	"context"
	"fmt"

	"github.com/imi-ledger/imi/ledger"
)

// Read returns one record.
func Read[T any](ctx context.Context, l Ledger, key ledger.Key) (T, error) {
	var none T
	text, err := ReadText(ctx, l, key)
	if err != nil {
		return none, err
	}
	return decode[T](key, text)
}

// ReadText returns the canonical form of one record.
func ReadText(ctx context.Context, l Ledger, key ledger.Key) ([]byte, error) {
	return ask(ctx, l, ledger.RecordRead, ledger.Read{Key: key})
}

// List returns every record of a kind in the order of their keys.
func List[T any](ctx context.Context, l Ledger, kind ledger.Kind) ([]T, error) {
	var all []T
	question := ledger.List{Kind: kind, Limit: ledger.MaxRead}
	for {
		page, err := records(ctx, l, ledger.RecordList, question)
		if err != nil {
			return nil, err
		}
		for _, found := range page.Records {
			record, err := decode[T](found.Key, []byte(found.Record))
			if err != nil {
				return nil, err
			}
			all = append(all, record)
			question.After = found.Key
		}
		if !page.More || len(page.Records) == 0 {
			return all, nil
		}
	}
}

// ReadMany returns those of the records that exist, by key.
func ReadMany[T any](ctx context.Context, l Ledger, keys []ledger.Key) (map[ledger.Key]T, error) {
	found := map[ledger.Key]T{}
	for len(keys) > 0 {
		some := keys[:min(len(keys), ledger.MaxRead)]
		keys = keys[len(some):]
		page, err := records(ctx, l, ledger.RecordReadMany, ledger.ReadMany{Keys: some})
		if err != nil {
			return nil, err
		}
		for _, f := range page.Records {
			if found[f.Key], err = decode[T](f.Key, []byte(f.Record)); err != nil {
				return nil, err
			}
		}
	}
	return found, nil
}

// History returns every version of a record, the newest first.
func History(ctx context.Context, l Ledger, key ledger.Key) (ledger.Versions, error) {
	text, err := ask(ctx, l, ledger.RecordHistory, ledger.History{Key: key})
	if err != nil {
		return ledger.Versions{}, err
	}
	return decodeAnswer[ledger.Versions](text)
}

func records(ctx context.Context, l Ledger, function string, question any) (ledger.Records, error) {
	text, err := ask(ctx, l, function, question)
	if err != nil {
		return ledger.Records{}, err
	}
	return decodeAnswer[ledger.Records](text)
}

func ask(ctx context.Context, l Ledger, function string, question any) ([]byte, error) {
	text, err := ledger.Encode(question)
	if err != nil {
		return nil, err
	}
	return l.Evaluate(ctx, function, text)
}

// decodeAnswer bounds an answer by what a peer may send, not by what a request may hold.
func decodeAnswer[T any](text []byte) (T, error) {
	answer, err := ledger.Decode[T](text, len(text))
	if err != nil {
		return answer, fmt.Errorf("the peer's answer does not decode: %v", err)
	}
	return answer, nil
}

func decode[T any](key ledger.Key, text []byte) (T, error) {
	record, err := ledger.Decode[T](text, ledger.MaxRecord)
	if err != nil {
		return record, fmt.Errorf("record %s does not decode: %v", key, err)
	}
	return record, nil
}
