package ledger

import "strings"

// Key is a world-state key: the kind of record, "/", and its id. This file makes every one of them. Ids have no "/"
// except the name of a credential type, whose version follows it.
type Key string

// Kind is the first part of a key and the "record" field of what stands under it.
type Kind string

// The kinds of record.
const (
	KindOrganisation   Kind = "organisation"
	KindCredentialType Kind = "type"
	KindProposal       Kind = "proposal"
	KindSubject        Kind = "subject"
	KindPerson         Kind = "person"
	KindAttestation    Kind = "attestation"
	KindDocument       Kind = "document"
	KindNotarisation   Kind = "notarisation"
	KindBatch          Kind = "batch"
)

// Kinds lists every kind of record.
func Kinds() []Kind {
	return []Kind{KindOrganisation, KindCredentialType, KindProposal, KindSubject, KindPerson, KindAttestation,
		KindDocument, KindNotarisation, KindBatch}
}

// OrganisationKey is the key of an Organisation.
func OrganisationKey(id MSPID) Key { return key(KindOrganisation, string(id)) }

// CredentialTypeKey is the key of a CredentialType.
func CredentialTypeKey(name CredentialTypeName) Key { return key(KindCredentialType, string(name)) }

// ProposalKey is the key of a Proposal.
func ProposalKey(id ID) Key { return key(KindProposal, id.String()) }

// SubjectKey is the key of a Subject.
func SubjectKey(id ID) Key { return key(KindSubject, id.String()) }

// PersonKey is the key of a Person.
func PersonKey(tag Digest) Key { return key(KindPerson, tag.String()) }

// AttestationKey is the key of an Attestation.
func AttestationKey(credential Digest) Key { return key(KindAttestation, credential.String()) }

// DocumentKey is the key of a Document.
func DocumentKey(commitment Digest) Key { return key(KindDocument, commitment.String()) }

// NotarisationKey is the key of a Notarisation.
func NotarisationKey(id ID) Key { return key(KindNotarisation, id.String()) }

// BatchKey is the key of a Batch.
func BatchKey(root Digest) Key { return key(KindBatch, root.String()) }

func key(kind Kind, id string) Key { return Key(string(kind) + "/" + id) }

// Kind returns the kind of record that stands under the key.
func (k Key) Kind() Kind {
	kind, _, _ := strings.Cut(string(k), "/")
	return Kind(kind)
}

// ID returns the part of the key after the kind.
func (k Key) ID() string {
	_, id, _ := strings.Cut(string(k), "/")
	return id
}

// ParseKey accepts exactly the keys this file makes.
func ParseKey(text string) (Key, error) {
	k := Key(text)
	if err := k.check(""); err != nil {
		return "", err
	}
	return k, nil
}

func (k Key) check(field string) error {
	var err error
	switch id := k.ID(); k.Kind() {
	case KindOrganisation:
		err = MSPID(id).check(field)
	case KindCredentialType:
		err = CredentialTypeName(id).check(field)
	case KindProposal, KindSubject, KindNotarisation:
		_, err = ParseID(id)
	case KindPerson, KindAttestation, KindDocument, KindBatch:
		_, err = ParseDigest(id)
	default:
		return Refuse(Invalid, field, "a key begins with a kind of record and '/', as in document/<64 hexadecimal digits>")
	}
	if err != nil {
		return Refuse(Invalid, field, "the id in this key has the wrong form for its kind of record")
	}
	return nil
}
