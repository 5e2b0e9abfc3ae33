package evidencetest

import (
	"crypto/rand"
	"time"

	"github.com/imi-ledger/imi/evidence/credential"
	"github.com/imi-ledger/imi/ledger"
)

// Citizen is an enrolled holder with a key.
type Citizen struct {
	ID     ledger.ID
	Signer *ledger.Signer
	Key    *credential.PrivateKey
}

// Enrol enrols a citizen.
func (l *Ledger) Enrol() *Citizen {
	l.t.Helper()
	c := &Citizen{ID: l.ID()}
	c.Signer, c.Key = l.NewKey()
	subject := ledger.NewSubjectStatement(ledger.SubjectStatement{Assurance: ledger.AssuranceInPerson, EnrolledAt: l.Now, Enroller: Police,
		ID: c.ID, Key: c.Signer.PublicKey()})
	person := ledger.NewPersonStatement(ledger.PersonStatement{EnrolledAt: l.Now, Enroller: Police, Subject: c.ID, Tag: l.Digest()})
	l.Submit(Police, ledger.SubjectEnrol, ledger.Enrol{Author: l.Author(Police, subject), Holder: l.sign(c.Signer, subject), Person: person,
		PersonAuthor: l.Author(Police, person), Subject: subject})
	return c
}

func (l *Ledger) sign(signer *ledger.Signer, statement any) ledger.Signature {
	l.t.Helper()
	signature, err := signer.Sign(Channel, statement)
	if err != nil {
		l.t.Fatal(err)
	}
	return signature
}

// RotateHolderKey gives a citizen another key with the consent of the old one, or, when that is lost, of the enroller and
// a witness.
func (l *Ledger) RotateHolderKey(c *Citizen, lost bool) {
	l.t.Helper()
	signer, key := l.NewKey()
	change := ledger.NewKeyChange(Get[ledger.Subject](l, ledger.SubjectKey(c.ID)), signer.PublicKey(), l.Now)
	signed := ledger.SignedKeyChange{Change: change, NewKey: l.sign(signer, change)}
	function := ledger.SubjectRotateKey
	if lost {
		enroller, witness := l.Author(Police, change), l.Author(Notary, change)
		signed.Enroller, signed.Witness, function = &enroller, &witness, ledger.SubjectRebindKey
	} else {
		signed.OldKey = l.sign(c.Signer, change)
	}
	l.Submit(Police, function, signed)
	c.Signer, c.Key = signer, key
}

// Credential is what IssueCredential puts into an identity credential, changed by the test.
type Credential struct {
	credential.Issuance
	Signer    *credential.PrivateKey      // of the issuer
	Statement ledger.AttestationStatement // without the credential's digest
}

// IssueCredential makes an identity credential for a citizen and attests it, with what change makes of it.
func (l *Ledger) IssueCredential(c *Citizen, change func(*Credential)) []byte {
	l.t.Helper()
	in := Credential{Signer: l.private[Police], Statement: l.Attestation(Police, Identity, ledger.Digest{}), Issuance: credential.Issuance{
		Issuer: string(Police), Type: credential.Type{Name: "identity", Version: 1}.VCT(), Subject: c.ID.String(), IssuedAt: l.Now.Time(),
		NotBefore: l.Now.Time(), Expires: l.Now.Add(Year).Time(), Holder: c.Key.Public(),
		Claims: map[string]any{"name": "李·阿依古丽", "over_18": true, "authority": "北京市公安局"},
		Policy: credential.Policy{Disclosable: []string{"name", "over_18"}, Pad: 4},
	}}
	if change != nil {
		change(&in)
	}
	compact, err := credential.Issue(rand.Reader, in.Signer, in.Issuance)
	if err != nil {
		l.t.Fatal(err)
	}
	parsed, err := credential.Parse(compact)
	if err != nil {
		l.t.Fatal(err)
	}
	in.Statement.Credential = ledger.Digest(parsed.Digest())
	l.Issue(in.Statement)
	return compact
}

// Present makes a presentation of some claims, signed now.
func (l *Ledger) Present(c *Citizen, compact []byte, audience, nonce string, at time.Time, claims ...string) []byte {
	l.t.Helper()
	presentation, err := credential.Present(compact, claims, c.Key, credential.Binding{Audience: audience, Nonce: nonce, IssuedAt: at})
	if err != nil {
		l.t.Fatal(err)
	}
	return presentation
}
