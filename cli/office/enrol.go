package office

import (
	"context"

	"github.com/imi-ledger/imi/ledger"
)

// Enrolment is a request to enrol, ready to be sent, and sent again.
type Enrolment struct {
	Subject ledger.ID
	Tag     ledger.Digest
	Request []byte
}

// Enrolment fills in and signs the enrolment of the person behind a tag, who holds a key.
func (o *Office) Enrolment(tag ledger.Digest, holder *ledger.Signer) (Enrolment, error) {
	id, err := o.NewID()
	if err != nil {
		return Enrolment{}, err
	}
	at := o.now()
	subject := ledger.NewSubjectStatement(ledger.SubjectStatement{Assurance: ledger.AssuranceInPerson, EnrolledAt: at,
		Enroller: o.MSPID, ID: id, Key: holder.PublicKey()})
	person := ledger.NewPersonStatement(ledger.PersonStatement{EnrolledAt: at, Enroller: o.MSPID, Subject: id, Tag: tag})
	request := ledger.Enrol{Subject: subject, Person: person}
	if request.Author, err = o.sign(subject); err != nil {
		return Enrolment{}, err
	}
	if request.PersonAuthor, err = o.sign(person); err != nil {
		return Enrolment{}, err
	}
	if request.Holder, err = holder.Sign(o.Channel, subject); err != nil {
		return Enrolment{}, err
	}
	text, err := ledger.Encode(request)
	return Enrolment{id, tag, text}, err
}

// Enrol sends an enrolment.
func (o *Office) Enrol(ctx context.Context, e Enrolment) (Receipt, error) {
	return o.SubmitText(ctx, ledger.SubjectKey(e.Subject), ledger.SubjectEnrol, e.Request)
}
