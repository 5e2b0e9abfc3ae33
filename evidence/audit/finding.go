package audit

import (
	"fmt"

	"github.com/imi-ledger/imi/ledger"
)

// Check names what a finding is about.
type Check string

// The checks.
const (
	Encoding    Check = "encoding"    // not in the one legal form
	Chain       Check = "chain"       // does not follow the block before it
	Data        Check = "data"        // the transactions are not those of the header
	Orderers    Check = "orderers"    // signatures of the ordering service
	Config      Check = "config"      // a change of the channel's configuration
	Creator     Check = "creator"     // who submitted a transaction
	Endorsement Check = "endorsement" // who endorsed it
	Validation  Check = "validation"  // the peer's verdict on it
	CommitHash  Check = "commit_hash" // the peer's running hash of its commits
	Record      Check = "record"      // what it wrote, by the rules of the ledger
	StateRoot   Check = "state_root"  // the tree of all records, against a head
	Extent      Check = "extent"      // the blocks end where they should not
)

// Finding is one thing that is not as it must be.
type Finding struct {
	Block       uint64       `json:"block"`
	Transaction int          `json:"transaction"`  // index in the block; -1 when the block itself is meant
	ID          string       `json:"id,omitempty"` // of the transaction
	Check       Check        `json:"check"`
	Found       string       `json:"found"`
	Expected    string       `json:"expected,omitempty"`
	Records     []ledger.Key `json:"records,omitempty"` // that are concerned; of many the first ten
}

// String is the finding as one line.
func (f Finding) String() string {
	where := fmt.Sprintf("block %d", f.Block)
	if f.Transaction >= 0 {
		where += fmt.Sprintf(", transaction %d", f.Transaction)
	}
	line := fmt.Sprintf("%s: %s: %s", where, f.Check, f.Found)
	for _, key := range f.Records {
		line += "; " + string(key)
	}
	if f.Expected != "" {
		line += "; expected " + f.Expected
	}
	return line
}

// findings collects what is found in one block.
type findings struct {
	block uint64
	list  []Finding
	fatal bool // nothing after this can be judged
}

// maxFindings bounds what is kept of one block; a rotten one would otherwise fill the memory.
const maxFindings = 200

// maxNamed bounds the records a finding names.
const maxNamed = 10

func (f *findings) add(found Finding) {
	if len(f.list) < maxFindings {
		found.Block = f.block
		f.list = append(f.list, found)
	}
}

// note adds a finding about the block itself.
func (f *findings) note(check Check, expected, found string, args ...any) {
	f.add(Finding{Transaction: -1, Check: check, Found: fmt.Sprintf(found, args...), Expected: expected})
}

// stop adds one after which the block cannot be judged further, nor any that follows it.
func (f *findings) stop(check Check, expected, found string, args ...any) {
	f.note(check, expected, found, args...)
	f.fatal = true
}
