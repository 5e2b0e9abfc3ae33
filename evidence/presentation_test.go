package evidence_test

import (
	"strings"
	"testing"
	"time"

	"github.com/imi-ledger/imi/evidence"
	"github.com/imi-ledger/imi/evidence/evidencetest"
	"github.com/imi-ledger/imi/ledger"
)

func TestVerifyPresentation(t *testing.T) {
	type citizen = evidencetest.Citizen
	// Each case issues a credential, changed by issue, and presents it after arrange.
	cases := map[string]struct {
		issue   func(*bench, *evidencetest.Credential, *citizen)
		arrange func(*bench, *citizen, ledger.Key)
		verdict evidence.Verdict
		reason  evidence.Reason
		failed  []evidence.CheckName
	}{
		"valid": {nil, nil, evidence.Valid, evidence.ReasonNone, nil},
		"valid after the issuer changed keys": {nil, func(b *bench, _ *citizen, _ ledger.Key) {
			b.RotateKey(evidencetest.Police)
		}, evidence.Valid, evidence.ReasonNone, nil},
		"revoked": {nil, func(b *bench, _ *citizen, key ledger.Key) {
			b.Change(key, ledger.Revoked, ledger.ReasonHolderRequest)
		}, evidence.Revoked, evidence.Reason(ledger.ReasonHolderRequest), []evidence.CheckName{evidence.CheckStatus}},
		"suspended": {nil, func(b *bench, _ *citizen, key ledger.Key) {
			b.Change(key, ledger.Suspended, ledger.ReasonHold)
		}, evidence.Suspended, evidence.Reason(ledger.ReasonHold), []evidence.CheckName{evidence.CheckStatus}},
		"expired": {nil, func(b *bench, _ *citizen, _ ledger.Key) {
			b.Pass(evidencetest.Year)
		}, evidence.Expired, evidence.ReasonOver, []evidence.CheckName{evidence.CheckStatus}},
		"the credential expires before its attestation": {func(b *bench, c *evidencetest.Credential, _ *citizen) {
			c.Expires = b.Now.Add(time.Hour).Time()
		}, func(b *bench, _ *citizen, _ ledger.Key) {
			b.Pass(time.Hour)
		}, evidence.Expired, evidence.ReasonOver, []evidence.CheckName{evidence.CheckStatus}},
		"the credential begins later": {func(b *bench, c *evidencetest.Credential, _ *citizen) {
			c.NotBefore = b.Now.Add(time.Hour).Time()
		}, nil, evidence.Expired, evidence.ReasonNotYetValid, []evidence.CheckName{evidence.CheckStatus}},
		"the holder is revoked": {nil, func(b *bench, c *citizen, _ ledger.Key) {
			b.Change(ledger.SubjectKey(c.ID), ledger.Revoked, ledger.ReasonDeceased)
		}, evidence.Revoked, evidence.Reason(ledger.ReasonDeceased), []evidence.CheckName{evidence.CheckStatus}},
		"the holder's key was changed": {nil, func(b *bench, c *citizen, _ ledger.Key) {
			b.Pass(time.Minute)
			b.RotateHolderKey(c, false)
		}, evidence.Mismatch, evidence.ReasonHolderKey, []evidence.CheckName{evidence.CheckHolderBinding}},
		"the holder's key was stolen and replaced": {nil, func(b *bench, c *citizen, _ ledger.Key) {
			b.Pass(time.Minute)
			b.RotateHolderKey(c, true)
		}, evidence.Mismatch, evidence.ReasonHolderKey, []evidence.CheckName{evidence.CheckHolderBinding}},
		"bound to a key the ledger does not list": {func(b *bench, c *evidencetest.Credential, holder *citizen) {
			_, holder.Key = b.NewKey()
			c.Holder = holder.Key.Public()
		}, nil, evidence.Mismatch, evidence.ReasonHolderKey, []evidence.CheckName{evidence.CheckHolderBinding}},
		"about nobody": {func(_ *bench, c *evidencetest.Credential, _ *citizen) { c.Subject = "" }, nil,
			evidence.Mismatch, evidence.ReasonSubject, []evidence.CheckName{evidence.CheckHolderBinding}},
		"about a stranger": {func(b *bench, c *evidencetest.Credential, _ *citizen) { c.Subject = b.ID().String() }, nil,
			evidence.Mismatch, evidence.ReasonSubject, []evidence.CheckName{evidence.CheckHolderBinding}},
		"the issuer says it is another": {func(_ *bench, c *evidencetest.Credential, _ *citizen) { c.Issuer = string(evidencetest.Service) }, nil,
			evidence.Mismatch, evidence.ReasonOtherContent, []evidence.CheckName{evidence.CheckIntegrity}},
		"another type than attested": {func(_ *bench, c *evidencetest.Credential, _ *citizen) { c.Type = "urn:imi:credential:identity:2" }, nil,
			evidence.Mismatch, evidence.ReasonOtherContent, []evidence.CheckName{evidence.CheckIntegrity}},
		"signed with a key of no organisation": {func(b *bench, c *evidencetest.Credential, _ *citizen) { _, c.Signer = b.NewKey() }, nil,
			evidence.Mismatch, evidence.ReasonUnknownKey, []evidence.CheckName{evidence.CheckAuthor}},
		"a claim its type does not know": {func(_ *bench, c *evidencetest.Credential, _ *citizen) { c.Claims["shoe_size"] = "41" }, nil,
			evidence.Mismatch, evidence.ReasonTypeRules, []evidence.CheckName{evidence.CheckIntegrity}},
		"without what everybody must see": {func(_ *bench, c *evidencetest.Credential, _ *citizen) { delete(c.Claims, "authority") }, nil,
			evidence.Mismatch, evidence.ReasonTypeRules, []evidence.CheckName{evidence.CheckIntegrity}},
		"hides what everybody must see": {func(_ *bench, c *evidencetest.Credential, _ *citizen) {
			c.Policy.Disclosable = append(c.Policy.Disclosable, "authority")
		}, nil, evidence.Mismatch, evidence.ReasonTypeRules, []evidence.CheckName{evidence.CheckIntegrity}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			citizen := b.Enrol()
			compact := b.IssueCredential(citizen, func(in *evidencetest.Credential) {
				if c.issue != nil {
					c.issue(b, in, citizen)
				}
			})
			holder := *citizen
			if c.arrange != nil {
				c.arrange(b, citizen, attestationOf(compact))
			}
			f := b.present(&holder, compact)
			expect(t, f, c.verdict, c.reason, c.failed...)
			if valid := c.verdict == evidence.Valid; (f.Subject != "") != valid || (f.Claims != nil) != valid {
				t.Errorf("%s, yet subject %q and claims %v are shown", f.Verdict, f.Subject, f.Claims)
			}
		})
	}
}

func attestationOf(compact []byte) ledger.Key {
	jwt, _, _ := strings.Cut(string(compact), "~")
	return ledger.AttestationKey(ledger.DigestOf([]byte(jwt)))
}

func TestVerifyWhatTheHolderSigned(t *testing.T) {
	b := newBench(t)
	c := b.Enrol()
	compact := b.IssueCredential(c, nil)
	now := b.Now.Time()
	good := b.Present(c, compact, audience, nonce, now, "over_18")
	holder := []evidence.CheckName{evidence.CheckHolderBinding}
	cases := map[string]struct {
		presentation []byte
		want         func(*evidence.Expectation)
		reason       evidence.Reason
		failed       []evidence.CheckName
	}{
		"for another verifier":     {b.Present(c, compact, "imi:AuditMSP", nonce, now), nil, evidence.ReasonPresentation, holder},
		"for another request":      {b.Present(c, compact, audience, "other", now), nil, evidence.ReasonPresentation, holder},
		"signed too long ago":      {b.Present(c, compact, audience, nonce, now.Add(-3*time.Minute)), nil, evidence.ReasonPresentation, holder},
		"signed in the future":     {b.Present(c, compact, audience, nonce, now.Add(time.Minute)), nil, evidence.ReasonPresentation, holder},
		"not signed":               {compact, nil, evidence.ReasonPresentation, holder},
		"with a nonce used before": {good, func(e *evidence.Expectation) { e.NonceRefused = "the nonce was used before" }, evidence.ReasonNonce, holder},
		"a bit wrong":              {flip(good, len(good)-20), nil, evidence.ReasonPresentation, holder},
		"no credential at all":     {[]byte("hello"), nil, evidence.ReasonMalformed, []evidence.CheckName{evidence.CheckIntegrity}},
		"nothing":                  {nil, nil, evidence.ReasonMalformed, []evidence.CheckName{evidence.CheckIntegrity}},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			saved := b.want
			defer func() { b.want = saved }()
			if tc.want != nil {
				tc.want(&b.want)
			}
			expect(t, b.presentation(tc.presentation), evidence.Mismatch, tc.reason, tc.failed...)
			// An old state changes nothing about what the holder signed.
			asked := evidence.Asked{Now: now}
			f := b.VerifyPresentation(t.Context(), tc.presentation, b.want, asked)
			if f.Verdict != evidence.Mismatch {
				t.Errorf("with an old state: %s (%s)", f.Verdict, f.Reason)
			}
		})
	}
	expect(t, b.presentation(good), evidence.Valid, evidence.ReasonNone)
}

func flip(text []byte, at int) []byte {
	changed := append([]byte(nil), text...)
	if changed[at] == 'A' {
		changed[at] = 'B'
	} else {
		changed[at] = 'A'
	}
	return changed
}

func TestVerifyPresentationNotAttested(t *testing.T) {
	b := newBench(t)
	c := b.Enrol()
	compact := b.IssueCredential(c, nil)
	other := evidencetest.New(t)
	other.Now = b.Now
	b.Source = other
	expect(t, b.present(c, compact), evidence.NotFound, evidence.ReasonNoRecord, evidence.CheckIntegrity)
}

func TestVerifyPresentationShowsOnlyWhatIsDisclosed(t *testing.T) {
	b := newBench(t)
	c := b.Enrol()
	f := b.present(c, b.IssueCredential(c, nil))
	if f.Claims["over_18"] != true || f.Claims["authority"] != "北京市公安局" || f.Claims["name"] != nil {
		t.Errorf("claims %v", f.Claims)
	}
	if f.Subject != c.ID.String() || len(f.Disclosed) != 1 || f.Disclosed[0] != "over_18" {
		t.Errorf("subject %q, disclosed %v", f.Subject, f.Disclosed)
	}
}

// A presentation signed before the key was changed was good then, and says so as of then.
func TestVerifyPresentationAsOf(t *testing.T) {
	b := newBench(t)
	c := b.Enrol()
	compact := b.IssueCredential(c, nil)
	b.Pass(time.Minute)
	then := b.Now
	text := b.Present(c, compact, audience, nonce, then.Time(), "over_18")
	b.Pass(time.Minute)
	b.RotateHolderKey(c, false)
	b.Revoke(attestationOf(compact))
	expect(t, b.presentation(text), evidence.Mismatch, evidence.ReasonHolderKey, evidence.CheckStatus, evidence.CheckHolderBinding)
	b.asked = &evidence.Asked{Now: b.Now.Time(), Level: b.Now.Time(), AsOf: evidence.AsOf{Time: then}}
	expect(t, b.presentation(text), evidence.Valid, evidence.ReasonNone)
}

func TestVerifySubjectTamperedWith(t *testing.T) {
	type subject = ledger.Subject
	stranger := func(b *bench) (ledger.PublicKey, ledger.Signature, *ledger.Signer) {
		signer, _ := b.NewKey()
		return signer.PublicKey(), ledger.Signature{1}, signer
	}
	for name, change := range map[string]func(*bench, *evidencetest.Citizen, *subject){
		"first key replaced": func(b *bench, _ *evidencetest.Citizen, s *subject) {
			s.Keys[0].Key, _, _ = stranger(b)
		},
		"enrolment not signed by the holder": func(_ *bench, _ *evidencetest.Citizen, s *subject) { s.Holder[3] ^= 1 },
		"change not signed by the old key":   func(_ *bench, _ *evidencetest.Citizen, s *subject) { s.Keys[1].Change.OldKey[3] ^= 1 },
		"change not signed by the new key":   func(_ *bench, _ *evidencetest.Citizen, s *subject) { s.Keys[1].Change.NewKey[3] ^= 1 },
		"re-binding by nobody":               func(_ *bench, _ *evidencetest.Citizen, s *subject) { s.Keys[2].Change.Witness = nil },
		"re-binding without the enroller": func(_ *bench, _ *evidencetest.Citizen, s *subject) {
			s.Keys[2].Change.Enroller = s.Keys[2].Change.Witness
		},
		"re-binding with one organisation": func(_ *bench, _ *evidencetest.Citizen, s *subject) {
			s.Keys[2].Change.Witness = s.Keys[2].Change.Enroller
		},
		"re-binding witnessed by no witness": func(b *bench, _ *evidencetest.Citizen, s *subject) {
			author := b.Author(evidencetest.Police, s.Keys[2].Change.Change)
			s.Keys[2].Change.Enroller, s.Keys[2].Change.Witness = &author, &author
		},
		"last key closed": func(b *bench, _ *evidencetest.Citizen, s *subject) { s.Keys[2].Until = b.Now.Add(time.Hour) },
		"gap between keys": func(_ *bench, _ *evidencetest.Citizen, s *subject) {
			s.Keys[1].Until = s.Keys[1].Until.Add(-time.Second)
		},
		"change removed":         func(_ *bench, _ *evidencetest.Citizen, s *subject) { s.Keys[1].Change = nil },
		"no keys":                func(_ *bench, _ *evidencetest.Citizen, s *subject) { s.Keys = nil },
		"enrolled by another":    func(_ *bench, _ *evidencetest.Citizen, s *subject) { s.Statement.Enroller = evidencetest.Service },
		"not signed by enroller": func(_ *bench, _ *evidencetest.Citizen, s *subject) { s.Author.Signature[9] ^= 1 },
		"suspended by nobody":    func(_ *bench, _ *evidencetest.Citizen, s *subject) { s.Status.State = ledger.Suspended },
		"another subject's":      func(b *bench, _ *evidencetest.Citizen, s *subject) { s.Statement.ID = b.ID() },
		"of another format":      func(_ *bench, _ *evidencetest.Citizen, s *subject) { s.Statement.Version = 2 },
		"assurance level raised": func(_ *bench, _ *evidencetest.Citizen, s *subject) { s.Statement.Assurance = ledger.AssuranceRemote },
		"enrolled at another time": func(_ *bench, _ *evidencetest.Citizen, s *subject) {
			s.Statement.EnrolledAt = s.Statement.EnrolledAt.Add(time.Second)
		},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			c := b.Enrol()
			b.Pass(time.Minute)
			b.RotateHolderKey(c, false)
			b.Pass(time.Minute)
			b.RotateHolderKey(c, true)
			compact := b.IssueCredential(c, nil)
			expect(t, b.present(c, compact), evidence.Valid, evidence.ReasonNone)
			b.trust()
			overwrite(b, ledger.SubjectKey(c.ID), func(s *subject) { change(b, c, s) })
			if f := b.present(c, compact); f.Verdict != evidence.Mismatch {
				t.Errorf("verdict %s (%s)", f.Verdict, f.Reason)
			}
		})
	}
}
