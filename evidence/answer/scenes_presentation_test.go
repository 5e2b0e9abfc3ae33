package answer_test

import (
	"slices"
	"strings"
	"time"

	"github.com/imi-ledger/imi/evidence"
	"github.com/imi-ledger/imi/evidence/answer"
	"github.com/imi-ledger/imi/evidence/credential"
	"github.com/imi-ledger/imi/evidence/evidencetest"
	"github.com/imi-ledger/imi/ledger"
)

func holderScenes() []scene {
	happened := func(what func(*bench, *evidencetest.Citizen, ledger.Key)) func(*bench) answer.Question {
		return ofPresentation(nil, what, "over_18")
	}
	onSubject := func(change func(*bench, *ledger.Subject)) func(*bench) answer.Question {
		return happened(func(b *bench, c *evidencetest.Citizen, _ ledger.Key) {
			plant(b, ledger.SubjectKey(c.ID), func(s *ledger.Subject) { change(b, s) })
		})
	}
	// renewed has a credential made for the holder's newest key.
	renewed := func(lost bool, then func(*bench, *evidencetest.Citizen)) func(*bench) answer.Question {
		return func(b *bench) answer.Question {
			c := b.Enrol()
			b.Pass(time.Minute)
			b.RotateHolderKey(c, lost)
			b.Pass(time.Minute)
			b.RotateHolderKey(c, !lost)
			compact := b.IssueCredential(c, nil)
			then(b, c)
			return presented(b.Present(c, compact, expected.Audience, expected.Nonce, b.Now.Time(), "over_18"))
		}
	}
	return []scene{
		{"presentation, attestation revoked", evidence.Revoked, happened(func(b *bench, _ *evidencetest.Citizen, key ledger.Key) { b.Revoke(key) })},
		{"presentation, no attestation", evidence.NotFound, func(b *bench) answer.Question {
			c := b.Enrol()
			other := newBench(b.t)
			compact := other.IssueCredential(c, nil)
			return presented(b.Present(c, compact, expected.Audience, expected.Nonce, b.Now.Time()))
		}},
		{"presentation, identity revoked", evidence.Revoked, happened(func(b *bench, c *evidencetest.Citizen, _ ledger.Key) {
			b.Change(ledger.SubjectKey(c.ID), ledger.Revoked, ledger.ReasonDeceased)
		})},
		{"presentation with a key given up", evidence.Mismatch, happened(func(b *bench, c *evidencetest.Citizen, _ ledger.Key) {
			b.Pass(time.Minute)
			b.RotateHolderKey(c, false)
		})},
		{"presentation with the third key, lost before", evidence.Valid, renewed(true, func(*bench, *evidencetest.Citizen) {})},
		{"presentation with the third key, given up before", evidence.Valid, renewed(false, func(*bench, *evidencetest.Citizen) {})},
		{"presentation with a key whose change nobody signed", evidence.Mismatch, renewed(false, func(b *bench, c *evidencetest.Citizen) {
			plant(b, ledger.SubjectKey(c.ID), func(s *ledger.Subject) { s.Keys[1].Change.OldKey = s.Keys[1].Change.NewKey })
		})},
		{"presentation with a key that the enroller alone changed", evidence.Mismatch, renewed(true, func(b *bench, c *evidencetest.Citizen) {
			plant(b, ledger.SubjectKey(c.ID), func(s *ledger.Subject) { s.Keys[1].Change.Witness = s.Keys[1].Change.Enroller })
		})},
		{"presentation with a key that a witness without rights changed", evidence.Mismatch, renewed(true, func(b *bench, c *evidencetest.Citizen) {
			plant(b, ledger.OrganisationKey(evidencetest.Notary), func(o *ledger.Organisation) { o.Accreditations = o.Accreditations[:1] })
		})},
		{"presentation, last key closed", evidence.Mismatch, onSubject(func(b *bench, s *ledger.Subject) { s.Keys[0].Until = b.Now.Add(time.Hour) })},
		{"presentation, identity without keys", evidence.Mismatch, onSubject(func(_ *bench, s *ledger.Subject) { s.Keys = nil })},
		{"presentation, identity the holder did not sign", evidence.Mismatch, onSubject(func(_ *bench, s *ledger.Subject) { s.Holder = ledger.Signature{} })},
		{"presentation, identity of another enroller", evidence.Mismatch, onSubject(func(b *bench, s *ledger.Subject) {
			s.Statement.Enroller = evidencetest.Audit
			s.Author = b.Author(evidencetest.Audit, s.Statement)
		})},
	}
}

func presentationScenes() []scene {
	replace := func(old, with string) func(*bench) answer.Question {
		return altered(func(_ *bench, text string, _ *evidence.Expectation) string {
			return strings.Replace(text, old, with, 1)
		})
	}
	whole := func(text string) func(*bench) answer.Question {
		return altered(func(*bench, string, *evidence.Expectation) string { return text })
	}
	parts := func(change func([]string) []string) func(*bench) answer.Question {
		return altered(func(_ *bench, text string, _ *evidence.Expectation) string {
			return strings.Join(change(strings.Split(text, "~")), "~")
		})
	}
	signedAt := func(offset time.Duration) func(*bench) answer.Question {
		return func(b *bench) answer.Question {
			c := b.Enrol()
			return presented(b.Present(c, b.IssueCredential(c, nil), expected.Audience, expected.Nonce, b.Now.Add(offset).Time(), "over_18"))
		}
	}
	// jwt is a presentation whose issuer-signed part has another header and payload.
	jwt := func(header, payload string) func(*bench) answer.Question {
		part := func(text string) string { return encodeSegment([]byte(text)) }
		return parts(func(p []string) []string {
			p[0] = part(header) + "." + part(payload) + "." + encodeSegment(make([]byte, 64))
			return p
		})
	}
	const good = `{"alg":"ES256","typ":"dc+sd-jwt"}`
	return []scene{
		{"presentation for another verifier", evidence.Mismatch, altered(func(_ *bench, text string, want *evidence.Expectation) string {
			want.Audience = "imi:AuditMSP"
			return text
		})},
		{"presentation for another request", evidence.Mismatch, altered(func(_ *bench, text string, want *evidence.Expectation) string { want.Nonce = "other"; return text })},
		{"presentation signed long ago", evidence.Mismatch, signedAt(-181 * time.Second)},
		{"presentation signed just in time", evidence.Valid, signedAt(-180 * time.Second)},
		{"presentation signed in the future", evidence.Mismatch, signedAt(61 * time.Second)},
		{"presentation without a signature", evidence.Mismatch, parts(func(p []string) []string { p[len(p)-1] = ""; return p })},
		{"presentation with one claim taken away", evidence.Mismatch, parts(func(p []string) []string { return slices.Delete(p, 1, 2) })},
		{"presentation with a claim twice", evidence.Mismatch, parts(func(p []string) []string { return slices.Insert(p, 1, p[1]) })},
		{"presentation with a claim of its own", evidence.Mismatch, parts(func(p []string) []string {
			return slices.Insert(p, 1, encodeSegment([]byte(`["c2FsdA","degree","doctor"]`)))
		})},
		{"presentation with a reserved claim", evidence.Mismatch, parts(func(p []string) []string { p[1] = encodeSegment([]byte(`["c2FsdA","_sd",[]]`)); return p })},
		{"presentation with a claim that is no array", evidence.Mismatch, parts(func(p []string) []string { p[1] = encodeSegment([]byte(`{}`)); return p })},
		{"presentation with a claim whose name is a number", evidence.Mismatch, parts(func(p []string) []string { p[1] = encodeSegment([]byte(`["s",1,2]`)); return p })},
		{"presentation with a claim without salt", evidence.Mismatch, parts(func(p []string) []string { p[1] = encodeSegment([]byte(`["","a",2]`)); return p })},
		{"presentation with an empty claim", evidence.Mismatch, parts(func(p []string) []string { p[1] = ""; return p })},
		{"presentation that is deep", evidence.Mismatch, parts(func(p []string) []string {
			p[1] = encodeSegment([]byte(strings.Repeat("[", 33) + strings.Repeat("]", 33)))
			return p
		})},
		{"presentation with a name twice", evidence.Mismatch, jwt(good, `{"iss":"a","iss":"a"}`)},
		{"presentation with half a character", evidence.Mismatch, jwt(good, `{"iss":"\ud800"}`)},
		{"presentation of a payload that is no object", evidence.Mismatch, jwt(good, `[]`)},
		{"presentation of a payload that is no JSON", evidence.Mismatch, jwt(good, "{\"a\":\"\xff\"}")},
		{"presentation without an issuer", evidence.Mismatch, jwt(good, `{"vct":"a"}`)},
		{"presentation whose issuer is a number", evidence.Mismatch, jwt(good, `{"iss":1.50,"vct":"a"}`)},
		{"presentation with a time that is none", evidence.Mismatch, jwt(good, `{"iss":"a","vct":"a","exp":1.5}`)},
		{"presentation with a time beyond all", evidence.Mismatch, jwt(good, `{"iss":"a","vct":"a","nbf":253402300800}`)},
		{"presentation with another hash", evidence.Mismatch, jwt(good, `{"iss":"a","vct":"a","_sd_alg":"sha-512"}`)},
		{"presentation bound to no key", evidence.Mismatch, jwt(good, `{"iss":"a","vct":"a","cnf":{"kid":"a"}}`)},
		{"presentation bound to a private key", evidence.Mismatch, jwt(good, `{"iss":"a","vct":"a","cnf":{"jwk":{"d":"a"}}}`)},
		{"presentation bound to a key off the curve", evidence.Mismatch, jwt(good, `{"iss":"a","vct":"a","cnf":{"jwk":{"crv":"P-256","kty":"EC","x":"`+
			strings.Repeat("A", 42)+`Q","y":"`+strings.Repeat("A", 43)+`"}}}`)},
		{"presentation that is not a credential", evidence.Mismatch, jwt(`{"alg":"ES256","typ":"example+sd-jwt"}`, `{}`)},
		{"presentation of another type of token", evidence.Mismatch, jwt(`{"alg":"ES256","typ":"jwt"}`, `{}`)},
		{"presentation signed with nothing", evidence.Mismatch, jwt(`{"alg":"none","typ":"dc+sd-jwt"}`, `{}`)},
		{"presentation with a critical header", evidence.Mismatch, jwt(`{"alg":"ES256","crit":["x"]}`, `{}`)},
		{"presentation with a key id that is no text", evidence.Mismatch, jwt(`{"alg":"ES256","kid":1}`, `{}`)},
		{"presentation of the issuer's part alone", evidence.Mismatch, parts(func(p []string) []string { return p[:1] })},
		{"presentation signed with a short signature", evidence.Mismatch, parts(func(p []string) []string { p[len(p)-1] = p[len(p)-1][:len(p[len(p)-1])-4]; return p })},
		{"presentation with a line break", evidence.Mismatch, replace(".", ".\n")},
		{"presentation with a wrong bit", evidence.Mismatch, parts(func(p []string) []string {
			last := p[len(p)-1]
			p[len(p)-1] = last[:len(last)-10] + flipped(last[len(last)-10:])
			return p
		})},
		{"presentation without any text", evidence.Mismatch, whole("")},
		{"presentation that says hello", evidence.Mismatch, whole("hello")},
		{"presentation of 64 KiB", evidence.Mismatch, whole(strings.Repeat("~", credential.MaxSize+1))},
	}
}
