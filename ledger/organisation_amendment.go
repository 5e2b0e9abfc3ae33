package ledger

import "strconv"

// amend turns the proposed next state of an organisation (o is nil where none is registered) into the one that takes
// effect at the time of the decision. What was true before stays true: entries are added or closed, never changed or
// removed, and an entry that was to begin or end before the decision begins or ends with it.
// It reports whether a key is added, which the organisation itself must have signed.
func (next Organisation) amend(o *Organisation, field string, now Time) (settled Organisation, addsKey bool, err error) {
	before := Organisation{MSPID: next.MSPID}
	if o != nil {
		before = *o
	}
	if next.Sequence != before.Sequence+1 {
		return next, false, Refuse(Conflict, field+".sequence", "must be %d, one more than the registered one", before.Sequence+1)
	}
	settled = next
	if settled.SigningKeys, err = amendKeys(field+".signingKeys", before.SigningKeys, next.SigningKeys, now); err != nil {
		return next, false, err
	}
	if settled.HeadKeys, err = amendKeys(field+".headKeys", before.HeadKeys, next.HeadKeys, now); err != nil {
		return next, false, err
	}
	settled.Accreditations, err = amendAccreditations(field+".accreditations", before.Accreditations, next.Accreditations, now)
	addsKey = len(next.SigningKeys) > len(before.SigningKeys) || len(next.HeadKeys) > len(before.HeadKeys)
	return settled, addsKey, err
}

func amendKeys(field string, before, next []RegisteredKey, now Time) ([]RegisteredKey, error) {
	return amendEntries(field, before, next, now,
		func(k *RegisteredKey) *Period { return &k.Period },
		func(a, b RegisteredKey) bool { return a.Key == b.Key })
}

func amendAccreditations(field string, before, next []Accreditation, now Time) ([]Accreditation, error) {
	return amendEntries(field, before, next, now,
		func(a *Accreditation) *Period { return &a.Period },
		func(a, b Accreditation) bool { return a.Role == b.Role && a.Scope == b.Scope })
}

func amendEntries[E any](field string, before, next []E, now Time, period func(*E) *Period, same func(a, b E) bool) ([]E, error) {
	if len(next) < len(before) {
		return nil, Refuse(Invalid, field, "entries are closed, never removed")
	}
	settled := append([]E(nil), next...)
	for i := range settled {
		at := field + "[" + strconv.Itoa(i) + "]"
		var former *Period
		if i < len(before) {
			if !same(before[i], settled[i]) {
				return nil, Refuse(Invalid, at, "a registered entry never changes; close it and add another")
			}
			former = period(&before[i])
		}
		if err := period(&settled[i]).settle(at, former, now); err != nil {
			return nil, err
		}
	}
	return settled, nil
}

// settle moves a beginning or an end that the past cannot take any more to the time of the decision.
func (p *Period) settle(field string, former *Period, now Time) error {
	if former == nil {
		if p.From.Before(now) {
			p.From = now
		}
		return p.check(field)
	}
	if p.From != former.From {
		return Refuse(Invalid, field+".from", "never changes")
	}
	if p.Until == former.Until {
		return nil
	}
	if p.Until.IsZero() || (!former.Until.IsZero() && !now.Before(former.Until)) {
		return Refuse(Invalid, field+".until", "an end that has come stays, and an end is moved, not taken away")
	}
	if p.Until.Before(now) {
		p.Until = now
	}
	if !p.From.Before(p.Until) { // closed before it began: it never counted
		p.Until = p.From.Add(1e9)
	}
	return nil
}
