package evidence

import (
	"encoding/json"
	"time"

	"github.com/imi-ledger/imi/ledger"
)

// Finding is what a verification established.
type Finding struct {
	Verdict Verdict `json:"verdict"`
	Reason  Reason  `json:"reason"`
	Checks  []Check `json:"checks"`

	Key    string          `json:"key,omitempty"`    // of the record asked about
	Record json.RawMessage `json:"record,omitempty"` // that record, canonical
	Status *Standing       `json:"status,omitempty"` // its status, where it has one

	Subject   string         `json:"subject,omitempty"`   // id of whom a presentation is about; only when it is valid
	Claims    map[string]any `json:"claims,omitempty"`    // of a presentation; only when it is valid
	Disclosed []string       `json:"disclosed,omitempty"` // which of them the holder chose to disclose

	Notarisations     []Finding `json:"notarisations,omitempty"`     // of a document, each with its own verdict
	MoreNotarisations bool      `json:"moreNotarisations,omitempty"` // there are more than are listed

	AsOf   Moment    `json:"asOf"`   // what the answer speaks about
	Ledger BlockName `json:"ledger"` // the newest block it was answered from

	// Held are the periods of validity that the time asked about was held against. The same records, under any head that enough
	// vouch for, make the same finding at any time on the same side of each of them, but for its block, its time, and what the
	// checks evidence and freshness say.
	Held []ledger.Period `json:"-"`

	Fault error `json:"-"` // what was behind an indeterminate verdict; for the log, never for the caller
}

// Standing is a record's status and since when.
type Standing struct {
	State  ledger.State  `json:"state"`
	Reason ledger.Reason `json:"reason,omitempty"`
	Since  ledger.Time   `json:"since"`           // as its author states
	Block  uint64        `json:"block,omitempty"` // that recorded it; absent under a head, which does not prove it
}

// Moment is a time and the block whose state is the state at that time.
type Moment struct {
	Block uint64      `json:"block"`
	Time  ledger.Time `json:"time"`
}

// Asked is when somebody asks, and about when.
type Asked struct {
	Now  time.Time
	AsOf AsOf
	// Vouched is what is known of the head that an answer about now rests on; nil when it rests on the source's word.
	Vouched *Vouching
	// Unproven says why that head does not prove everything the verification rests on; empty, or nil: it does.
	Unproven func() string
	// Unvouched says why it is nil, for people.
	Unvouched string
	// Level is when the source was last known to have every block that its peer had; zero when that is not known.
	Level time.Time
}
