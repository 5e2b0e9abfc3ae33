// Package proof keeps a gateway's answer together with the question it answers, so that it can be checked later, elsewhere
// and without a network.
package proof

import (
	"bytes"
	"encoding/json"
	"time"
	"unicode/utf8"

	"github.com/imi-ledger/imi/cli/inquiry"
	"github.com/imi-ledger/imi/evidence"
	"github.com/imi-ledger/imi/evidence/answer"
	"github.com/imi-ledger/imi/ledger"
)

// Version is that of the format.
const Version = 1

// MaxFile bounds a proof file, in bytes: an answer, escaped.
const MaxFile = 40 << 20

// Limits that a gateway sets on presentations; they are part of the question.
const (
	presentationAge  = 2 * time.Minute
	presentationSkew = time.Minute
)

// File is a proof file: canonical JSON and a line break, in the short form where there is one.
type File struct {
	Answer   string   `json:"answer"` // as the gateway wrote it, to the byte
	Question Question `json:"question"`
	Version  int      `json:"version"`
}

// Question is what was asked: exactly one of credential, document, notarisation, presentation and record. It is what
// package evidence/browser takes too.
type Question struct {
	Audience     string         `json:"audience,omitempty"`   // of a presentation
	Credential   *ledger.Digest `json:"credential,omitempty"` // its digest
	Document     *Document      `json:"document,omitempty"`
	Nonce        string         `json:"nonce,omitempty"` // of a presentation
	Notarisation *ledger.ID     `json:"notarisation,omitempty"`
	Presentation string         `json:"presentation,omitempty"`
	Record       ledger.Key     `json:"record,omitempty"` // a record alone, present or absent
}

// Document names a document: by its commitment, or by the digest of its file, with the salt where there is one.
type Document struct {
	Commitment *ledger.Digest `json:"commitment,omitempty"`
	Digest     *ledger.Digest `json:"digest,omitempty"`
	Salt       *ledger.Digest `json:"salt,omitempty"`
}

// Asked is the question that a verification about now was. audience is whom a presentation was made for.
func Asked(v inquiry.Verification, audience string) Question {
	q := Question{Credential: v.Credential, Notarisation: v.Notarisation, Presentation: v.Presentation, Nonce: v.Nonce}
	if v.Presentation != "" {
		q.Audience = audience
	}
	if d := v.Document; d != nil {
		q.Document = &Document{Commitment: d.Commitment, Digest: d.Digest, Salt: d.Salt}
	}
	return q
}

// Key is that of the record asked about; "" for a presentation.
func (q Question) Key() ledger.Key {
	switch {
	case q.Record != "":
		return q.Record
	case q.Credential != nil:
		return ledger.AttestationKey(*q.Credential)
	case q.Notarisation != nil:
		return ledger.NotarisationKey(*q.Notarisation)
	case q.Document != nil:
		return ledger.DocumentKey(q.Document.asked().Commitment)
	}
	return ""
}

func (d Document) asked() evidence.DocumentQuestion {
	switch {
	case d.Commitment != nil:
		return evidence.DocumentQuestion{Commitment: *d.Commitment}
	case d.Digest != nil && d.Salt != nil:
		return evidence.DocumentQuestion{Commitment: ledger.SaltedCommitment(*d.Salt, *d.Digest), Method: ledger.SaltedDigest}
	case d.Digest != nil:
		return evidence.DocumentQuestion{Commitment: *d.Digest, Method: ledger.PlainDigest}
	}
	return evidence.DocumentQuestion{}
}

func (q Question) asked() answer.Question {
	asked := answer.Question{Credential: q.Credential, Notarisation: q.Notarisation, Record: q.Record}
	if q.Document != nil {
		d := q.Document.asked()
		asked.Document = &d
	}
	if q.Presentation != "" {
		asked.Presentation = &answer.Presentation{Text: []byte(q.Presentation),
			Want: evidence.Expectation{Audience: q.Audience, Nonce: q.Nonce, MaxAge: presentationAge, Skew: presentationSkew}}
	}
	return asked
}

func (q Question) check() error {
	asked := 0
	for _, there := range []bool{q.Credential != nil, q.Document != nil, q.Notarisation != nil, q.Presentation != "", q.Record != ""} {
		if there {
			asked++
		}
	}
	shown := q.Presentation != ""
	if asked != 1 || (q.Nonce != "") != shown || (q.Audience != "") != shown {
		return ledger.Refuse(ledger.Malformed, "proof.question", "asks about exactly one thing")
	}
	if d := q.Document; d != nil && ((d.Commitment == nil) == (d.Digest == nil) || (d.Salt != nil && d.Digest == nil)) {
		return ledger.Refuse(ledger.Malformed, "proof.question.document", "has a commitment, or a digest and perhaps a salt")
	}
	if q.Record != "" {
		_, err := ledger.ParseKey(string(q.Record))
		return err
	}
	return nil
}

// Encode writes the file.
func (f File) Encode() ([]byte, error) {
	f.Version = Version
	if err := f.Question.check(); err != nil {
		return nil, err
	}
	if s, ok := f.shorten(); ok {
		text, err := ledger.Encode(s)
		return append(text, '\n'), err
	}
	text, err := ledger.Encode(f)
	return append(text, '\n'), err
}

// Parse reads a proof file, or the bare answer of a gateway, which tells itself what it is about unless it is about a
// presentation or an absent record.
func Parse(text []byte) (File, error) {
	var kind struct {
		Answer   *string    `json:"answer"`
		Head     *string    `json:"head"`
		Key      ledger.Key `json:"key"`
		Verdict  string     `json:"verdict"`
		Audience string     `json:"audience"`
	}
	if err := json.Unmarshal(text, &kind); err != nil || !utf8.Valid(text) {
		return File{}, ledger.Refuse(ledger.Malformed, "proof", "must be a proof file or a gateway's answer")
	}
	switch {
	case kind.Answer != nil:
	case kind.Head != nil:
		return parseShort(text)
	case kind.Audience != "":
		return File{}, errNoQuestion
	default:
		return bare(text, kind.Key, kind.Verdict != "")
	}
	f, err := ledger.Decode[File](bytes.TrimSuffix(text, []byte("\n")), MaxFile)
	if err != nil {
		return File{}, err
	}
	if f.Version != Version {
		return File{}, badVersion(f.Version)
	}
	return f, f.Question.check()
}

func badVersion(version int) error {
	return ledger.Refuse(ledger.Malformed, "proof.version", "is %d; this program reads version %d", version, Version)
}

var errNoQuestion = ledger.Refuse(ledger.Malformed, "proof", "does not say what was asked; save answers with --save")

// bare finds the question of an answer that came without it.
func bare(text []byte, key ledger.Key, verdict bool) (File, error) {
	f := File{Answer: string(text), Version: Version}
	if _, err := ledger.ParseKey(string(key)); err != nil {
		return File{}, errNoQuestion
	}
	if !verdict {
		f.Question.Record = key
		return f, nil
	}
	switch key.Kind() {
	case ledger.KindDocument:
		d, err := ledger.ParseDigest(key.ID())
		f.Question.Document = &Document{Commitment: &d}
		return f, err
	case ledger.KindNotarisation:
		id, err := ledger.ParseID(key.ID())
		f.Question.Notarisation = &id
		return f, err
	case ledger.KindAttestation:
		d, err := ledger.ParseDigest(key.ID())
		f.Question.Credential = &d
		return f, err
	}
	return File{}, errNoQuestion
}

// Check checks the answer with nothing but the trust: see answer.Check.
func (f File) Check(trust answer.Trust, now time.Time, maxAge time.Duration) (evidence.Finding, error) {
	return answer.Check([]byte(f.Answer), trust, f.Question.asked(), now, maxAge)
}

// Evidence is what the answer rests on, as it says; nil when it says nothing.
func (f File) Evidence() *answer.Evidence {
	var in struct {
		Evidence *answer.Evidence `json:"evidence"`
	}
	if json.Unmarshal([]byte(f.Answer), &in) != nil {
		return nil
	}
	return in.Evidence
}
