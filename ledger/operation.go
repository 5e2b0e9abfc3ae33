package ledger

import "fmt"

// Env is what an operation knows besides its request: the channel, the transaction's time (the submitting client's
// claim, which peers hold against their clocks) and the organisation whose certificate signed the transaction.
type Env struct {
	Channel string
	Creator MSPID
	Time    Time
}

// World is the world state an operation reads. Get returns nil for a key without a record. A read never sees the
// operation's own writes.
type World interface {
	Get(Key) ([]byte, error)
}

// Memory is a World that keeps decoded records of the trust registry from one operation to the next. Nearly every
// operation reads some, and they seldom change. What a record decodes to follows from its bytes; nothing changes it after.
type Memory interface {
	World
	// Decoded returns what was kept for these very bytes.
	Decoded(record []byte) (decoded any, found bool)
	// Keep is told what a record decodes to.
	Keep(record []byte, decoded any)
}

// Write is one record to store.
type Write struct {
	Key    Key
	Record []byte // canonical form
}

// Outcome is what an operation does. Without writes the same content was recorded before, which is a success too.
type Outcome struct {
	Event    string // "attestation.issued"; empty where nothing is written
	Response []byte // canonical form
	Writes   []Write
}

// Operation is a typed request of one transaction function.
type Operation interface {
	// Reads lists the keys the operation is sure to look at, so that they can be fetched together.
	Reads(Env) []Key
	// Apply checks every rule and returns the writes, or a Refusal. It writes nothing itself.
	Apply(Env, World) (Outcome, error)
}

// The transaction functions, "contract:Function" as Fabric clients name them.
const (
	GovernancePropose        = "governance:Propose"
	GovernanceApprove        = "governance:Approve"
	SubjectEnrol             = "subject:Enrol"
	SubjectRotateKey         = "subject:RotateKey"
	SubjectRebindKey         = "subject:RebindKey"
	SubjectChangeStatus      = "subject:ChangeStatus"
	AttestationIssue         = "attestation:Issue"
	AttestationIssueMany     = "attestation:IssueMany"
	AttestationChangeStatus  = "attestation:ChangeStatus"
	DocumentRegister         = "document:Register"
	DocumentRegisterMany     = "document:RegisterMany"
	DocumentChangeStatus     = "document:ChangeStatus"
	NotarisationNotarise     = "notarisation:Notarise"
	NotarisationChangeStatus = "notarisation:ChangeStatus"
)

// Functions lists the transaction functions.
func Functions() []string {
	return []string{GovernancePropose, GovernanceApprove, SubjectEnrol, SubjectRotateKey, SubjectRebindKey,
		SubjectChangeStatus, AttestationIssue, AttestationIssueMany, AttestationChangeStatus, DocumentRegister,
		DocumentRegisterMany, DocumentChangeStatus, NotarisationNotarise, NotarisationChangeStatus}
}

// ParseOperation decodes the request of a transaction function.
func ParseOperation(function string, request []byte) (Operation, error) {
	switch function {
	case GovernancePropose:
		return parseOperation[Propose](request, MaxRequest)
	case GovernanceApprove:
		return parseOperation[Approve](request, MaxRecord)
	case SubjectEnrol:
		return parseOperation[Enrol](request, MaxRecord)
	case SubjectRotateKey:
		return parseOperation[RotateKey](request, MaxRecord)
	case SubjectRebindKey:
		return parseOperation[RebindKey](request, MaxRecord)
	case SubjectChangeStatus:
		return parseOperation[ChangeSubjectStatus](request, MaxRecord)
	case AttestationIssue:
		return parseOperation[Issue](request, MaxRecord)
	case AttestationIssueMany:
		return parseOperation[IssueMany](request, MaxRequest)
	case AttestationChangeStatus:
		return parseOperation[ChangeAttestationStatus](request, MaxRecord)
	case DocumentRegister:
		return parseOperation[Register](request, MaxRecord)
	case DocumentRegisterMany:
		return parseOperation[RegisterMany](request, MaxRequest)
	case DocumentChangeStatus:
		return parseOperation[ChangeDocumentStatus](request, MaxRecord)
	case NotarisationNotarise:
		return parseOperation[Notarise](request, MaxRecord)
	case NotarisationChangeStatus:
		return parseOperation[ChangeNotarisationStatus](request, MaxRecord)
	}
	return nil, Refuse(Malformed, "function", "not a transaction function of this ledger")
}

func parseOperation[T Operation](request []byte, limit int) (Operation, error) {
	return Decode[T](request, limit)
}

// load reads and decodes the record under a key; found is false where there is none. A record that does not decode is a
// fault: nothing but this package's operations may have written it.
func load[T any](world World, key Key) (record T, found bool, err error) {
	data, err := world.Get(key)
	if err != nil || data == nil {
		return record, false, err
	}
	memory, keeps := world.(Memory)
	keeps = keeps && (key.Kind() == KindOrganisation || key.Kind() == KindCredentialType)
	if keeps {
		decoded, _ := memory.Decoded(data)
		if record, found = decoded.(T); found {
			return record, true, nil
		}
	}
	record, err = Decode[T](data, MaxRecord)
	if err != nil {
		return record, false, fmt.Errorf("record %s does not decode: %w", key, err)
	}
	if keeps {
		memory.Keep(data, record)
	}
	return record, true, nil
}

// require is load for a record that must exist.
func require[T any](world World, key Key, field string) (T, error) {
	record, found, err := load[T](world, key)
	if err == nil && !found {
		err = Refuse(NotFound, field, "no such %s", key.Kind()).about(key)
	}
	return record, err
}

// requireOrganisation loads the organisation a statement speaks for, which must also be the one that submits it.
func requireOrganisation(env Env, world World, id MSPID, field string) (Organisation, error) {
	if id != env.Creator {
		return Organisation{}, Refuse(NotAllowed, field, "must be the organisation that submits the transaction")
	}
	organisation, found, err := load[Organisation](world, OrganisationKey(id))
	if err == nil && !found {
		err = Refuse(NotAllowed, field, "%s is not in the trust registry", id)
	}
	return organisation, err
}

// outcome encodes the records to write and answers with the first of them.
func outcome(event string, writes ...keyed) (Outcome, error) {
	out := Outcome{Event: event}
	for i, w := range writes {
		record, err := Encode(w.record)
		if err != nil {
			return Outcome{}, err
		}
		if i == 0 {
			out.Response = record
		}
		out.Writes = append(out.Writes, Write{w.key, record})
	}
	return out, nil
}

type keyed struct {
	key    Key
	record any
}

// unchanged answers a repeated request with the record that is there.
func unchanged(record any) (Outcome, error) {
	response, err := Encode(record)
	return Outcome{Response: response}, err
}

// checkAuthor is CheckAuthor at the time of the statement, by a key that counts at the transaction's time and for Skew
// beyond it. The transaction's time is its client's claim and may lie up to Skew in the past; a key that was closed
// meanwhile must make no new record by such a claim.
func (e Env) checkAuthor(organisation Organisation, author Author, statement any, at Time) error {
	if !organisation.hasSigningKey(author.Key, e.Time, e.Time.Add(Skew)) {
		return Refuse(NotAllowed, "author.key", "must be a signing key that the trust registry lists for %s now", organisation.MSPID)
	}
	return CheckAuthor(e.Channel, organisation, author, statement, at)
}

// requireAccreditation demands the accreditation at the time of the statement, at that of the transaction, and for Skew
// beyond it, for the same reason.
func (e Env) requireAccreditation(field string, organisation Organisation, role Role, scope string, at Time) error {
	for _, t := range []Time{at, e.Time, e.Time.Add(Skew)} {
		if err := organisation.requireAccreditation(field, role, scope, t); err != nil {
			return err
		}
	}
	return nil
}
