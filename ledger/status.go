package ledger

import "slices"

// State is whether a record may be relied on.
type State string

// The states. Suspended may become active again; revoked is for ever.
const (
	Active    State = "active"
	Suspended State = "suspended"
	Revoked   State = "revoked"
)

// Reason is why a status changed; the codes are those of RFC 5280, section 5.3.1, with what this field adds.
type Reason string

// The reasons.
const (
	ReasonKeyCompromise      Reason = "key_compromise"
	ReasonAffiliationChanged Reason = "affiliation_changed"
	ReasonSuperseded         Reason = "superseded"
	ReasonCessation          Reason = "cessation_of_operation"
	ReasonHold               Reason = "hold"
	ReasonPrivilegeWithdrawn Reason = "privilege_withdrawn"
	ReasonIssuedInError      Reason = "issued_in_error"
	ReasonHolderRequest      Reason = "holder_request"
	ReasonDeceased           Reason = "deceased"
	ReasonReinstated         Reason = "reinstated"
)

// Reasons lists the codes a status change may carry.
func Reasons() []Reason {
	return []Reason{ReasonKeyCompromise, ReasonAffiliationChanged, ReasonSuperseded, ReasonCessation, ReasonHold,
		ReasonPrivilegeWithdrawn, ReasonIssuedInError, ReasonHolderRequest, ReasonDeceased, ReasonReinstated}
}

// May reports whether a change to the state may carry a reason: reinstated goes with active and only with it, hold, which
// passes, with suspended only.
func (s State) May(reason Reason) bool {
	return (s == Active) == (reason == ReasonReinstated) && (s == Suspended || reason != ReasonHold)
}

// StatusChange is a signed statement that a record is suspended, reinstated or revoked. Sequence is one more than the
// record's, which makes each change usable once.
type StatusChange struct {
	At       Time   `json:"at"`
	By       MSPID  `json:"by"`
	Key      Key    `json:"key"` // the record concerned
	Reason   Reason `json:"reason"`
	Sequence int    `json:"sequence"`
	State    State  `json:"state"`
	Header
}

// NewStatusChange makes the statement that moves a record, whose status is given, to another state.
func NewStatusChange(key Key, current Status, state State, reason Reason, by MSPID, at Time) StatusChange {
	return StatusChange{At: at, By: by, Key: key, Reason: reason, Sequence: current.Sequence + 1, State: state,
		Header: header(statementStatus)}
}

// Status is the present standing of a record: active since it was made, or what the last change said.
type Status struct {
	Author   *Author       `json:"author,omitempty"`
	Change   *StatusChange `json:"change,omitempty"`
	Sequence int           `json:"sequence"`
	State    State         `json:"state"`
}

func newStatus() Status { return Status{State: Active} }

// Event returns what a change to the state is called in events: suspended, reinstated or revoked.
func (s State) Event() string {
	if s == Active {
		return "reinstated"
	}
	return string(s)
}

// SignedStatusChange is a request to change the status of the record it names.
type SignedStatusChange struct {
	Author Author       `json:"author"`
	Change StatusChange `json:"change"`
}

func (c StatusChange) check() error {
	if err := c.Header.check(statementStatus); err != nil {
		return err
	}
	if err := c.Key.check("change.key"); err != nil {
		return err
	}
	if err := c.By.check("change.by"); err != nil {
		return err
	}
	if !slices.Contains(Reasons(), c.Reason) {
		return Refuse(Invalid, "change.reason", "must be one of the reason codes")
	}
	switch c.State {
	case Active, Suspended, Revoked:
	default:
		return Refuse(Invalid, "change.state", "must be active, suspended or revoked")
	}
	if !c.State.May(c.Reason) {
		return Refuse(Invalid, "change.reason", "%q is no reason for the state %s", c.Reason, c.State)
	}
	return nil
}

// change applies a signed change to a status; that the owner itself asks for it, the caller has checked. It reports
// repeated when the very same change was applied before.
func (s Status) change(env Env, owner Organisation, request SignedStatusChange) (next Status, repeated bool, err error) {
	c := request.Change
	if s.Change != nil && sameStatement(*s.Change, c) {
		return s, true, nil
	}
	if c.Sequence != s.Sequence+1 {
		return s, false, Refuse(Conflict, "change.sequence", "must be %d, one more than the record's", s.Sequence+1)
	}
	if s.State == Revoked {
		return s, false, Refuse(Invalid, "change.state", "a revoked record stays revoked")
	}
	if s.State == c.State {
		return s, false, Refuse(Invalid, "change.state", "the record is already %s", s.State)
	}
	if err := c.At.checkNear("change.at", env.Time); err != nil {
		return s, false, err
	}
	if err := env.checkAuthor(owner, request.Author, c, c.At); err != nil {
		return s, false, err
	}
	return Status{Author: &request.Author, Change: &c, Sequence: c.Sequence, State: c.State}, false, nil
}
