package ledger

import (
	"encoding/hex"
	"slices"
	"strconv"
	"time"
)

// plain writes the canonical form of what nearly every transaction is about without reflection: members in their order, and
// text that needs no escape. Whatever is not so plain is left to encoding/json.
type plain struct {
	text []byte
	odd  bool // something was left out: the text is worth nothing
}

// encodePlain returns the canonical form of a value, or nil where Encode has to find it out.
func encodePlain(v any) []byte {
	p := plain{text: make([]byte, 0, 640)} // an attestation has some 500 bytes
	switch v := v.(type) {
	case AttestationStatement:
		p.attestationStatement(v)
	case Attestation:
		p.attestation(v)
	case Issue:
		p.issue(v)
	case IssueMany:
		p.issueMany(v)
	default:
		return nil
	}
	if p.odd {
		return nil
	}
	return p.text
}

func (p *plain) issue(r Issue) {
	p.raw(`{"author":`).author(r.Author)
	p.raw(`,"statement":`).attestationStatement(r.Statement)
	p.raw(`}`)
}

func (p *plain) issueMany(r IssueMany) {
	p.text = slices.Grow(p.text, 512*len(r.Statements))
	p.raw(`{"batch":{"author":`).author(r.Batch.Signed)
	p.raw(`,"statement":`).batchStatement(r.Batch.Statement)
	p.raw(`}`)
	for i, s := range r.Statements {
		if i == 0 {
			p.raw(`,"statements":[`).attestationStatement(s)
			continue
		}
		p.raw(`,`).attestationStatement(s)
	}
	if len(r.Statements) > 0 {
		p.raw(`]`)
	}
	p.raw(`}`)
}

func (p *plain) batchStatement(s BatchStatement) {
	p.raw(`{"at":`).time(s.At)
	p.raw(`,"author":`).string(string(s.Author))
	p.raw(`,"of":`).string(string(s.Of))
	p.raw(`,"record":`).string(string(s.Record))
	p.raw(`,"root":`).digest(s.Root)
	p.raw(`,"size":`).int(s.Size)
	p.raw(`,"version":`).int(s.Version)
	p.raw(`}`)
}

func (p *plain) attestation(a Attestation) {
	p.raw(`{"author":`).author(a.Author)
	p.raw(`,"statement":`).attestationStatement(a.Statement)
	p.raw(`,"status":`).status(a.Status)
	p.raw(`}`)
}

func (p *plain) attestationStatement(s AttestationStatement) {
	p.raw(`{"credential":`).digest(s.Credential)
	p.raw(`,"issuedAt":`).time(s.IssuedAt)
	p.raw(`,"issuer":`).string(string(s.Issuer))
	p.raw(`,"notAfter":`).time(s.NotAfter)
	p.raw(`,"notBefore":`).time(s.NotBefore)
	p.raw(`,"record":`).string(string(s.Record))
	p.raw(`,"type":`).string(string(s.Type))
	p.raw(`,"version":`).int(s.Version)
	p.raw(`}`)
}

func (p *plain) author(a Author) {
	p.raw(`{`)
	if a.Batch != nil {
		p.raw(`"batch":{"index":`).int(a.Batch.Index)
		p.raw(`,"root":`).digest(a.Batch.Root)
		p.raw(`},`)
	}
	p.raw(`"key":`).string(string(a.Key))
	p.raw(`,"organisation":`).string(string(a.Organisation))
	if !a.Signature.IsZero() {
		p.raw(`,"signature":"`)
		p.text = encoding.AppendEncode(p.text, a.Signature[:])
		p.raw(`"`)
	}
	p.raw(`}`)
}

// status writes the one of a record whose status never changed.
func (p *plain) status(s Status) {
	p.odd = p.odd || s.Author != nil || s.Change != nil
	p.raw(`{"sequence":`).int(s.Sequence)
	p.raw(`,"state":`).string(string(s.State))
	p.raw(`}`)
}

// raw appends what is canonical already.
func (p *plain) raw(text string) *plain {
	p.text = append(p.text, text...)
	return p
}

func (p *plain) string(text string) {
	p.odd = p.odd || !needsNoEscape(text)
	p.raw(`"`).raw(text).raw(`"`)
}

// needsNoEscape reports whether a text stands in JSON as it is.
func needsNoEscape(text string) bool {
	for i := range len(text) {
		if c := text[i]; c < ' ' || c > '~' || c == '"' || c == '\\' {
			return false
		}
	}
	return true
}

// int writes a number that is exact wherever numbers are floating; RFC 8785 writes others in its own way.
func (p *plain) int(n int) {
	const exact = 999_999_999_999_999
	p.odd = p.odd || n > exact || n < -exact
	p.text = strconv.AppendInt(p.text, int64(n), 10)
}

func (p *plain) digest(d Digest) {
	p.raw(`"`)
	p.text = hex.AppendEncode(p.text, d[:])
	p.raw(`"`)
}

func (p *plain) time(t Time) {
	p.raw(`"`)
	p.text = t.t.AppendFormat(p.text, time.RFC3339)
	p.raw(`"`)
}
