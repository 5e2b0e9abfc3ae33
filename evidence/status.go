package evidence

import (
	"fmt"

	"github.com/imi-ledger/imi/ledger"
)

// examineStatus judges a statement's status, whose every change its author signed, and its period of validity.
func (e *examination) examineStatus(s statement) {
	e.showStatus(s)
	if e.examineChange(s) && e.examineChangeAuthor(s) {
		e.judgeStatus(s)
	}
}

func (e *examination) showStatus(s statement) {
	if e.finding.Key == string(s.entry.Key) {
		since, reason := s.since()
		e.finding.Status = &Standing{State: s.status.State, Reason: reason, Since: since, Block: e.provenBlock(s.entry)}
	}
}

// since says when the status began, and why.
func (s statement) since() (ledger.Time, ledger.Reason) {
	if change := s.status.Change; change != nil {
		return change.At, change.Reason
	}
	return s.at, ""
}

func (e *examination) judgeStatus(s statement) {
	since, reason := s.since()
	what := "the " + string(s.key.Kind())
	switch s.status.State {
	case ledger.Revoked:
		e.fail(CheckStatus, Revoked, Reason(reason), fmt.Sprintf("%s was revoked at %v: %s", e.recorded(what, s.entry), since, reason), s.entry)
	case ledger.Suspended:
		e.fail(CheckStatus, Suspended, Reason(reason), fmt.Sprintf("%s is suspended since %v: %s", e.recorded(what, s.entry), since, reason), s.entry)
	default:
		e.examineValidity(s, what)
	}
}

// recorded says of what a status is told, with the block where that is known.
func (e *examination) recorded(what string, entry Entry) string {
	if block := e.provenBlock(entry); block > 0 {
		return fmt.Sprintf("%s (recorded in block %d)", what, block)
	}
	return what
}

// examineChange sees that the status follows from the change that comes with it, or is that of a new record.
func (e *examination) examineChange(s statement) bool {
	status, change := s.status, s.status.Change
	if change == nil {
		if status.State != ledger.Active || status.Sequence != 0 || status.Author != nil {
			e.fail(CheckIntegrity, Mismatch, ReasonUnsound, "the status does not follow from a signed change", s.entry)
			return false
		}
		return true
	}
	expected := ledger.NewStatusChange(s.key, ledger.Status{Sequence: status.Sequence - 1}, status.State, change.Reason, s.by, change.At)
	if status.Author == nil || status.Author.Batch != nil || *change != expected || status.Sequence < 1 {
		e.fail(CheckIntegrity, Mismatch, ReasonUnsound, "the status does not follow from a signed change", s.entry)
		return false
	}
	return true
}

// examineChangeAuthor sees that the author signed the change.
func (e *examination) examineChangeAuthor(s statement) bool {
	status, change := s.status, s.status.Change
	if change == nil {
		return true
	}
	organisation, entry, ok := e.organisation(CheckAuthor, s.by, s.entry.Block, keyAt(status.Author.Key, change.At))
	content := ledger.Member(ledger.Member(s.entry.Record, "status"), "change")
	return ok && e.examineSignature(organisation, entry, *status.Author, content, change.At, "the change of status")
}

func (e *examination) examineValidity(s statement, what string) {
	period := s.validity
	if period == nil {
		e.pass(CheckStatus, what+" is active", s.entry)
		return
	}
	e.finding.Held = append(e.finding.Held, *period)
	switch period.Side(e.at) {
	case -1:
		e.fail(CheckStatus, Expired, ReasonNotYetValid, fmt.Sprintf("%s is valid from %v only", what, period.From), s.entry)
	case 1:
		e.fail(CheckStatus, Expired, ReasonOver, fmt.Sprintf("%s was valid until %v", what, period.Until), s.entry)
	default:
		e.pass(CheckStatus, fmt.Sprintf("%s is active and valid from %v until %v", what, period.From, period.Until), s.entry)
	}
}
