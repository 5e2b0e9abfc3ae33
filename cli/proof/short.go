package proof

import (
	"bytes"
	"encoding/json"
	"strings"

	"github.com/imi-ledger/imi/evidence/answer"
	"github.com/imi-ledger/imi/evidence/head"
	"github.com/imi-ledger/imi/evidence/statetree"
	"github.com/imi-ledger/imi/ledger"
)

// ShortVersion is that of the short form of a proof of one record.
const ShortVersion = 2

// short is a proof of one record, or that there is none, with nothing in it twice. An answer about a record says all of
// this, and the record two times; so it can be made anew from here, to the byte.
type short struct {
	Head    string          `json:"head"` // signed note
	Key     ledger.Key      `json:"key"`
	Proof   statetree.Proof `json:"proof"`
	Record  json.RawMessage `json:"record,omitempty"` // absent: there is none
	Version int             `json:"version"`
}

// shorten finds the short form of a proof that has one: those whose answer is just what an honest gateway gives.
func (f File) shorten() (short, bool) {
	e := f.Evidence()
	if f.Question.Record == "" || e == nil || len(e.Records) != 1 {
		return short{}, false
	}
	s := short{Head: e.Head, Key: f.Question.Record, Proof: e.Records[0].Proof, Version: ShortVersion}
	if record := e.Records[0].Record; record != nil {
		s.Record = json.RawMessage(*record)
		if canonical, err := ledger.Encode(s.Record); err != nil || string(canonical) != *record {
			return short{}, false
		}
	}
	again, err := s.file()
	return s, err == nil && again == f
}

// file makes the answer anew.
func (s short) file() (File, error) {
	text, _, _ := strings.Cut(s.Head, "\n\n")
	signed, err := head.Parse(text + "\n")
	if err != nil {
		return File{}, err
	}
	proven := answer.Proven{Key: s.Key, Proof: s.Proof}
	e := &answer.Evidence{Head: s.Head}
	var made any = answer.NewAbsent(e)
	if s.Record != nil {
		record := string(s.Record)
		proven.Record = &record
		made = answer.NewRecord(s.Key, s.Record, signed, e)
	}
	e.Records = []answer.Proven{proven}
	content, err := answer.Encode(made)
	if err != nil {
		return File{}, ledger.Refuse(ledger.Malformed, "proof", "must be a proof file or a gateway's answer")
	}
	return File{Answer: string(content), Question: Question{Record: s.Key}, Version: Version}, nil
}

// parseShort reads the short form.
func parseShort(text []byte) (File, error) {
	s, err := ledger.Decode[short](bytes.TrimSuffix(text, []byte("\n")), MaxFile)
	if err != nil {
		return File{}, err
	}
	if s.Version != ShortVersion {
		return File{}, badVersion(s.Version)
	}
	if _, err := ledger.ParseKey(string(s.Key)); err != nil {
		return File{}, err
	}
	return s.file()
}
