package answer

import (
	"bytes"
	"encoding/hex"
	"encoding/json"

	"github.com/imi-ledger/imi/evidence"
	"github.com/imi-ledger/imi/evidence/head"
	"github.com/imi-ledger/imi/evidence/statetree"
	"github.com/imi-ledger/imi/ledger"
)

// Block names a block of the ledger.
type Block struct {
	Block     uint64      `json:"block"`
	BlockHash string      `json:"blockHash"`
	Time      ledger.Time `json:"time,omitzero"` // absent under a head, which does not prove it
}

// BlockOf is a block as answers name it.
func BlockOf(h evidence.BlockName) Block {
	return Block{h.Block, hex.EncodeToString(h.Hash[:]), h.Time}
}

// Verification is a finding and who found it.
type Verification struct {
	evidence.Finding
	AsOf         *evidence.Moment `json:"asOf,omitempty"`   // in place of the finding's: absent when no state was read
	Ledger       *Block           `json:"ledger,omitempty"` // likewise, and with the block's hash
	Organisation ledger.MSPID     `json:"organisation"`
	Audience     string           `json:"audience,omitempty"` // of a presentation
	Evidence     *Evidence        `json:"evidence,omitempty"`
}

// NewVerification makes the answer of an organisation.
func NewVerification(f evidence.Finding, organisation ledger.MSPID, audience string) Verification {
	v := Verification{Finding: f, Organisation: organisation, Audience: audience}
	if !f.AsOf.Time.IsZero() {
		newest := BlockOf(f.Ledger)
		v.AsOf, v.Ledger = &f.AsOf, &newest
	}
	return v
}

// Record is a record as it stands now. Which block and transaction wrote it a head does not prove: its history tells.
type Record struct {
	Key      ledger.Key      `json:"key"`
	Record   json.RawMessage `json:"record"`
	AsOf     uint64          `json:"asOf"` // the block
	Ledger   Block           `json:"ledger"`
	Evidence *Evidence       `json:"evidence"`
}

// NewRecord makes the answer.
func NewRecord(key ledger.Key, record []byte, h head.Head, e *Evidence) Record {
	return Record{Key: key, Record: record, AsOf: h.Block, Ledger: Block{Block: h.Block, BlockHash: h.BlockHash.String()}, Evidence: e}
}

// Absent is the problem (RFC 9457) that says that nothing stands under a key now.
type Absent struct {
	Type     string      `json:"type"`
	Title    string      `json:"title"`
	Status   int         `json:"status"`
	Detail   string      `json:"detail"`
	Code     ledger.Code `json:"code"`
	Field    string      `json:"field"`
	Evidence *Evidence   `json:"evidence"`
}

// NewAbsent makes the problem.
func NewAbsent(e *Evidence) Absent {
	return Absent{Type: "/#problem-not_found", Title: "Not Found", Status: 404, Detail: "no such record in that state of the ledger",
		Code: ledger.NotFound, Field: "path", Evidence: e}
}

// Evidence is what an answer rests on.
type Evidence struct {
	Head          string       `json:"head"`                    // signed note
	Cosigners     int          `json:"cosigners,omitempty"`     // how many signatures the gateway asked for
	MaxAge        int64        `json:"maxAgeSeconds,omitempty"` // how old it let them be; both of verifications only
	Records       []Proven     `json:"records"`                 // in the order they were needed
	Paths         []Path       `json:"paths,omitempty"`
	Notarisations []ledger.Key `json:"notarisations,omitempty"` // that the gateway knows of; that there are no more is not proven
}

// Proven is a record, or the absence of one, with its place in the state tree.
type Proven struct {
	Key    ledger.Key      `json:"key"`
	Record *string         `json:"record,omitempty"` // canonical JSON as text; absent: there is none
	Proof  statetree.Proof `json:"proof"`

	content []byte        // of the record, where a Recorder proved it
	digest  ledger.Digest // of that
	text    []byte        // all this as JSON, if it was written before
}

// newProven is the evidence of a record, or of its absence.
func newProven(key ledger.Key, record []byte, digest ledger.Digest, proof statetree.Proof) Proven {
	p := Proven{Key: key, Proof: proof, content: record, digest: digest}
	if record != nil {
		text := string(record)
		p.Record = &text
	}
	return p
}

// Path is the RFC 6962 path of a statement in a signed batch.
type Path struct {
	Root  ledger.Digest   `json:"root"`
	Index int             `json:"index"`
	Path  []ledger.Digest `json:"path"`
}

// Encode writes an answer: in one form, since its check makes it anew and compares.
func Encode(value any) ([]byte, error) {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false) // records are shown as they are
	err := encoder.Encode(value)
	return text.Bytes(), err
}
