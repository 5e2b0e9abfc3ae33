package cli

import (
	"context"
	"path/filepath"
	"slices"

	"github.com/imi-ledger/imi/cli/keyfile"
	"github.com/imi-ledger/imi/cli/message"
	"github.com/imi-ledger/imi/cli/office"
	"github.com/imi-ledger/imi/evidence/credential"
	"github.com/imi-ledger/imi/ledger"
)

// member is what an organisation is founded with, besides the types that name it as an issuer.
type member struct {
	title     ledger.Title
	roles     []ledger.Role
	documents []string // kinds it registers
}

// members are the organisations of the default network. Others begin with keys and no accreditation.
var members = map[string]member{
	"ServiceMSP": {ledger.Title{En: "Government service hall", Zh: "政务服务大厅"}, []ledger.Role{ledger.Witness},
		[]string{"academic-transcript", "application-bundle", "attachment", "contract", "declaration", "degree-certificate",
			"invoice", "licence", "marriage-certificate", "no-criminal-record", "photograph", "property-certificate",
			"residence-certificate", "social-insurance-record"}},
	"PoliceMSP": {ledger.Title{En: "Public security bureau", Zh: "公安局"}, []ledger.Role{ledger.Enroller}, nil},
	"NotaryMSP": {ledger.Title{En: "Notary office", Zh: "公证处"}, []ledger.Role{ledger.Notary, ledger.Witness}, []string{"notarial-deed"}},
	"AuditMSP":  {ledger.Title{En: "Audit office", Zh: "审计局"}, []ledger.Role{ledger.Auditor, ledger.Witness}, nil},
}

var textFounding = message.Text{En: "the organisations sign the founding proposal", Zh: "各机构正在签署创立提案"}

// found has the organisations whose profiles are here found the trust registry: one proposes, all others approve. It
// carries on where an earlier attempt ended, and reports whether anything was left to do.
func (a *app) found(ctx context.Context, types string) (bool, error) {
	done := a.waiting(textFounding)
	defer done()
	ids, err := a.organisations()
	if err != nil {
		return false, err
	}
	definitions, err := a.foundingTypes(types)
	if err != nil {
		return false, err
	}
	for _, id := range ids {
		if err := a.ensureKeys(id); err != nil {
			return false, err
		}
	}
	if err := a.connectAll(ctx, ids); err != nil {
		return false, err
	}
	desks := make([]*desk, len(ids))
	for i, id := range ids {
		if desks[i], err = a.deskOf(ctx, id); err != nil {
			return false, err
		}
	}
	if founded, err := a.isFounded(ctx, desks); founded || err != nil {
		return false, err
	}
	return true, a.agree(ctx, desks, definitions)
}

// ensureKeys makes the keys an organisation does not have yet.
func (a *app) ensureKeys(id string) error {
	folder := a.organisationDir(id)
	if _, err := keyfile.EnsureSigning(filepath.Join(folder, keyfile.Signing)); err != nil {
		return err
	}
	if _, err := keyfile.EnsureHead(filepath.Join(folder, keyfile.Head)); err != nil {
		return err
	}
	if !slices.Contains(members[id].roles, ledger.Enroller) {
		return nil
	}
	_, err := keyfile.EnsureEnrolment(filepath.Join(folder, keyfile.Enrolment))
	return err
}

func (a *app) isFounded(ctx context.Context, desks []*desk) (bool, error) {
	registered, err := office.List[ledger.Organisation](ctx, desks[0].Ledger, ledger.KindOrganisation)
	if err != nil {
		return false, err
	}
	for _, d := range desks {
		if !slices.ContainsFunc(registered, func(o ledger.Organisation) bool { return o.MSPID == d.MSPID }) {
			return false, nil
		}
	}
	return true, nil
}

// agree proposes the registry, unless that was done, and has everybody else approve.
func (a *app) agree(ctx context.Context, desks []*desk, definitions []credential.Type) error {
	organisations, records, err := a.registry(desks, definitions)
	if err != nil {
		return err
	}
	proposed, err := openProposal(ctx, desks[0], organisations)
	if err != nil {
		return err
	}
	if proposed == nil {
		made, _, err := desks[0].Propose(ctx, organisations, records)
		if err != nil {
			return err
		}
		proposed = &made
	}
	for _, d := range desks[1:] {
		if _, _, err := d.Agree(ctx, *proposed); err != nil {
			return err
		}
	}
	return nil
}

// registry is what the organisations propose to found.
func (a *app) registry(desks []*desk, definitions []credential.Type) ([]ledger.Organisation, []ledger.CredentialType, error) {
	now := ledger.Period{From: ledger.At(a.now())}
	var organisations []ledger.Organisation
	for _, d := range desks {
		o, err := a.foundingRecord(d, definitions, now)
		if err != nil {
			return nil, nil, err
		}
		organisations = append(organisations, o)
	}
	var records []ledger.CredentialType
	for _, t := range definitions {
		records = append(records, office.TypeRecord(t))
	}
	return organisations, records, nil
}

func (a *app) foundingRecord(d *desk, definitions []credential.Type, now ledger.Period) (ledger.Organisation, error) {
	id := string(d.MSPID)
	m, known := members[id]
	if !known {
		m.title = ledger.Title{En: id, Zh: id}
	}
	o := ledger.NewOrganisation(d.MSPID, m.title)
	accredit := func(role ledger.Role, scope string) {
		o.Accreditations = append(o.Accreditations, ledger.Accreditation{Role: role, Scope: scope, Period: now})
	}
	for _, role := range m.roles {
		accredit(role, "")
	}
	for _, t := range definitions {
		if slices.Contains(t.Issuers, id) {
			accredit(ledger.Issuer, string(office.TypeName(t)))
		}
	}
	for _, kind := range m.documents {
		accredit(ledger.Registrar, kind)
	}
	head, err := keyfile.LoadSigner(filepath.Join(a.organisationDir(id), keyfile.Head))
	if err != nil {
		return o, err
	}
	headKey, err := ledger.NewPublicKey(head.Public())
	o.SigningKeys = []ledger.RegisteredKey{{Key: d.Signer.PublicKey(), Period: now}}
	o.HeadKeys = []ledger.RegisteredKey{{Key: headKey, Period: now}}
	return o, err
}

// openProposal finds a founding proposal that was made and not carried out yet, with the keys that are here; nil if there is none.
func openProposal(ctx context.Context, d *desk, organisations []ledger.Organisation) (*ledger.ProposalStatement, error) {
	proposals, err := office.List[ledger.Proposal](ctx, d.Ledger, ledger.KindProposal)
	if err != nil {
		return nil, err
	}
	for _, p := range proposals {
		s := p.Statement
		if !p.Applied && s.Proposer == d.MSPID && slices.EqualFunc(s.Organisations, organisations, sameKeys) {
			return &s, nil
		}
	}
	return nil, nil
}

func sameKeys(a, b ledger.Organisation) bool {
	return a.MSPID == b.MSPID && len(a.SigningKeys) == 1 && a.SigningKeys[0].Key == b.SigningKeys[0].Key &&
		len(a.HeadKeys) == 1 && a.HeadKeys[0].Key == b.HeadKeys[0].Key
}
