package cli

import (
	"context"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/imi-ledger/imi/cli/message"
	"github.com/imi-ledger/imi/cli/office"
	"github.com/imi-ledger/imi/ledger"
)

func (a *app) organisationCommands() *cobra.Command {
	return a.group("org", message.Text{En: "The trust registry: who may attest what", Zh: "信任登记簿：谁可以证明什么"},
		a.orgList(), a.orgShow(), a.orgFound(), a.orgAccredit(), a.orgRotateKey(), a.orgPropose(), a.orgProposals(), a.orgApprove())
}

func (a *app) orgList() *cobra.Command {
	return a.make(command{use: "list", examples: []string{"imi org list"},
		short: message.Text{En: "List the organisations and what each may do", Zh: "列出各机构及其权限"},
		run: func(ctx context.Context, _ []string) (result, error) {
			c, err := a.reader(ctx)
			if err != nil {
				return nil, err
			}
			organisations, err := office.List[ledger.Organisation](ctx, c, ledger.KindOrganisation)
			if err == nil && len(organisations) == 0 {
				err = &trouble{code: ledger.NotFound, what: textNotFounded, next: nextFound}
			}
			if err != nil {
				return nil, err
			}
			return &organisationTable{organisations, ledger.At(a.now())}, nil
		}})
}

type organisationTable struct {
	Organisations []ledger.Organisation `json:"organisations"`
	at            ledger.Time
}

func (t *organisationTable) render(p *page) {
	var rows [][]string
	for _, o := range t.Organisations {
		for i, may := range accreditations(p, o, t.at) {
			name, title := "", ""
			if i == 0 {
				name, title = string(o.MSPID), titleIn(p, o.Title)
			}
			rows = append(rows, []string{name, title, may})
		}
	}
	p.table([]message.Text{{En: "organisation", Zh: "机构"}, {En: "title", Zh: "名称"}, {En: "may", Zh: "权限"}}, rows)
}

var roleTexts = map[ledger.Role]message.Text{
	ledger.Enroller:  {En: "enrol citizens", Zh: "登记公民"},
	ledger.Issuer:    {En: "issue ", Zh: "签发 "},
	ledger.Registrar: {En: "register ", Zh: "登记文件 "},
	ledger.Notary:    {En: "notarise", Zh: "公证"},
	ledger.Witness:   {En: "witness the re-binding of a lost key", Zh: "见证丢失密钥的重新绑定"},
	ledger.Auditor:   {En: "audit", Zh: "审计"},
}

// scopesPerLine keeps the list of what an organisation may do within usual screens.
const scopesPerLine = 3

// accreditations lists what an organisation may do at a time, one line for each role.
func accreditations(p *page, o ledger.Organisation, at ledger.Time) []string {
	scopes := map[ledger.Role][]string{}
	var roles []ledger.Role
	for _, a := range o.Accreditations {
		if !a.Covers(at) {
			continue
		}
		if !slices.Contains(roles, a.Role) {
			roles = append(roles, a.Role)
		}
		if a.Scope != "" {
			scopes[a.Role] = append(scopes[a.Role], a.Scope)
		}
	}
	var lines []string
	for _, role := range roles {
		rest := scopes[role]
		first := p.say(roleTexts[role])
		for len(rest) > scopesPerLine {
			lines = append(lines, first+strings.Join(rest[:scopesPerLine], ", ")+",")
			first, rest = strings.Repeat(" ", columns(p.say(roleTexts[role]))), rest[scopesPerLine:]
		}
		lines = append(lines, first+strings.Join(rest, ", "))
	}
	if lines == nil {
		lines = []string{p.say(message.Text{En: "nothing", Zh: "无"})}
	}
	return lines
}

func (a *app) orgShow() *cobra.Command {
	return a.make(command{use: "show MSPID", args: arguments(1, 1, "MSPID"), examples: []string{"imi org show PoliceMSP"},
		short: message.Text{En: "Show the record of an organisation with its keys", Zh: "显示某机构的记录及其密钥"},
		run: func(ctx context.Context, args []string) (result, error) {
			key, err := ledger.ParseKey(string(ledger.OrganisationKey(ledger.MSPID(args[0]))))
			if err != nil {
				return nil, err
			}
			c, err := a.reader(ctx)
			if err != nil {
				return nil, err
			}
			record, err := office.Read[ledger.Organisation](ctx, c, key)
			if err != nil {
				return nil, err
			}
			return &organisationView{record, ledger.At(a.now())}, nil
		}})
}

type organisationView struct {
	ledger.Organisation
	at ledger.Time
}

func (v *organisationView) render(p *page) {
	p.text(string(v.MSPID) + "  " + titleIn(p, v.Title))
	for _, line := range accreditations(p, v.Organisation, v.at) {
		p.text("  " + line)
	}
	var rows [][]string
	add := func(use message.Text, keys []ledger.RegisteredKey) {
		for _, k := range keys {
			until := "–"
			if !k.Until.IsZero() {
				until = k.Until.String()
			}
			rows = append(rows, []string{p.say(use), k.Key.Crv, string(k.Key.ID()), k.From.String(), until})
		}
	}
	add(message.Text{En: "signing", Zh: "签名"}, v.SigningKeys)
	add(message.Text{En: "heads", Zh: "状态头"}, v.HeadKeys)
	p.table([]message.Text{{En: "key for", Zh: "密钥用途"}, {En: "curve", Zh: "曲线"}, {En: "id", Zh: "标识"}, {En: "from", Zh: "自"}, {En: "until", Zh: "至"}}, rows)
}

func (a *app) orgFound() *cobra.Command {
	var types string
	made := a.make(command{use: "found", examples: []string{"imi org found"},
		short: message.Text{En: "Found the trust registry (part of imi network up)", Zh: "建立信任登记簿（imi network up 的一部分）"},
		long: message.Text{
			En: "Make the organisations' keys where they are missing; then one proposes the first registry and the others approve.\nDone once; repeating it is harmless.",
			Zh: "补齐各机构的密钥；然后由一个机构提议初始登记簿，其余机构批准。只做一次；重复执行无害。"},
		run: func(ctx context.Context, _ []string) (result, error) {
			founded, err := a.found(ctx, types)
			if err != nil {
				return nil, err
			}
			if !founded {
				return a.done(message.Text{En: "the trust registry was founded before", Zh: "信任登记簿此前已建立"}), nil
			}
			return a.done(message.Text{En: "the trust registry is founded", Zh: "信任登记簿已建立"}), nil
		}})
	made.Flags().StringVar(&types, "types", "", a.say(message.Text{En: "folder of credential types; default: the built-in ones", Zh: "凭证类型目录；默认使用内置类型"}))
	return made
}

// proposer opens the office that proposes: of --org, else the usual reader's, else the first here.
func (a *app) proposer(ctx context.Context) (*desk, error) {
	if a.options.organisation != "" {
		return a.deskOf(ctx, a.options.organisation)
	}
	ids, err := a.organisations()
	if err != nil {
		return nil, err
	}
	if slices.Contains(ids, usualReader) {
		return a.deskOf(ctx, usualReader)
	}
	return a.deskOf(ctx, ids[0])
}

// proposed is the result of making a proposal.
type proposed struct {
	ID       ledger.ID      `json:"id"`
	Proposer ledger.MSPID   `json:"proposer"`
	Receipt  office.Receipt `json:"receipt"`
}

func (r *proposed) render(p *page) {
	p.line(message.Text{En: "%s proposes %v", Zh: "%s 已提出提案 %v"}, r.Proposer, r.ID)
	p.fields(receiptRows(r.Receipt)...)
	p.line(message.Text{En: "it takes effect when another organisation approves: imi org approve %v --org MSPID", Zh: "另一机构批准后生效：imi org approve %v --org MSPID"}, r.ID)
}

// amend proposes the next record of one organisation.
func (a *app) amend(ctx context.Context, d *desk, id string, change func(*ledger.Organisation, ledger.Time) error) (result, error) {
	record, err := office.Read[ledger.Organisation](ctx, d.Ledger, ledger.OrganisationKey(ledger.MSPID(id)))
	if err != nil {
		return nil, err
	}
	record.Sequence++
	if err := change(&record, ledger.At(a.now())); err != nil {
		return nil, err
	}
	statement, receipt, err := d.Propose(ctx, []ledger.Organisation{record}, nil)
	if err != nil {
		return nil, err
	}
	return &proposed{ID: statement.ID, Receipt: receipt, Proposer: d.MSPID}, nil
}

func (a *app) orgAccredit() *cobra.Command {
	var withdraw bool
	made := a.make(command{use: "accredit MSPID ROLE [SCOPE]", args: arguments(2, 3, "MSPID ROLE [SCOPE]"),
		examples: []string{"imi org accredit NotaryMSP registrar contract --org ServiceMSP", "imi org accredit NotaryMSP registrar contract --withdraw"},
		short:    message.Text{En: "Propose what an organisation may do, or no longer", Zh: "提议授予或撤回某机构的权限"},
		long: message.Text{
			En: "Roles: enroller, issuer TYPE, registrar KIND, notary, witness, auditor. Another organisation approves.",
			Zh: "角色：enroller（登记公民）、issuer 类型（签发）、registrar 种类（登记文件）、notary（公证）、witness（见证）、auditor（审计）。须由另一机构批准。"},
		run: func(ctx context.Context, args []string) (result, error) {
			d, err := a.proposer(ctx)
			if err != nil {
				return nil, err
			}
			role, scope := ledger.Role(args[1]), ""
			if len(args) == 3 {
				scope = args[2]
			}
			return a.amend(ctx, d, args[0], func(o *ledger.Organisation, now ledger.Time) error {
				return accredit(o, role, scope, now, withdraw)
			})
		}})
	made.Flags().BoolVar(&withdraw, "withdraw", false, a.say(message.Text{En: "end the accreditation", Zh: "终止该权限"}))
	return made
}

var (
	textAccredited    = message.Text{En: "%s is accredited as %s already", Zh: "%s 已具有权限：%s"}
	textNotAccredited = message.Text{En: "%s is not accredited as %s", Zh: "%s 不具有权限：%s"}
)

func accredit(o *ledger.Organisation, role ledger.Role, scope string, now ledger.Time, withdraw bool) error {
	if withdraw != o.AccreditedAt(role, scope, now) {
		what := textAccredited
		if withdraw {
			what = textNotAccredited
		}
		return &trouble{code: ledger.Conflict, what: what, args: []any{o.MSPID, roleWords(role, scope)}}
	}
	if !withdraw {
		o.Accreditations = append(o.Accreditations, ledger.Accreditation{Role: role, Scope: scope, Period: ledger.Period{From: now}})
		return nil
	}
	for i, a := range o.Accreditations {
		if a.Role == role && a.Scope == scope && a.Covers(now) {
			end(&o.Accreditations[i].Period, now)
		}
	}
	return nil
}
