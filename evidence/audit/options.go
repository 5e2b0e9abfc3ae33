package audit

import (
	"time"

	"github.com/imi-ledger/imi/evidence/block"
	"github.com/imi-ledger/imi/evidence/head"
	"github.com/imi-ledger/imi/ledger"
)

// Options are how an audit is run. The zero value audits all there is, on all cores, and stops at the first block with
// a finding.
type Options struct {
	// KeepGoing continues behind blocks with findings, if what follows can be judged at all.
	KeepGoing bool
	// MaxFindings ends an audit that keeps going; 0 is 1000.
	MaxFindings int
	// Heads are what other organisations signed. Where a block of theirs is reached it is compared. A head behind the
	// last block is a finding: blocks are missing.
	Heads []head.Head
	// Progress is called about every ProgressEvery (0: a second) and at the end, from the goroutine that runs the audit.
	Progress      func(Progress)
	ProgressEvery time.Duration
	// Block is called after every block that could be judged, in order; an error ends the audit with it.
	Block func(Block) error
}

// Progress is how far an audit is.
type Progress struct {
	Counters
	Elapsed time.Duration
	Rate    float64 // signatures per second in this run
}

// Counters say how much was looked at.
type Counters struct {
	Blocks       uint64 `json:"blocks"`
	Transactions uint64 `json:"transactions"`
	Valid        uint64 `json:"valid"`      // of the transactions
	Records      uint64 `json:"records"`    // versions of records written
	Signatures   uint64 `json:"signatures"` // of orderers, creators, endorsers and administrators; authors' are checked by the rules
	Certificates uint64 `json:"certificates"`
}

// Block is what the audit says of one block.
type Block struct {
	Number     uint64
	Hash       ledger.Digest
	CommitHash []byte
	StateRoot  ledger.Digest
	Codes      []byte // our own verdicts on the transactions, as Fabric numbers them
	Records    []Written
	Findings   []Finding
	Decoded    *block.Block // as the source has it, with the peer's own verdicts and commit hash
}

// Written is one record version a valid transaction wrote.
type Written struct {
	Transaction int
	Key         ledger.Key
	Record      []byte
	Unsound     string // why the rules do not make it; empty for a sound one
}

// Report is the result of an audit.
type Report struct {
	Channel    string        `json:"channel"`
	Counters                 // of all that was audited, from block 0 on
	Last       uint64        `json:"last"` // number of the last block judged
	Hash       ledger.Digest `json:"hash"` // of its header
	CommitHash string        `json:"commitHash"`
	StateRoot  ledger.Digest `json:"stateRoot"`
	Size       int           `json:"size"` // records in the state
	Findings   []Finding     `json:"findings,omitempty"`
	// Stopped says that the audit ended at a finding, with blocks unread behind it.
	Stopped bool          `json:"stopped"`
	Elapsed time.Duration `json:"-"` // of this run
}

// Sound reports that nothing was found.
func (r Report) Sound() bool { return len(r.Findings) == 0 && !r.Stopped }
