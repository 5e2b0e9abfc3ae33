package answer_test

import (
	"encoding/base64"
	"strings"
	"time"

	"github.com/imi-ledger/imi/evidence/evidencetest"
	"github.com/imi-ledger/imi/ledger"
)

// twist is another check of an answer: of a changed text, under another trust, at another time, for another question.
type twist struct {
	of, name string
	want     string // in the verdict and reason, or in the rule of the refusal
	text     func(string) string
	check    func(*vector)
}

func flipped(text string) string {
	if text[0] == 'A' {
		return "B" + text[1:]
	}
	return "A" + text[1:]
}

func allTwists() []twist {
	trust := func(name string) func(*vector) { return func(v *vector) { v.Trust = name } }
	later := func(d time.Duration) func(*vector) { return func(v *vector) { v.Now = v.Now.Add(d) } }
	replace := func(old, with string) func(string) string {
		return func(text string) string { return strings.Replace(text, old, with, 1) }
	}
	all := []twist{
		{of: "document", name: "document, answer just young enough", want: "valid ok", check: later(30 * time.Second)},
		{of: "document", name: "document, answer too old", want: "indeterminate cosigners", check: later(31 * time.Second)},
		{of: "document", name: "document, answer of the future", want: "indeterminate cosigners", check: later(-31 * time.Second)},
		{of: "document", name: "document, answer of yesterday for who does not mind", want: "valid ok", check: func(v *vector) {
			v.Now, v.MaxAge = v.Now.Add(24*time.Hour), 2*24*60*60
		}},
		{of: "document revoked", name: "document revoked, answer too old", want: "revoked issued_in_error", check: later(time.Hour)},
		{of: "no document", name: "no document, answer too old", want: "indeterminate cosigners", check: later(time.Hour)},
		{of: "credential", name: "credential, expired since the answer", want: "expired period_over", check: func(v *vector) {
			v.Now, v.MaxAge = v.Now.Add(evidencetest.Year), 2*366*24*60*60
		}},
		{of: "credential expired", name: "credential expired, answer too old", want: "expired period_over", check: later(time.Hour)},
		{of: "record of an attestation", name: "record of an attestation, expired since the answer", want: "expired period_over", check: func(v *vector) {
			v.Now, v.MaxAge = v.Now.Add(evidencetest.Year), 2*366*24*60*60
		}},
		{of: "record absent", name: "record absent, answer too old", want: "indeterminate cosigners", check: later(31 * time.Second)},
		{of: "presentation for another request", name: "presentation for another request, answer too old", want: "mismatch presentation", check: later(31 * time.Second)},
		{of: "presentation of one claim", name: "presentation of one claim, answer too old", want: "indeterminate cosigners", check: later(31 * time.Second)},
		{of: "document", name: "too few cosigners", want: "indeterminate cosigners", check: trust("four signatures needed")},
		{of: "document", name: "one cosigner is enough", want: "valid ok", check: trust("one signature needed")},
		{of: "document", name: "an organisation that cannot sign", want: "valid ok", check: trust("an organisation without keys")},
		{of: "document", name: "an organisation with two keys", want: "valid ok", check: trust("with another key of PoliceMSP")},
		{of: "document", name: "another channel", want: "another channel", check: trust("another channel")},
		{of: "document", name: "a cosigner nobody trusts", want: "must be of an organisation", check: trust("without AuditMSP")},
		{of: "document", name: "no cosigner anybody trusts", want: "no organisation", check: trust("only ServiceMSP")},
		{of: "document", name: "trust in nobody", want: "number of organisations", check: trust("nobody")},
		{of: "document", name: "trust that demands too much", want: "number of organisations", check: trust("five signatures needed")},
		{of: "document", name: "trust that demands nothing", want: "number of organisations", check: trust("none needed")},
		{of: "document", name: "trust without a channel", want: "must not be empty", check: trust("no channel")},
		{of: "document", name: "trust in disorder", want: "in the order of their ids", check: trust("in disorder")},
		{of: "document", name: "trust in one key for two", want: "each of one organisation", check: trust("one key for two")},
		{of: "document", name: "another question", want: "does not show everything", check: func(v *vector) {
			v.Question = newVectorQuestion(aboutDocument(ledger.DigestOf([]byte("another"))))
		}},
		{of: "document", name: "another method", want: "not what its evidence shows", check: func(v *vector) {
			v.Question.Document = &vectorDocument{v.Question.Document.Commitment, ledger.SaltedDigest}
		}},
		{of: "document", name: "no question", want: "nothing was asked", check: func(v *vector) { v.Question = vectorQuestion{} }},
		{of: "document", name: "another kind of answer", want: "limits make no sense", check: func(v *vector) {
			v.Question = vectorQuestion{Record: ledger.DocumentKey(v.Question.Document.Commitment)}
		}},
		{of: "record present", name: "another kind of question", want: "must say when", check: func(v *vector) {
			d, err := ledger.ParseDigest(v.Question.Record.ID())
			if err != nil {
				panic(err)
			}
			v.Question = newVectorQuestion(aboutDocument(d))
		}},
		{of: "document revoked", name: "revoked called valid", want: "not what its evidence shows", text: replace(`"verdict":"revoked"`, `"verdict":"valid"`)},
		{of: "document", name: "another organisation's answer", want: "the first", text: replace(`"organisation":"PoliceMSP","evidence"`, `"organisation":"AuditMSP","evidence"`)},
		{of: "document", name: "another time", want: "not what its evidence shows", text: replace(`"time":"2026-11-23T11:00:00Z"`, `"time":"2026-11-23T11:00:01Z"`)},
		{of: "document", name: "no time", want: "must say when", text: replace(`"asOf":`, `"asOF":1,"was":`)},
		{of: "document", name: "another root", want: "good signatures", text: replace(`\nblock `, `\nblock 0`)},
		{of: "document", name: "a signature missing", want: "not what its evidence shows", text: func(text string) string {
			from := strings.Index(text, `— NotaryMSP`)
			return text[:from] + text[from+strings.Index(text[from:], `\n`)+2:]
		}},
		{of: "document", name: "signatures in disorder", want: "in order", text: func(text string) string {
			audit, notary := strings.Index(text, `— AuditMSP`), strings.Index(text, `— NotaryMSP`)
			end := notary + strings.Index(text[notary:], `\n`) + 2
			return text[:audit] + text[notary:end] + text[audit:notary] + text[end:]
		}},
		{of: "document", name: "a proof of something else", want: "does not show that there is a record", text: replace(`"proof":"AQ`, `"proof":"Ag`)},
		{of: "document", name: "a record changed", want: "does not lead to the root", text: replace(`\"method\":\"sha256\"`, `\"method\":\"sha257\"`)},
		{of: "document", name: "a key that is none", want: "a key begins with a kind of record", text: replace(`"records":[{"key":"document/`, `"records":[{"key":"paper/`)},
		{of: "document", name: "no evidence", want: "carries none", text: func(text string) string {
			return text[:strings.Index(text, `,"evidence"`)] + "}\n"
		}},
		{of: "document", name: "no JSON", want: "must be the JSON", text: func(text string) string { return text[:len(text)/2] }},
		{of: "document", name: "no line break at the end", want: "not what its evidence shows", text: func(text string) string { return strings.TrimSuffix(text, "\n") }},
		{of: "credential of a batch of one", name: "an empty path in another form", want: "an empty path is written null", text: replace(`"path":null`, `"path":[]`)},
		{of: "credential of a batch of one", name: "no path", want: "does not show everything", text: func(text string) string {
			return text[:strings.Index(text, `,"paths"`)] + "}}\n"
		}},
	}
	return all
}

func encodeSegment(data []byte) string { return base64.RawURLEncoding.EncodeToString(data) }
