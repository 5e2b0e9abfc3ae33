package ledger

import "slices"

// The read functions. They are evaluated on one peer and prove nothing by themselves.
const (
	RecordRead     = "record:Read"
	RecordReadMany = "record:ReadMany"
	RecordHistory  = "record:History"
	RecordList     = "record:List"
)

// ReadFunctions lists the read functions.
func ReadFunctions() []string {
	return []string{RecordRead, RecordReadMany, RecordHistory, RecordList}
}

// Limits on what one query returns.
const (
	MaxRead    = 1000 // keys of one ReadMany, records of one List
	MaxHistory = 1000 // versions of one History
)

// Read asks for one record. The answer is the record itself.
type Read struct {
	Key Key `json:"key"`
}

// ReadMany asks for up to MaxRead records.
type ReadMany struct {
	Keys []Key `json:"keys,omitempty"`
}

// List asks for the records of one kind in the order of their keys, those after a key where one is given.
type List struct {
	After Key  `json:"after,omitempty"`
	Kind  Kind `json:"kind"`
	Limit int  `json:"limit"` // 1 to MaxRead
}

// History asks for every version of a record, the newest first.
type History struct {
	Key Key `json:"key"`
}

// Found is a record with its key.
type Found struct {
	Key    Key    `json:"key"`
	Record string `json:"record"` // canonical form
}

// Records answers ReadMany and List. More is true when List stopped at its limit; continue after the last key.
type Records struct {
	More    bool    `json:"more"`
	Records []Found `json:"records,omitempty"`
}

// Version is one state of a record and the transaction that wrote it.
type Version struct {
	Record        string `json:"record"` // canonical form
	Time          Time   `json:"time"`   // the transaction's: what its client claimed
	TransactionID string `json:"transactionID"`
}

// Versions answers History. More is true when there are older ones than it may return.
type Versions struct {
	More     bool      `json:"more"`
	Versions []Version `json:"versions,omitempty"`
}

// Check refuses a key that no record can have.
func (r Read) Check() error { return r.Key.check("key") }

// Check refuses a key that no record can have.
func (r History) Check() error { return r.Key.check("key") }

// Check refuses keys that no record can have, and too many.
func (r ReadMany) Check() error {
	if len(r.Keys) == 0 || len(r.Keys) > MaxRead {
		return Refuse(TooLarge, "keys", "1 to %d keys are needed", MaxRead)
	}
	for _, k := range r.Keys {
		if err := k.check("keys"); err != nil {
			return err
		}
	}
	return nil
}

// Check refuses kinds that do not exist and limits out of range.
func (r List) Check() error {
	if r.Limit < 1 || r.Limit > MaxRead {
		return Refuse(Invalid, "limit", "must be 1 to %d", MaxRead)
	}
	if !slices.Contains(Kinds(), r.Kind) {
		return Refuse(Invalid, "kind", "must be a kind of record")
	}
	if r.After != "" && (r.After.Kind() != r.Kind || r.After.check("after") != nil) {
		return Refuse(Invalid, "after", "must be the key of a record of this kind")
	}
	return nil
}

// Range returns the half-open range of keys the list looks at.
func (r List) Range() (from, to Key) {
	from, to = Key(r.Kind)+"/", Key(r.Kind)+"0" // '0' follows '/'
	if r.After != "" {
		from = r.After + "\x01" // no key holds a byte that low, so this is just after it
	}
	return from, to
}
