package ledger

// reads lists what every status change looks at.
func (c SignedStatusChange) reads() []Key { return []Key{c.Change.Key, OrganisationKey(c.Change.By)} }

// changeStatus applies a signed status change to a record of one kind. standing returns who owns a record and its
// status; set stores the new one.
func changeStatus[R any](env Env, world World, request SignedStatusChange, kind Kind,
	standing func(R) (owner MSPID, status Status), set func(*R, Status)) (Outcome, error) {
	c := request.Change
	if err := c.check(); err != nil {
		return Outcome{}, err
	}
	if c.Key.Kind() != kind {
		return Outcome{}, Refuse(Invalid, "change.key", "must be the key of a record of kind %s", kind)
	}
	record, err := require[R](world, c.Key, "change.key")
	if err != nil {
		return Outcome{}, err
	}
	ownerID, status := standing(record)
	if ownerID != c.By {
		return Outcome{}, Refuse(NotAllowed, "change.by", "only the organisation that made the record may change its status").about(c.Key)
	}
	owner, err := requireOrganisation(env, world, ownerID, "change.by")
	if err != nil {
		return Outcome{}, err
	}
	next, repeated, err := status.change(env, owner, request)
	if err != nil {
		return Outcome{}, err
	}
	if repeated {
		return unchanged(record)
	}
	set(&record, next)
	return outcome(string(kind)+"."+c.State.Event(), keyed{c.Key, record})
}
