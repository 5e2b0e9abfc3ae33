package evidence

// Verdict is the answer in one word.
type Verdict string

// The verdicts. Several reasons may speak against something at once; the verdict is the one listed last among them.
const (
	Valid         Verdict = "valid"
	Expired       Verdict = "expired"   // the period of validity does not cover the time asked about
	Suspended     Verdict = "suspended" // may become active again
	Revoked       Verdict = "revoked"
	NotFound      Verdict = "not_found"
	Mismatch      Verdict = "mismatch"      // bytes, signatures or rights do not fit
	Indeterminate Verdict = "indeterminate" // cannot be known now: ask again
)

// weight orders the verdicts as they are listed.
func (v Verdict) weight() int {
	for i, other := range []Verdict{Valid, Expired, Suspended, Revoked, NotFound, Mismatch, Indeterminate} {
		if v == other {
			return i
		}
	}
	return -1
}

// CheckName names one check. Every finding lists all of them, in this order.
type CheckName string

// The checks.
const (
	CheckIntegrity     CheckName = "integrity"      // the bytes are canonical, belong together and were written by the rules
	CheckAuthor        CheckName = "author"         // the signatures of those who are said to have made it
	CheckAccreditation CheckName = "accreditation"  // they were entitled to, at that time
	CheckStatus        CheckName = "status"         // neither revoked nor suspended, and within its period
	CheckHolderBinding CheckName = "holder_binding" // the holder signed it now, for this verifier
	CheckEvidence      CheckName = "evidence"       // the state is vouched for by several organisations
	CheckFreshness     CheckName = "freshness"      // the state is new enough to speak about the time asked
)

// checkNames are all of them, in order.
var checkNames = [...]CheckName{CheckIntegrity, CheckAuthor, CheckAccreditation, CheckStatus, CheckHolderBinding, CheckEvidence, CheckFreshness}

// Result is how a check ended.
type Result string

// The results.
const (
	Pass    Result = "pass"
	Fail    Result = "fail"
	Skipped Result = "skipped"
)

// Check is one check with its result, an English sentence for people, and the records it looked at.
type Check struct {
	Name     CheckName `json:"name"`
	Result   Result    `json:"result"`
	Detail   string    `json:"detail"`
	LookedAt []Looked  `json:"lookedAt,omitempty"`
}

// Looked is a version of a record: its key and the block that wrote it.
type Looked struct {
	Key   string `json:"key"`
	Block uint64 `json:"block,omitempty"` // absent under a head, which does not prove it
}

// Reason says why a verdict is what it is: a word of this list, or for revoked and suspended the reason code of the
// status change (ledger.Reason).
type Reason string

// The reasons.
const (
	ReasonNone            Reason = "ok"
	ReasonFault           Reason = "fault"              // the store could not be read
	ReasonBehind          Reason = "behind"             // the store may lack newer blocks
	ReasonAhead           Reason = "ahead"              // asked about a block that the store has not got yet
	ReasonNoRecord        Reason = "no_record"          // nothing is recorded under this key
	ReasonUnsound         Reason = "unsound_record"     // not written by the rules of the ledger
	ReasonMalformed       Reason = "malformed"          // not the form it must have
	ReasonOtherContent    Reason = "other_content"      // the ledger records something else under this key
	ReasonSignature       Reason = "signature"          // a signature or a place in a signed batch does not verify
	ReasonUnknownAuthor   Reason = "unknown_author"     // the author is not in the trust registry
	ReasonUnknownKey      Reason = "unknown_key"        // the key was not the author's at that time
	ReasonNotAccredited   Reason = "not_accredited"     // the author was not entitled
	ReasonTypeRules       Reason = "type_rules"         // the credential is not as its type demands
	ReasonUnknownType     Reason = "unknown_type"       // the credential type is not in the trust registry
	ReasonNotYetValid     Reason = "not_yet_valid"      // the period of validity begins later
	ReasonOver            Reason = "period_over"        // the period of validity has ended
	ReasonPresentation    Reason = "presentation"       // the holder did not sign this for this verifier, now
	ReasonNonce           Reason = "nonce"              // the nonce was used before, is too old or was never given out
	ReasonHolderKey       Reason = "holder_key"         // the key is not the holder's at that time
	ReasonSubject         Reason = "subject"            // the credential is about nobody the ledger knows
	ReasonCosigners       Reason = "cosigners"          // too few organisations vouch for the state, or too long ago
	ReasonDisagreement    Reason = "disagreement"       // the store was changed behind the ledger's back
	ReasonDocumentInvalid Reason = "document_not_valid" // a notarisation's document is not valid itself
)
