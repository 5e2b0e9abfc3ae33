package ledger

// KeyChange is a signed statement that a holder uses another key from now on. Sequence is the number of keys the
// subject has, which makes each change usable once.
type KeyChange struct {
	At       Time      `json:"at"`
	Key      PublicKey `json:"key"`
	Sequence int       `json:"sequence"`
	Subject  ID        `json:"subject"`
	Header
}

// NewKeyChange makes the statement that gives a subject its next key.
func NewKeyChange(subject Subject, key PublicKey, at Time) KeyChange {
	return KeyChange{At: at, Key: key, Sequence: len(subject.Keys), Subject: subject.Statement.ID, Header: header(statementKeyChange)}
}

// SignedKeyChange carries the signatures of a key change: of the new key always (it is held), and either of the old key
// (rotation) or of the enroller and a witness (re-binding, when the old key is lost or stolen).
type SignedKeyChange struct {
	Change   KeyChange `json:"change"`
	Enroller *Author   `json:"enroller,omitempty"`
	NewKey   Signature `json:"newKey"`
	OldKey   Signature `json:"oldKey,omitzero"`
	Witness  *Author   `json:"witness,omitempty"`
}

const maxHolderKeys = 100

// RotateKey replaces a holder's key with the consent of the key it had. Any organisation may submit it for the holder.
type RotateKey struct{ SignedKeyChange }

// Reads implements Operation.
func (r RotateKey) Reads(Env) []Key { return []Key{SubjectKey(r.Change.Subject)} }

// Apply implements Operation.
func (r RotateKey) Apply(env Env, world World) (Outcome, error) {
	return r.apply(env, world, "subject.key_rotated", func(subject Subject) error {
		if r.Enroller != nil || r.Witness != nil {
			return Refuse(Invalid, "", "a rotation is signed by the old and the new key only")
		}
		old := subject.Keys[len(subject.Keys)-1].Key
		return checkSignature("oldKey", env.Channel, old, r.OldKey, r.Change)
	})
}

// RebindKey replaces a holder's lost key. The enroller and a witness, two organisations, must both sign.
type RebindKey struct{ SignedKeyChange }

// Reads implements Operation.
func (r RebindKey) Reads(Env) []Key { return []Key{SubjectKey(r.Change.Subject)} }

// Apply implements Operation.
func (r RebindKey) Apply(env Env, world World) (Outcome, error) {
	return r.apply(env, world, "subject.key_rebound", func(subject Subject) error {
		if r.Enroller == nil || r.Witness == nil || !r.OldKey.IsZero() {
			return Refuse(Invalid, "", "a re-binding is signed by the enroller, a witness and the new key")
		}
		if r.Enroller.Organisation == r.Witness.Organisation {
			return Refuse(NotAllowed, "witness.organisation", "must be another organisation than the enroller")
		}
		if env.Creator != r.Enroller.Organisation && env.Creator != r.Witness.Organisation {
			return Refuse(NotAllowed, "", "the enroller or the witness submits a re-binding")
		}
		if r.Enroller.Organisation != subject.Statement.Enroller {
			return Refuse(NotAllowed, "enroller.organisation", "must be the organisation that enrolled the subject")
		}
		if err := r.checkParty(env, world, "enroller", *r.Enroller, Enroller); err != nil {
			return err
		}
		return r.checkParty(env, world, "witness", *r.Witness, Witness)
	})
}

func (r RebindKey) checkParty(env Env, world World, field string, author Author, role Role) error {
	if err := author.Organisation.check(field + ".organisation"); err != nil {
		return err
	}
	party, err := require[Organisation](world, OrganisationKey(author.Organisation), field)
	if err != nil {
		return err
	}
	if err := env.requireAccreditation(field, party, role, "", r.Change.At); err != nil {
		return err
	}
	return env.checkAuthor(party, author, r.Change, r.Change.At)
}

// apply holds what both ways of changing a key have in common.
func (r SignedKeyChange) apply(env Env, world World, event string, authorised func(Subject) error) (Outcome, error) {
	c := r.Change
	if err := c.Header.check(statementKeyChange); err != nil {
		return Outcome{}, err
	}
	if err := c.Key.check("change.key"); err != nil {
		return Outcome{}, err
	}
	subject, err := require[Subject](world, SubjectKey(c.Subject), "change.subject")
	if err != nil {
		return Outcome{}, err
	}
	last := len(subject.Keys) - 1
	if done := subject.Keys[last].Change; done != nil && sameStatement(done.Change, c) {
		return unchanged(subject)
	}
	if err := c.follows(subject, env.Time); err != nil {
		return Outcome{}, err
	}
	if err := authorised(subject); err != nil {
		return Outcome{}, err
	}
	if err := checkSignature("newKey", env.Channel, c.Key, r.NewKey, c); err != nil {
		return Outcome{}, err
	}
	subject.Keys[last].Until = c.At
	subject.Keys = append(subject.Keys, HolderKey{Change: &r, Key: c.Key, Period: Period{From: c.At}})
	return outcome(event, keyed{SubjectKey(c.Subject), subject})
}

// follows checks that the change may come next in the subject's key history.
func (c KeyChange) follows(subject Subject, now Time) error {
	last := subject.Keys[len(subject.Keys)-1]
	switch {
	case c.Sequence != len(subject.Keys):
		return Refuse(Conflict, "change.sequence", "must be %d, the number of keys the subject has", len(subject.Keys))
	case subject.Status.State == Revoked:
		return Refuse(Invalid, "change.subject", "a revoked identity gets no new key")
	case len(subject.Keys) >= maxHolderKeys:
		return Refuse(TooLarge, "change.subject", "at most %d keys in a subject's life", maxHolderKeys)
	case !last.From.Before(c.At):
		return Refuse(Invalid, "change.at", "must be later than the last change")
	}
	for _, k := range subject.Keys {
		if k.Key == c.Key {
			return Refuse(Invalid, "change.key", "was used before; make a new key")
		}
	}
	return c.At.checkNear("change.at", now)
}
