package ledger

import (
	"bytes"
	"strconv"
	"strings"
)

// plainReader reads what plain writes. It need not be strict: what it read counts only if plain writes the very same bytes.
type plainReader struct {
	rest string
	odd  bool // something else stood there
}

// decodePlain reads the canonical form of a T, as Decode would. Where it does not succeed Decode has to find out why.
func decodePlain[T any](data []byte) (v T, ok bool) {
	r := plainReader{rest: string(data)}
	switch into := any(&v).(type) {
	case *Issue:
		*into = r.issue()
	case *IssueMany:
		*into = r.issueMany()
	case *Attestation:
		*into = r.attestation()
	default:
		return v, false
	}
	return v, !r.odd && bytes.Equal(encodePlain(v), data)
}

func (r *plainReader) issue() (v Issue) {
	r.skip(`{"author":`)
	v.Author = r.author()
	r.skip(`,"statement":`)
	v.Statement = r.attestationStatement()
	return v
}

func (r *plainReader) issueMany() (v IssueMany) {
	r.skip(`{"batch":{"author":`)
	v.Batch.Signed = r.author()
	r.skip(`,"statement":`)
	v.Batch.Statement = r.batchStatement()
	r.skip(`}`)
	if !r.has(`,"statements":[`) {
		return v
	}
	v.Statements = make([]AttestationStatement, 0, min(strings.Count(r.rest, `{`), MaxBatch))
	for more := true; more && !r.odd; more = r.has(`,`) {
		v.Statements = append(v.Statements, r.attestationStatement())
	}
	return v
}

func (r *plainReader) batchStatement() (s BatchStatement) {
	r.skip(`{"at":`)
	r.text(&s.At)
	r.skip(`,"author":`)
	s.Author = MSPID(r.string())
	r.skip(`,"of":`)
	s.Of = Kind(r.string())
	r.skip(`,"record":`)
	s.Record = Kind(r.string())
	r.skip(`,"root":`)
	r.text(&s.Root)
	r.skip(`,"size":`)
	s.Size = r.int()
	r.skip(`,"version":`)
	s.Version = r.int()
	r.skip(`}`)
	return s
}

func (r *plainReader) attestation() (v Attestation) {
	r.skip(`{"author":`)
	v.Author = r.author()
	r.skip(`,"statement":`)
	v.Statement = r.attestationStatement()
	r.skip(`,"status":{"sequence":`)
	v.Status.Sequence = r.int()
	r.skip(`,"state":`)
	v.Status.State = State(r.string())
	return v
}

func (r *plainReader) attestationStatement() (s AttestationStatement) {
	r.skip(`{"credential":`)
	r.text(&s.Credential)
	r.skip(`,"issuedAt":`)
	r.text(&s.IssuedAt)
	r.skip(`,"issuer":`)
	s.Issuer = MSPID(r.string())
	r.skip(`,"notAfter":`)
	r.text(&s.NotAfter)
	r.skip(`,"notBefore":`)
	r.text(&s.NotBefore)
	r.skip(`,"record":`)
	s.Record = Kind(r.string())
	r.skip(`,"type":`)
	s.Type = CredentialTypeName(r.string())
	r.skip(`,"version":`)
	s.Version = r.int()
	r.skip(`}`)
	return s
}

func (r *plainReader) author() (a Author) {
	r.skip(`{`)
	if r.has(`"batch":{"index":`) {
		a.Batch = &BatchPlace{Index: r.int()}
		r.skip(`,"root":`)
		r.text(&a.Batch.Root)
		r.skip(`},`)
	}
	r.skip(`"key":`)
	a.Key = KeyID(r.string())
	r.skip(`,"organisation":`)
	a.Organisation = MSPID(r.string())
	if r.has(`,"signature":`) {
		r.text(&a.Signature)
	}
	r.skip(`}`)
	return a
}

// has walks over exactly this, if it is there.
func (r *plainReader) has(text string) (found bool) {
	r.rest, found = strings.CutPrefix(r.rest, text)
	return found
}

// skip walks over exactly this, which must be there.
func (r *plainReader) skip(text string) { r.odd = !r.has(text) || r.odd }

// quoted is the text between two quotation marks.
func (r *plainReader) quoted() string {
	r.skip(`"`)
	text, rest, found := strings.Cut(r.rest, `"`)
	r.rest, r.odd = rest, r.odd || !found
	return text
}

// string is a copy: a value must not keep all of the text it was read from.
func (r *plainReader) string() string { return strings.Clone(r.quoted()) }

func (r *plainReader) text(into interface{ UnmarshalText([]byte) error }) {
	r.odd = into.UnmarshalText([]byte(r.quoted())) != nil || r.odd
}

func (r *plainReader) int() int {
	end := strings.IndexAny(r.rest, `,}`)
	n, err := strconv.Atoi(r.rest[:max(end, 0)])
	r.rest, r.odd = r.rest[max(end, 0):], r.odd || err != nil
	return n
}
