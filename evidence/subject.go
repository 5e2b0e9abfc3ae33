package evidence

import (
	"fmt"

	"github.com/imi-ledger/imi/ledger"
)

// examineHolder checks that the key the credential is bound to, with which the presentation was signed, is the key of the
// credential's subject at the time asked about. Judging it then, and not at the time the holder claims to have signed,
// keeps a thief from dating a signature back to before the key was replaced.
func (p *presented) examineHolder() {
	text, _ := p.opened.Claims["sub"].(string)
	id, err := ledger.ParseID(text)
	if err != nil {
		p.fail(CheckHolderBinding, Mismatch, ReasonSubject, "the credential does not say whom it is about")
		return
	}
	p.finding.Subject = id.String()
	subject, entry, ok := read[ledger.Subject](p.examination, ledger.SubjectKey(id))
	if !ok {
		if p.finding.Fault == nil {
			p.fail(CheckHolderBinding, Mismatch, ReasonSubject, "the ledger has no sound record of whom the credential is about", entry)
		}
		return
	}
	p.examineSubject(subject, entry)
	registered, ok := subject.KeyAt(p.at)
	key, err := holderKey(registered)
	if !ok || err != nil || !key.Equal(p.parsed.Holder()) {
		p.fail(CheckHolderBinding, Mismatch, ReasonHolderKey, fmt.Sprintf("the credential is bound to a key that is not its holder's at %v", p.at), entry)
		return
	}
	p.look(CheckHolderBinding, entry)
}

// examineSubject examines an identity: its enrolment, its status, and every key it ever had.
func (e *examination) examineSubject(s ledger.Subject, entry Entry) {
	e.examine(subjectStatement(entry, s))
	if len(s.Keys) == 0 || s.Keys[0].Change != nil || s.Keys[0].Key != s.Statement.Key || s.Keys[0].From != s.Statement.EnrolledAt ||
		!e.Memory.verify(e.Channel, s.Statement.Key, signed(entry), s.Holder) {
		e.fail(CheckHolderBinding, Mismatch, ReasonHolderKey, "the holder did not sign the enrolment with the first key", entry)
		return
	}
	for i := 1; i < len(s.Keys); i++ {
		if !e.follows(s, i, entry.Block) {
			e.fail(CheckHolderBinding, Mismatch, ReasonHolderKey, fmt.Sprintf("the change to key %d of the holder is not properly signed", i+1), entry)
			return
		}
	}
	if !s.Keys[len(s.Keys)-1].Until.IsZero() {
		e.fail(CheckHolderBinding, Mismatch, ReasonHolderKey, "the holder's last key was closed without another", entry)
	}
}

// follows checks the signatures of one key change: the new key's, and either the old key's or those of the enroller and
// an accredited witness.
func (e *examination) follows(s ledger.Subject, i int, recorded uint64) bool {
	former, next := s.Keys[i-1], s.Keys[i]
	if next.Change == nil {
		return false
	}
	c := next.Change.Change
	expected := ledger.NewKeyChange(ledger.Subject{Keys: s.Keys[:i], Statement: s.Statement}, next.Key, next.From)
	if c != expected || former.Until != next.From || !former.From.Before(next.From) || !e.signedChange(next.Key, next.Change.NewKey, c) {
		return false
	}
	enroller, witness := next.Change.Enroller, next.Change.Witness
	if enroller == nil && witness == nil {
		return e.signedChange(former.Key, next.Change.OldKey, c)
	}
	return enroller != nil && witness != nil && enroller.Organisation == s.Statement.Enroller &&
		witness.Organisation != enroller.Organisation &&
		e.party(*enroller, ledger.Enroller, c, recorded) && e.party(*witness, ledger.Witness, c, recorded)
}

func (e *examination) party(author ledger.Author, role ledger.Role, c ledger.KeyChange, recorded uint64) bool {
	hasKey := keyAt(author.Key, c.At)
	organisation, entry, ok := e.organisation(CheckAuthor, author.Organisation, recorded, func(o ledger.Organisation) bool {
		return hasKey(o) && o.AccreditedAt(role, "", c.At)
	})
	content, err := ledger.Encode(c)
	return ok && err == nil && organisation.AccreditedAt(role, "", c.At) &&
		e.examineSignature(organisation, entry, author, content, c.At, "the change of the holder's key")
}

// signedChange reports whether a key made a signature over a change of keys.
func (e *examination) signedChange(key ledger.PublicKey, signature ledger.Signature, statement ledger.KeyChange) bool {
	text, err := ledger.Encode(statement)
	return err == nil && e.Memory.verify(e.Channel, key, text, signature)
}
