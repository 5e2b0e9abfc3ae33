package answer_test

import (
	"crypto/rand"
	"slices"
	"strings"
	"time"

	"github.com/imi-ledger/imi/evidence"
	"github.com/imi-ledger/imi/evidence/answer"
	"github.com/imi-ledger/imi/evidence/credential"
	"github.com/imi-ledger/imi/evidence/evidencetest"
	"github.com/imi-ledger/imi/ledger"
)

// scene is a ledger with something to ask about it, and the verdict of the answer.
type scene struct {
	name    string
	verdict evidence.Verdict
	arrange func(b *bench) answer.Question
}

func aboutDocument(d ledger.Digest) answer.Question {
	return answer.Question{Document: &evidence.DocumentQuestion{Commitment: d}}
}

// ofDocument asks about a document after something happened to it.
func ofDocument(happens func(b *bench, key ledger.Key)) func(*bench) answer.Question {
	return func(b *bench) answer.Question {
		d := b.Digest()
		happens(b, b.Register(d))
		return aboutDocument(d)
	}
}

// ofRecord asks for the record of a document after something happened to it.
func ofRecord(happens func(b *bench, key ledger.Key)) func(*bench) answer.Question {
	return func(b *bench) answer.Question {
		key := b.Register(b.Digest())
		happens(b, key)
		return answer.Question{Record: key}
	}
}

// ofAttestation asks about a credential after something happened to its attestation.
func ofAttestation(happens func(b *bench, key ledger.Key)) func(*bench) answer.Question {
	return func(b *bench) answer.Question {
		d := b.Digest()
		happens(b, b.Issue(b.Attestation(evidencetest.Service, evidencetest.Degree, d)))
		return answer.Question{Credential: &d}
	}
}

// ofBatch asks about one credential of a batch.
func ofBatch(size, place int, happens func(b *bench, key ledger.Key)) func(*bench) answer.Question {
	return func(b *bench) answer.Question {
		_, statements := b.IssueMany(size)
		happens(b, ledger.AttestationKey(statements[place].Credential))
		return answer.Question{Credential: &statements[place].Credential}
	}
}

// ofNotarisation asks about a notarisation after something happened to it or its document.
func ofNotarisation(happens func(b *bench, key, document ledger.Key)) func(*bench) answer.Question {
	return func(b *bench) answer.Question {
		d := b.Digest()
		document := b.Register(d)
		id := b.Notarise(d)
		happens(b, ledger.NotarisationKey(id), document)
		return answer.Question{Notarisation: &id}
	}
}

var expected = evidence.Expectation{Audience: "imi:PoliceMSP", Nonce: "bm9uY2U", MaxAge: 2 * time.Minute, Skew: time.Minute}

// ofPresentation asks about a presentation of a credential that issue may change, after something happened.
func ofPresentation(issue func(*bench, *evidencetest.Credential), happens func(*bench, *evidencetest.Citizen, ledger.Key), claims ...string) func(*bench) answer.Question {
	return func(b *bench) answer.Question {
		citizen := b.Enrol()
		holder := *citizen
		compact := b.IssueCredential(citizen, func(c *evidencetest.Credential) {
			if issue != nil {
				issue(b, c)
			}
		})
		if happens != nil {
			jwt, _, _ := strings.Cut(string(compact), "~")
			happens(b, citizen, ledger.AttestationKey(ledger.DigestOf([]byte(jwt))))
		}
		return presented(b.Present(&holder, compact, expected.Audience, expected.Nonce, b.Now.Time(), claims...))
	}
}

func presented(text []byte) answer.Question {
	return answer.Question{Presentation: &answer.Presentation{Text: text, Want: expected}}
}

// altered presents a good credential and changes the text, or what was expected.
func altered(change func(b *bench, text string, want *evidence.Expectation) string) func(*bench) answer.Question {
	return func(b *bench) answer.Question {
		citizen := b.Enrol()
		text := b.Present(citizen, b.IssueCredential(citizen, nil), expected.Audience, expected.Nonce, b.Now.Time(), "over_18", "name")
		q := presented(text)
		q.Presentation.Text = []byte(change(b, string(text), &q.Presentation.Want))
		return q
	}
}

// plant puts a record on the ledger without any right to, and has the gateway believe it.
func plant[T any](b *bench, key ledger.Key, change func(*T)) {
	b.t.Helper()
	record := evidencetest.Get[T](b.Ledger, key)
	change(&record)
	text, err := ledger.Encode(record)
	if err != nil {
		b.t.Fatal(err)
	}
	b.plant(key, text)
}

func (b *bench) plant(key ledger.Key, record []byte) {
	b.lying = true
	b.Forge(evidencetest.Audit, evidencetest.Call{Function: ledger.DocumentRegister, Request: []byte("{}"), Writes: []ledger.Write{{Key: key, Record: record}}})
	b.Cut()
}

func planted[T any](change func(b *bench, record *T)) func(*bench, ledger.Key) {
	return func(b *bench, key ledger.Key) { plant(b, key, func(r *T) { change(b, r) }) }
}

func nothing(*bench, ledger.Key) {}

// edwards gives an organisation an Ed25519 key beside the one it has.
func (b *bench) edwards(id ledger.MSPID) (*ledger.Signer, *credential.PrivateKey) {
	b.t.Helper()
	key, err := credential.GenerateKey(rand.Reader, credential.EdDSA)
	if err != nil {
		b.t.Fatal(err)
	}
	signer, err := ledger.NewSigner(key.Crypto())
	if err != nil {
		b.t.Fatal(err)
	}
	b.Amend(id, func(o *ledger.Organisation) {
		o.SigningKeys = append(o.SigningKeys, ledger.RegisteredKey{Key: signer.PublicKey(), Period: ledger.Period{From: b.Now}})
	})
	return signer, key
}

func allScenes() []scene {
	return slices.Concat(recordScenes(), documentScenes(), attestationScenes(), batchScenes(), notarisationScenes(), credentialScenes(),
		holderScenes(), presentationScenes())
}

func recordScenes() []scene {
	return []scene{
		{"record present", evidence.Valid, func(b *bench) answer.Question {
			return answer.Question{Record: b.Register(b.Digest())}
		}},
		{"record of an organisation", evidence.Valid, func(b *bench) answer.Question {
			return answer.Question{Record: ledger.OrganisationKey(evidencetest.Notary)}
		}},
		{"record absent", evidence.NotFound, func(b *bench) answer.Question {
			return answer.Question{Record: ledger.DocumentKey(b.Digest())}
		}},
		{"record revoked", evidence.Revoked, ofRecord(func(b *bench, key ledger.Key) { b.Revoke(key) })},
		{"record revoked by nobody", evidence.Mismatch, ofRecord(planted(func(_ *bench, d *ledger.Document) { d.Status.State = ledger.Revoked }))},
		{"record under the key of another", evidence.Mismatch, ofRecord(planted(func(b *bench, d *ledger.Document) { d.Statement.Commitment = b.Digest() }))},
		{"record of an attestation", evidence.Valid, func(b *bench) answer.Question {
			return answer.Question{Record: b.Issue(b.Attestation(evidencetest.Service, evidencetest.Degree, b.Digest()))}
		}},
		{"record of a subject", evidence.Valid, func(b *bench) answer.Question {
			return answer.Question{Record: ledger.SubjectKey(b.Enrol().ID)}
		}},
		{"record not canonical", evidence.Mismatch, func(b *bench) answer.Question {
			key := ledger.DocumentKey(b.Digest())
			b.plant(key, []byte("{ \"b\" : [ 1 , \"\u2028 <&> \\u0041\" ],\n\"a\":{} }"))
			return answer.Question{Record: key}
		}},
	}
}

func documentScenes() []scene {
	type document = ledger.Document
	return []scene{
		{"document", evidence.Valid, ofDocument(nothing)},
		{"document by its digest", evidence.Valid, func(b *bench) answer.Question {
			d := ledger.DigestOf([]byte("a file"))
			b.Register(d)
			return answer.Question{Document: &evidence.DocumentQuestion{Commitment: d, Method: ledger.PlainDigest}}
		}},
		{"document by another method", evidence.Mismatch, func(b *bench) answer.Question {
			d := b.Digest()
			b.Register(d)
			return answer.Question{Document: &evidence.DocumentQuestion{Commitment: d, Method: ledger.SaltedDigest}}
		}},
		{"document revoked", evidence.Revoked, ofDocument(func(b *bench, key ledger.Key) { b.Revoke(key) })},
		{"document suspended", evidence.Suspended, ofDocument(func(b *bench, key ledger.Key) { b.Change(key, ledger.Suspended, ledger.ReasonHold) })},
		{"document reinstated", evidence.Valid, ofDocument(func(b *bench, key ledger.Key) {
			b.Change(key, ledger.Suspended, ledger.ReasonHold)
			b.Change(key, ledger.Active, ledger.ReasonReinstated)
		})},
		{"no document", evidence.NotFound, func(b *bench) answer.Question { return aboutDocument(b.Digest()) }},
		{"document of a registrar that changed keys", evidence.Valid, ofDocument(func(b *bench, _ ledger.Key) {
			b.Pass(time.Hour)
			b.RotateKey(evidencetest.Service)
		})},
		{"document signed with Ed25519", evidence.Valid, func(b *bench) answer.Question {
			signer, _ := b.edwards(evidencetest.Service)
			statement := b.Document(b.Digest())
			author, err := ledger.NewAuthor(signer, evidencetest.Service, evidencetest.Channel, statement)
			if err != nil {
				b.t.Fatal(err)
			}
			b.Submit(evidencetest.Service, ledger.DocumentRegister, ledger.Register{Author: author, Statement: statement})
			return aboutDocument(statement.Commitment)
		}},
		{"document notarised three times", evidence.Valid, func(b *bench) answer.Question {
			d := b.Digest()
			b.Register(d)
			b.Notarise(d)
			b.Revoke(ledger.NotarisationKey(b.Notarise(d)))
			b.Change(ledger.NotarisationKey(b.Notarise(d)), ledger.Suspended, ledger.ReasonHold)
			return aboutDocument(d)
		}},
		{"document overwritten", evidence.Mismatch, ofDocument(planted(func(_ *bench, d *document) { d.Statement.Kind = "other" }))},
		{"document with a signature that is none", evidence.Mismatch, ofDocument(planted(func(_ *bench, d *document) { d.Author.Signature = ledger.Signature{} }))},
		{"document with the other form of its signature", evidence.Mismatch, ofDocument(planted(func(_ *bench, d *document) { d.Author.Signature = highForm(d.Author.Signature) }))},
		{"document of somebody else", evidence.Mismatch, ofDocument(planted(func(b *bench, d *document) { d.Author = b.Author(evidencetest.Audit, d.Statement) }))},
		{"document of somebody nobody knows", evidence.Mismatch, ofDocument(planted(func(_ *bench, d *document) { d.Statement.Registrar = "NobodyMSP" }))},
		{"document of a kind nobody is accredited for", evidence.Mismatch, ofDocument(planted(func(b *bench, d *document) {
			d.Statement.Kind = "banknote"
			d.Author = b.Author(evidencetest.Service, d.Statement)
		}))},
		{"document dated before its key", evidence.Mismatch, ofDocument(planted(func(b *bench, d *document) {
			d.Statement.RegisteredAt = b.Now.Add(-24 * time.Hour)
			d.Author = b.Author(evidencetest.Service, d.Statement)
		}))},
		{"document in another version", evidence.Mismatch, ofDocument(planted(func(b *bench, d *document) {
			d.Statement.Version = 2
			d.Author = b.Author(evidencetest.Service, d.Statement)
		}))},
		{"document revoked by nobody", evidence.Mismatch, ofDocument(planted(func(_ *bench, d *document) { d.Status.State = ledger.Revoked }))},
		{"document reinstated by nobody", evidence.Mismatch, ofDocument(func(b *bench, key ledger.Key) {
			b.Revoke(key)
			plant(b, key, func(d *document) { d.Status.State = ledger.Active })
		})},
		{"document with another record under its key", evidence.Mismatch, ofDocument(func(b *bench, key ledger.Key) {
			other := b.Entry(b.Register(b.Digest())).Record
			b.plant(key, other)
		})},
		{"document that is not canonical", evidence.Mismatch, ofDocument(func(b *bench, key ledger.Key) {
			b.plant(key, append([]byte(" "), b.Entry(key).Record...))
		})},
		{"document that is no JSON", evidence.Mismatch, ofDocument(func(b *bench, key ledger.Key) { b.plant(key, []byte("hello \u2028\x01\"")) })},
		{"document with more fields", evidence.Mismatch, ofDocument(func(b *bench, key ledger.Key) {
			b.plant(key, []byte(strings.Replace(string(b.Entry(key).Record), `"status":{`, `"status":{"more":1,`, 1)))
		})},
		{"document whose registrar's entry is another's", evidence.Mismatch, ofDocument(func(b *bench, _ ledger.Key) {
			b.plant(ledger.OrganisationKey(evidencetest.Service), b.Entry(ledger.OrganisationKey(evidencetest.Audit)).Record)
		})},
	}
}

// highForm is the other signature over the same message: r and n-s. Many programs make it, none may have it accepted here.
func highForm(s ledger.Signature) ledger.Signature {
	order := []byte("\xff\xff\xff\xff\x00\x00\x00\x00\xff\xff\xff\xff\xff\xff\xff\xff\xbc\xe6\xfa\xad\xa7\x17\x9e\x84\xf3\xb9\xca\xc2\xfc\x63\x25\x51")
	borrow := 0
	for i := 31; i >= 0; i-- {
		d := int(order[i]) - int(s[32+i]) - borrow
		borrow = 0
		if d < 0 {
			d, borrow = d+256, 1
		}
		s[32+i] = byte(d)
	}
	return s
}

func attestationScenes() []scene {
	type attestation = ledger.Attestation
	resign := func(change func(b *bench, a *attestation)) func(*bench, ledger.Key) {
		return planted(func(b *bench, a *attestation) {
			change(b, a)
			a.Author = b.Author(evidencetest.Service, a.Statement)
		})
	}
	return []scene{
		{"credential", evidence.Valid, ofAttestation(nothing)},
		{"credential revoked", evidence.Revoked, ofAttestation(func(b *bench, key ledger.Key) { b.Change(key, ledger.Revoked, ledger.ReasonHolderRequest) })},
		{"credential suspended", evidence.Suspended, ofAttestation(func(b *bench, key ledger.Key) { b.Change(key, ledger.Suspended, ledger.ReasonHold) })},
		{"credential expired", evidence.Expired, ofAttestation(func(b *bench, _ ledger.Key) { b.Pass(evidencetest.Year) })},
		{"credential not valid yet", evidence.Expired, func(b *bench) answer.Question {
			s := b.Attestation(evidencetest.Service, evidencetest.Degree, b.Digest())
			s.NotBefore = b.Now.Add(time.Hour)
			b.Issue(s)
			return answer.Question{Credential: &s.Credential}
		}},
		{"no credential", evidence.NotFound, func(b *bench) answer.Question { d := b.Digest(); return answer.Question{Credential: &d} }},
		{"credential for longer than its type allows", evidence.Mismatch, ofAttestation(resign(func(_ *bench, a *attestation) {
			a.Statement.NotAfter = a.Statement.NotBefore.Add(101 * evidencetest.Year)
		}))},
		{"credential of a type nobody knows", evidence.Mismatch, ofAttestation(resign(func(_ *bench, a *attestation) { a.Statement.Type = "ghost/1" }))},
		{"credential of a type another may issue", evidence.Mismatch, ofAttestation(resign(func(_ *bench, a *attestation) { a.Statement.Type = evidencetest.Identity }))},
	}
}

func batchScenes() []scene {
	type attestation = ledger.Attestation
	return []scene{
		{"credential of a batch of one", evidence.Valid, ofBatch(1, 0, nothing)},
		{"first credential of a batch of two", evidence.Valid, ofBatch(2, 0, nothing)},
		{"last credential of a batch of seven", evidence.Valid, ofBatch(7, 6, nothing)},
		{"fifth credential of a batch of eight", evidence.Valid, ofBatch(8, 4, nothing)},
		{"credential of a batch, revoked", evidence.Revoked, ofBatch(5, 2, func(b *bench, key ledger.Key) { b.Revoke(key) })},
		{"credential of a batch, overwritten", evidence.Mismatch, ofBatch(5, 2, planted(func(_ *bench, a *attestation) {
			a.Statement.NotAfter = a.Statement.NotAfter.Add(time.Second)
		}))},
		{"credential of a batch, in another place", evidence.Mismatch, ofBatch(5, 2, planted(func(_ *bench, a *attestation) { a.Author.Batch.Index++ }))},
		{"credential of a batch, in no place", evidence.Mismatch, ofBatch(5, 2, planted(func(_ *bench, a *attestation) { a.Author.Batch.Index = -1 }))},
		{"credential of a batch that does not exist", evidence.Mismatch, ofBatch(5, 2, planted(func(b *bench, a *attestation) { a.Author.Batch.Root = b.Digest() }))},
		{"credential of a batch whose signature is another's", evidence.Mismatch, ofBatch(5, 2, func(b *bench, key ledger.Key) {
			root := evidencetest.Get[attestation](b.Ledger, key).Author.Batch.Root
			plant(b, ledger.BatchKey(root), func(s *ledger.SignedBatch) { s.Signed = b.Author(evidencetest.Audit, s.Statement) })
		})},
	}
}

func notarisationScenes() []scene {
	return []scene{
		{"notarisation", evidence.Valid, ofNotarisation(func(*bench, ledger.Key, ledger.Key) {})},
		{"notarisation revoked", evidence.Revoked, ofNotarisation(func(b *bench, key, _ ledger.Key) { b.Revoke(key) })},
		{"notarisation expired", evidence.Expired, ofNotarisation(func(b *bench, _, _ ledger.Key) { b.Pass(evidencetest.Year) })},
		{"notarisation of a revoked document", evidence.Revoked, ofNotarisation(func(b *bench, _, document ledger.Key) { b.Revoke(document) })},
		{"notarisation of a suspended document", evidence.Suspended, ofNotarisation(func(b *bench, _, document ledger.Key) {
			b.Change(document, ledger.Suspended, ledger.ReasonHold)
		})},
		{"notarisation of a document that does not exist", evidence.Mismatch, ofNotarisation(func(b *bench, key, _ ledger.Key) {
			plant(b, key, func(n *ledger.Notarisation) {
				n.Statement.Document = b.Digest()
				n.Author = b.Author(evidencetest.Notary, n.Statement)
			})
		})},
		{"no notarisation", evidence.NotFound, func(b *bench) answer.Question { id := b.ID(); return answer.Question{Notarisation: &id} }},
	}
}

func credentialScenes() []scene {
	issued := func(change func(*bench, *evidencetest.Credential)) func(*bench) answer.Question {
		return ofPresentation(change, nil)
	}
	return []scene{
		{"presentation of one claim", evidence.Valid, ofPresentation(nil, nil, "over_18")},
		{"presentation of all claims", evidence.Valid, ofPresentation(nil, nil, "over_18", "name")},
		{"presentation of a credential signed with Ed25519", evidence.Valid, ofPresentation(func(b *bench, c *evidencetest.Credential) {
			_, c.Signer = b.edwards(evidencetest.Police)
		}, nil, "name")},
		{"presentation of nothing", evidence.Valid, ofPresentation(nil, nil)},
		{"presentation of a credential that is over", evidence.Expired, issued(func(b *bench, c *evidencetest.Credential) {
			c.Expires = b.Now.Time()
			c.NotBefore = b.Now.Add(-time.Hour).Time()
			b.Pass(0)
		})},
		{"presentation of a credential whose time has not come", evidence.Expired, issued(func(b *bench, c *evidencetest.Credential) {
			c.NotBefore = b.Now.Add(time.Hour).Time()
		})},
		{"presentation of a credential about nobody", evidence.Mismatch, issued(func(_ *bench, c *evidencetest.Credential) { c.Subject = "" })},
		{"presentation of a credential about a stranger", evidence.Mismatch, issued(func(b *bench, c *evidencetest.Credential) { c.Subject = b.ID().String() })},
		{"presentation of a credential that names another issuer", evidence.Mismatch, issued(func(_ *bench, c *evidencetest.Credential) { c.Issuer = string(evidencetest.Service) })},
		{"presentation of a credential of another type", evidence.Mismatch, issued(func(_ *bench, c *evidencetest.Credential) { c.Type = "urn:imi:credential:identity:2" })},
		{"presentation of a credential of a foreign type", evidence.Mismatch, issued(func(_ *bench, c *evidencetest.Credential) { c.Type = "https://example.org/identity" })},
		{"presentation of a credential signed by nobody", evidence.Mismatch, issued(func(b *bench, c *evidencetest.Credential) { _, c.Signer = b.NewKey() })},
		{"presentation with claims its type does not know", evidence.Mismatch, issued(func(_ *bench, c *evidencetest.Credential) {
			c.Claims["shoe size\u00a0\u200b𠮷\x07"], c.Claims["z"], c.Claims["鞋"] = "41", true, 3
		})},
		{"presentation without what everybody must see", evidence.Mismatch, issued(func(_ *bench, c *evidencetest.Credential) { delete(c.Claims, "authority") })},
		{"presentation that hides what everybody must see", evidence.Mismatch, ofPresentation(func(_ *bench, c *evidencetest.Credential) {
			c.Policy.Disclosable = append(c.Policy.Disclosable, "authority")
		}, nil, "authority")},
		{"presentation with claims in claims", evidence.Valid, ofPresentation(func(b *bench, c *evidencetest.Credential) {
			c.Claims["name"] = map[string]any{"a.b": []any{"x", -12345678901234567, nil, map[string]any{"𠮷": 1, "\ue000": 2}}, "<&>\u2028": true, "": "\x7f\b"}
			c.Policy.Disclosable = []string{"name", `name["a.b"]`, `name["a.b"][]`, "over_18"}
		}, nil, "name", "over_18")},
		{"presentation of some elements", evidence.Valid, ofPresentation(func(b *bench, c *evidencetest.Credential) {
			c.Claims["name"] = []any{"first", "second", "third"}
			c.Policy.Disclosable = []string{"name", "name[]"}
		}, nil, "name[1]")},
	}
}
