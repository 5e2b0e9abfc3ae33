// Package evidence answers "is this good?" from the records of the ledger. It trusts no verdict that a record carries: it
// recomputes the author's signature, or the path into a signed batch, the accreditation at the time of the statement, the
// status and its signature, and the binding to the holder's key.
//
// It is pure: it reads records through an interface, gets the time from its caller, and tells a [Finding] with a verdict
// and every check behind it. What it cannot know it calls indeterminate; an outage is never "invalid".
package evidence
