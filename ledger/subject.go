package ledger

// Assurance is how surely the enroller knew whom it enrolled.
type Assurance string

// The levels, as ISO/IEC 29115 orders them; enrolment here is in person.
const (
	AssuranceInPerson Assurance = "in_person"
	AssuranceRemote   Assurance = "remote"
)

// SubjectStatement is what an enroller states: that a citizen holds this key. Nothing in it says who.
type SubjectStatement struct {
	Assurance  Assurance `json:"assurance"`
	EnrolledAt Time      `json:"enrolledAt"`
	Enroller   MSPID     `json:"enroller"`
	ID         ID        `json:"id"`
	Key        PublicKey `json:"key"`
	Header
}

// NewSubjectStatement fills the header in.
func NewSubjectStatement(s SubjectStatement) SubjectStatement {
	s.Header = header(KindSubject)
	return s
}

// Subject is a citizen's identity on the ledger: a random id, its keys over time and its status.
type Subject struct {
	Author    Author           `json:"author"`
	Holder    Signature        `json:"holder"` // over the statement, by its key: the holder has it
	Keys      []HolderKey      `json:"keys,omitempty"`
	Statement SubjectStatement `json:"statement"`
	Status    Status           `json:"status"`
}

// HolderKey is one key of a holder, the period in which it counts, and what put it there (nothing for the first).
type HolderKey struct {
	Change *SignedKeyChange `json:"change,omitempty"`
	Key    PublicKey        `json:"key"`
	Period
}

// KeyAt returns the holder's key that counted at the time.
func (s Subject) KeyAt(at Time) (PublicKey, bool) {
	for _, k := range s.Keys {
		if k.Covers(at) {
			return k.Key, true
		}
	}
	return PublicKey{}, false
}

// PersonStatement is what an enroller states beside a new subject: that the person behind a keyed pseudonym of an ID
// number has this identity. Only who has the enrolment key can tell which number that is.
type PersonStatement struct {
	EnrolledAt Time   `json:"enrolledAt"`
	Enroller   MSPID  `json:"enroller"`
	Subject    ID     `json:"subject"`
	Tag        Digest `json:"tag"`
	Header
}

// NewPersonStatement fills the header in.
func NewPersonStatement(s PersonStatement) PersonStatement {
	s.Header = header(KindPerson)
	return s
}

// Person makes "one person, one identity" hold.
type Person struct {
	Author    Author          `json:"author"`
	Statement PersonStatement `json:"statement"`
}

// Enrol records a new subject and the person it belongs to.
type Enrol struct {
	Author       Author           `json:"author"` // over Subject
	Holder       Signature        `json:"holder"` // over Subject, by its key
	Person       PersonStatement  `json:"person"`
	PersonAuthor Author           `json:"personAuthor"`
	Subject      SubjectStatement `json:"subject"`
}

// Reads implements Operation.
func (r Enrol) Reads(Env) []Key {
	return []Key{SubjectKey(r.Subject.ID), PersonKey(r.Person.Tag), OrganisationKey(r.Subject.Enroller)}
}

// Apply implements Operation.
func (r Enrol) Apply(env Env, world World) (Outcome, error) {
	if err := r.check(); err != nil {
		return Outcome{}, err
	}
	present, found, err := load[Subject](world, SubjectKey(r.Subject.ID))
	if err != nil {
		return Outcome{}, err
	}
	person, known, err := load[Person](world, PersonKey(r.Person.Tag))
	if err != nil {
		return Outcome{}, err
	}
	if found {
		if known && sameStatement(present.Statement, r.Subject) && sameStatement(person.Statement, r.Person) {
			return unchanged(present)
		}
		return Outcome{}, Refuse(Conflict, "subject.id", "this id is taken by another subject")
	}
	if known {
		if err := checkReplaceable(world, person); err != nil {
			return Outcome{}, err
		}
	}
	if err := r.allowed(env, world); err != nil {
		return Outcome{}, err
	}
	subject := Subject{Author: r.Author, Holder: r.Holder, Statement: r.Subject, Status: newStatus(),
		Keys: []HolderKey{{Key: r.Subject.Key, Period: Period{From: r.Subject.EnrolledAt}}}}
	return outcome("subject.enrolled", keyed{SubjectKey(r.Subject.ID), subject},
		keyed{PersonKey(r.Person.Tag), Person{Author: r.PersonAuthor, Statement: r.Person}})
}

// checkReplaceable allows a person a new identity only after the former one was revoked.
func checkReplaceable(world World, person Person) error {
	former, found, err := load[Subject](world, SubjectKey(person.Statement.Subject))
	if err != nil {
		return err
	}
	if !found || former.Status.State != Revoked {
		return Refuse(Conflict, "person", "this person has an identity already; it must be revoked before another is made")
	}
	return nil
}

func (r Enrol) check() error {
	if err := r.Subject.Header.check(KindSubject); err != nil {
		return err
	}
	if err := r.Person.Header.check(KindPerson); err != nil {
		return err
	}
	if err := r.Subject.Enroller.check("subject.enroller"); err != nil {
		return err
	}
	if err := r.Subject.Key.check("subject.key"); err != nil {
		return err
	}
	if r.Subject.Assurance != AssuranceInPerson && r.Subject.Assurance != AssuranceRemote {
		return Refuse(Invalid, "subject.assurance", "must be %q or %q", AssuranceInPerson, AssuranceRemote)
	}
	p, s := r.Person, r.Subject
	if p.Enroller != s.Enroller || p.EnrolledAt != s.EnrolledAt || p.Subject != s.ID {
		return Refuse(Invalid, "person", "must have the subject, enroller and time of the subject's statement")
	}
	return nil
}

// allowed checks the enrolment authority and the holder's proof of possession; both are needed.
func (r Enrol) allowed(env Env, world World) error {
	enroller, err := requireOrganisation(env, world, r.Subject.Enroller, "subject.enroller")
	if err != nil {
		return err
	}
	if err := r.Subject.EnrolledAt.checkNear("subject.enrolledAt", env.Time); err != nil {
		return err
	}
	if err := env.requireAccreditation("subject.enroller", enroller, Enroller, "", r.Subject.EnrolledAt); err != nil {
		return err
	}
	if err := env.checkAuthor(enroller, r.Author, r.Subject, r.Subject.EnrolledAt); err != nil {
		return err
	}
	if err := env.checkAuthor(enroller, r.PersonAuthor, r.Person, r.Person.EnrolledAt); err != nil {
		return err
	}
	return checkSignature("holder", env.Channel, r.Subject.Key, r.Holder, r.Subject)
}

// ChangeSubjectStatus suspends, reinstates or revokes an identity.
type ChangeSubjectStatus struct{ SignedStatusChange }

// Reads implements Operation.
func (r ChangeSubjectStatus) Reads(Env) []Key { return r.reads() }

// Apply implements Operation.
func (r ChangeSubjectStatus) Apply(env Env, world World) (Outcome, error) {
	return changeStatus(env, world, r.SignedStatusChange, KindSubject,
		func(s Subject) (MSPID, Status) { return s.Statement.Enroller, s.Status },
		func(s *Subject, next Status) { s.Status = next })
}
