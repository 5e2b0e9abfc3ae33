package office

import (
	"context"
	"time"

	"github.com/imi-ledger/imi/evidence/credential"
	"github.com/imi-ledger/imi/ledger"
)

// Application is what a credential is to be made of.
type Application struct {
	Type    credential.Type
	Subject ledger.ID
	Holder  credential.PublicKey
	Claims  map[string]any
	Days    int // of validity; 0: as long as the type allows
}

// Draft is a credential that is signed but not attested yet.
type Draft struct {
	SDJWT     string
	Statement ledger.AttestationStatement
}

// Draft makes a credential. It refuses claims that are not those of the type.
func (o *Office) Draft(key credential.Signer, a Application, at ledger.Time) (Draft, error) {
	if err := a.Type.CheckIssued(a.Claims); err != nil {
		return Draft{}, invalidClaims(err)
	}
	until := ledger.At(a.Type.LatestExpiry(at.Time()))
	if a.Days > 0 {
		until = at.Add(time.Duration(a.Days) * 24 * time.Hour)
	}
	if ledger.At(a.Type.LatestExpiry(at.Time())).Before(until) {
		return Draft{}, ledger.Refuse(ledger.Invalid, "days", "a credential of this type is valid for at most %d days", a.Type.MaximumValidityDays)
	}
	text, err := credential.Issue(o.Random, key, credential.Issuance{
		Issuer: string(o.MSPID), Type: a.Type.VCT(), Subject: a.Subject.String(), IssuedAt: at.Time(), NotBefore: at.Time(),
		Expires: until.Time(), Holder: a.Holder, Claims: a.Claims, Policy: a.Type.Policy(),
	})
	if err != nil {
		return Draft{}, invalidClaims(err)
	}
	parsed, err := credential.Parse(text)
	if err != nil {
		return Draft{}, err
	}
	return Draft{SDJWT: string(text), Statement: ledger.NewAttestationStatement(ledger.AttestationStatement{
		Credential: ledger.Digest(parsed.Digest()), IssuedAt: at, Issuer: o.MSPID, NotAfter: until, NotBefore: at, Type: TypeName(a.Type),
	})}, nil
}

// Issue makes a credential and attests it. The draft is returned beside an error too: when the outcome is unknown, the
// credential may be attested.
func (o *Office) Issue(ctx context.Context, key credential.Signer, a Application) (Draft, Receipt, error) {
	draft, err := o.Draft(key, a, o.now())
	if err != nil {
		return Draft{}, Receipt{}, err
	}
	author, err := o.sign(draft.Statement)
	if err != nil {
		return Draft{}, Receipt{}, err
	}
	receipt, err := o.submit(ctx, ledger.AttestationKey(draft.Statement.Credential), ledger.AttestationIssue,
		ledger.Issue{Author: author, Statement: draft.Statement})
	return draft, receipt, err
}

// IssueMany makes up to ledger.MaxBatch credentials and attests them in one transaction: all or none.
func (o *Office) IssueMany(ctx context.Context, key credential.Signer, applications []Application) ([]Draft, Receipt, error) {
	at := o.now()
	drafts := make([]Draft, len(applications))
	statements := make([]ledger.AttestationStatement, len(applications))
	for i, a := range applications {
		var err error
		if drafts[i], err = o.Draft(key, a, at); err != nil {
			return nil, Receipt{}, &RowError{Row: i + 1, Err: err}
		}
		statements[i] = drafts[i].Statement
	}
	batch, err := ledger.NewBatch(o.Signer, o.MSPID, o.Channel, ledger.KindAttestation, at, statements)
	if err != nil {
		return nil, Receipt{}, err
	}
	receipt, err := o.submit(ctx, ledger.BatchKey(batch.Statement.Root), ledger.AttestationIssueMany,
		ledger.IssueMany{Batch: batch, Statements: statements})
	return drafts, receipt, statementRow(err)
}

// TypeName is the ledger's name of a type: "identity/1".
func TypeName(t credential.Type) ledger.CredentialTypeName {
	return ledger.CredentialTypeName(credential.TypeNameOf(t.VCT()))
}

// invalidClaims gives a refusal of package credential the code callers act on. Its detail names claims, never values.
func invalidClaims(err error) error {
	if r, ok := credential.AsRefusal(err); ok {
		return ledger.Refuse(ledger.Invalid, "claims", "%s", r.Detail)
	}
	return err
}
