package evidence

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/imi-ledger/imi/evidence/credential"
	"github.com/imi-ledger/imi/ledger"
)

// Expectation is what a verifier asked a holder for.
type Expectation struct {
	Audience string
	Nonce    string
	MaxAge   time.Duration // of the holder's signature
	Skew     time.Duration // tolerance for clocks that differ
	// NonceRefused says, in English, why the nonce does not count although the presentation answers it: used, expired,
	// never given out. Empty when it counts. Whoever gives nonces out knows; this package keeps no state.
	NonceRefused string
}

// VerifyPresentation verifies a presentation of a credential, made by its holder for this verifier.
func (v Verifier) VerifyPresentation(ctx context.Context, presentation []byte, want Expectation, asked Asked) Finding {
	e := v.begin(ctx, asked)
	if !e.resolve() {
		return e.result()
	}
	parsed, err := credential.Parse(presentation)
	if err == nil && !parsed.IsCredential() {
		err = &credential.Refusal{Check: credential.CheckForm, Reason: credential.WrongMediaType, Detail: "this is not a credential"}
	}
	if err != nil {
		e.refuse(err)
		return e.result()
	}
	p := &presented{examination: e, parsed: parsed}
	p.examineSignature(want)
	p.examineOpened()
	p.examineOnLedger()
	return e.result()
}

// presented is the examination of one presentation.
type presented struct {
	*examination
	parsed *credential.Parsed
	opened credential.Opened
}

// refuse maps a refusal of package credential, which needs no ledger to be certain, to the check and verdict it means.
func (e *examination) refuse(err error) {
	refusal, ok := credential.AsRefusal(err)
	if !ok {
		e.fault(err)
		return
	}
	check, verdict, reason := CheckIntegrity, Mismatch, ReasonMalformed
	switch refusal.Check {
	case credential.CheckAuthor:
		check, reason = CheckAuthor, ReasonSignature
	case credential.CheckHolder:
		check, reason = CheckHolderBinding, ReasonPresentation
	case credential.CheckValidity:
		check, verdict, reason = CheckStatus, Expired, ReasonOver
		if refusal.Reason == credential.NotYetValid {
			reason = ReasonNotYetValid
		}
	}
	e.certain = e.certain || verdict == Mismatch && check != CheckAuthor
	e.fail(check, verdict, reason, refusal.Detail)
}

// examineSignature checks what the holder signed: this choice of claims, for this verifier, nonce and time.
func (p *presented) examineSignature(want Expectation) {
	if want.NonceRefused != "" {
		p.certain = true
		p.fail(CheckHolderBinding, Mismatch, ReasonNonce, want.NonceRefused)
		return
	}
	signed, err := p.parsed.VerifyHolder(credential.Expected{
		Audience: want.Audience, Nonce: want.Nonce, Now: p.moment(), MaxAge: want.MaxAge, Skew: want.Skew,
	})
	if credential.ReasonOf(err) == credential.NoExpectation {
		p.fault(errors.New("a verifier must say which audience, nonce and age it expects"))
		return
	}
	if err != nil {
		p.refuse(err)
		return
	}
	p.pass(CheckHolderBinding, fmt.Sprintf("signed by the holder at %s for this verifier and nonce", signed.UTC().Format(time.RFC3339)))
}

// moment is the time asked about: not cut to seconds when it is now.
func (p *presented) moment() time.Time {
	if p.asked.AsOf.Block == nil && p.asked.AsOf.Time.IsZero() {
		return p.asked.Now
	}
	return p.at.Time()
}

// examineOpened puts the disclosures where the issuer has their digests, and checks the credential's own period.
func (p *presented) examineOpened() {
	opened, err := p.parsed.Open()
	if err != nil {
		p.refuse(err)
		return
	}
	p.opened = opened
	p.finding.Claims, p.finding.Disclosed = opened.Claims, opened.Disclosed
	if err := p.parsed.CheckTime(p.moment(), 0); err != nil {
		p.refuse(err)
	}
}

// examineOnLedger holds the credential against its attestation, its type and its subject.
func (p *presented) examineOnLedger() {
	attestation, entry, kind, ok := p.examineAttestation(ledger.AttestationKey(ledger.Digest(p.parsed.Digest())))
	if attestation.Statement.Issuer != "" {
		p.examineIssuer(attestation.Statement, entry.First)
	}
	if ok {
		p.examineClaims(kind)
		p.examineHolder()
	}
}

// examineIssuer checks that the attestation is about this credential and that the same issuer signed both.
func (p *presented) examineIssuer(s ledger.AttestationStatement, recorded uint64) {
	author := p.parsed.Author()
	if author.Issuer != string(s.Issuer) || credential.TypeNameOf(author.Type) != string(s.Type) {
		p.fail(CheckIntegrity, Mismatch, ReasonOtherContent, "the issuer or the type of the credential is not what the issuer attested")
		return
	}
	organisation, entry, ok := p.organisation(CheckAuthor, s.Issuer, recorded, keyAt(ledger.KeyID(author.KeyID), s.IssuedAt))
	if !ok {
		return
	}
	err := p.parsed.VerifyIssuer(func(a credential.Author) (credential.PublicKey, error) {
		key, ok := organisation.SigningKeyAt(ledger.KeyID(a.KeyID), s.IssuedAt)
		if !ok {
			return credential.PublicKey{}, nil
		}
		return holderKey(key)
	})
	switch {
	case err == nil:
		p.pass(CheckAuthor, "the credential and its attestation are signed by "+author.Issuer, entry)
	case credential.ReasonOf(err) == credential.UnknownKey:
		p.fail(CheckAuthor, Mismatch, ReasonUnknownKey, fmt.Sprintf("the credential is signed with a key that was not %s's at %v", s.Issuer, s.IssuedAt), entry)
	default:
		p.refuse(err)
	}
}

// holderKey is a key of the ledger as package credential has it.
func holderKey(key ledger.PublicKey) (credential.PublicKey, error) {
	public, err := key.Crypto()
	if err != nil {
		return credential.PublicKey{}, err
	}
	return credential.NewPublicKey(public)
}
