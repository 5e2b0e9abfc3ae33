package evidence

import (
	"context"
	"fmt"
	"time"

	"github.com/imi-ledger/imi/ledger"
)

// VerifyCredential verifies the issuer's attestation of a credential, by the credential's digest. It says nothing about who
// holds it.
func (v Verifier) VerifyCredential(ctx context.Context, credential ledger.Digest, asked Asked) Finding {
	e := v.begin(ctx, asked)
	e.skip(CheckHolderBinding, "nothing was presented: this is about the issuer's attestation only")
	if e.resolve() {
		e.examineAttestation(ledger.AttestationKey(credential))
	}
	return e.result()
}

// examineAttestation examines the record and what the credential's type says about it.
func (e *examination) examineAttestation(key ledger.Key) (a ledger.Attestation, entry Entry, kind ledger.CredentialType, ok bool) {
	a, entry, ok = subjectOf[ledger.Attestation](e, key)
	if !ok {
		return a, entry, kind, false
	}
	e.examine(attestationStatement(entry, a))
	kind, ok = e.credentialType(a.Statement.Type)
	if !ok {
		return a, entry, kind, false
	}
	s := a.Statement
	if longest := time.Duration(kind.LongestValidityDays) * 24 * time.Hour; s.NotBefore.Add(longest).Before(s.NotAfter) {
		e.fail(CheckAccreditation, Mismatch, ReasonTypeRules,
			fmt.Sprintf("a credential of type %s may be valid for %d days at most", s.Type, kind.LongestValidityDays), entry)
	}
	return a, entry, kind, e.finding.Fault == nil
}

func (e *examination) credentialType(name ledger.CredentialTypeName) (ledger.CredentialType, bool) {
	kind, entry, ok := read[ledger.CredentialType](e, ledger.CredentialTypeKey(name))
	if ok && kind.Name == name {
		e.look(CheckAccreditation, entry)
		return kind, true
	}
	if e.finding.Fault == nil {
		e.fail(CheckAccreditation, Mismatch, ReasonUnknownType, fmt.Sprintf("the trust registry has no sound credential type %s", name), entry)
	}
	return kind, false
}
