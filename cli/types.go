package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/imi-ledger/imi/cli/message"
	"github.com/imi-ledger/imi/cli/office"
	"github.com/imi-ledger/imi/evidence/credential"
	"github.com/imi-ledger/imi/ledger"
	"github.com/imi-ledger/imi/testdata"
)

// typesFolder, in --dir, keeps the definitions that issuers need; the ledger has what verifiers need.
const typesFolder = "types"

func definitionFile(name ledger.CredentialTypeName) string {
	return strings.ReplaceAll(string(name), "/", "-") + ".json"
}

// foundingTypes reads the definitions in a folder, or the built-in ones, and keeps them for issuing.
func (a *app) foundingTypes(folder string) ([]credential.Type, error) {
	files, root := fs.FS(testdata.Files), "types"
	if folder != "" {
		files, root = os.DirFS(folder), "."
	}
	names, err := fs.Glob(files, filepath.ToSlash(filepath.Join(root, "*.json")))
	if err != nil {
		return nil, err
	}
	var all []credential.Type
	for _, name := range names {
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, err
		}
		t, err := a.keepDefinition(text)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		all = append(all, t)
	}
	return all, nil
}

func (a *app) keepDefinition(text []byte) (credential.Type, error) {
	t, err := credential.ParseType(text)
	if err != nil {
		return t, malformedType(err)
	}
	return t, writeFile(filepath.Join(a.options.dir, typesFolder, definitionFile(office.TypeName(t))), text, 0o644)
}

func malformedType(err error) error {
	if r, ok := credential.AsRefusal(err); ok {
		return ledger.Refuse(ledger.Malformed, "type", "%s", r.Detail)
	}
	return err
}

var (
	textNoDefinition = message.Text{En: "there is no definition of credential type %s in %s", Zh: "%[2]s 中没有凭证类型 %[1]s 的定义"}
	nextTypeAdd      = message.Text{En: "put its file there, or propose a new type: imi type add FILE", Zh: "请把定义文件放在该处，或提议新类型：imi type add 文件"}
	textTypeName     = message.Text{En: "a credential type is written like identity/1", Zh: "凭证类型的写法如 identity/1"}
)

// definition returns the definition of a type.
func (a *app) definition(name string) (credential.Type, error) {
	if _, err := ledger.ParseKey(string(ledger.CredentialTypeKey(ledger.CredentialTypeName(name)))); err != nil {
		return credential.Type{}, usage(textTypeName)
	}
	path := filepath.Join(a.options.dir, typesFolder, definitionFile(ledger.CredentialTypeName(name)))
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return credential.Type{}, &trouble{code: ledger.NotFound, what: textNoDefinition, args: []any{name, filepath.Dir(path)}, next: nextTypeAdd}
	}
	if err != nil {
		return credential.Type{}, err
	}
	t, err := credential.ParseType(text)
	return t, malformedType(err)
}

func (a *app) typeCommands() *cobra.Command {
	return a.group("type", message.Text{En: "Credential types: what a credential may claim", Zh: "凭证类型：凭证可以声明哪些内容"},
		a.typeList(), a.typeShow(), a.typeAdd())
}

func (a *app) typeList() *cobra.Command {
	return a.make(command{use: "list", examples: []string{"imi type list"},
		short: message.Text{En: "List the credential types of the trust registry", Zh: "列出信任登记簿中的凭证类型"},
		run: func(ctx context.Context, _ []string) (result, error) {
			c, err := a.reader(ctx)
			if err != nil {
				return nil, err
			}
			types, err := office.List[ledger.CredentialType](ctx, c, ledger.KindCredentialType)
			return &typeTable{types}, err
		}})
}

type typeTable struct {
	Types []ledger.CredentialType `json:"types"`
}

func (t *typeTable) render(p *page) {
	var rows [][]string
	for _, r := range t.Types {
		rows = append(rows, []string{string(r.Name), titleIn(p, r.Title), fmt.Sprint(len(r.Claims)), fmt.Sprint(r.LongestValidityDays)})
	}
	p.table([]message.Text{{En: "type", Zh: "类型"}, {En: "title", Zh: "名称"}, {En: "claims", Zh: "声明数"}, {En: "longest validity, days", Zh: "最长有效期（天）"}}, rows)
}

func titleIn(p *page, t ledger.Title) string { return p.say(message.Text{En: t.En, Zh: t.Zh}) }

func (a *app) typeShow() *cobra.Command {
	return a.make(command{use: "show TYPE", args: arguments(1, 1, "TYPE"), examples: []string{"imi type show identity/1"},
		short: message.Text{En: "Show what credentials of a type claim", Zh: "显示某类凭证声明的内容"},
		run: func(ctx context.Context, args []string) (result, error) {
			key, err := ledger.ParseKey(string(ledger.CredentialTypeKey(ledger.CredentialTypeName(args[0]))))
			if err != nil {
				return nil, usage(textTypeName)
			}
			c, err := a.reader(ctx)
			if err != nil {
				return nil, err
			}
			record, err := office.Read[ledger.CredentialType](ctx, c, key)
			if err != nil {
				return nil, err
			}
			return &typeView{record, a.titlesOf(record.Name)}, nil
		}})
}

// typeView is a credential type as the ledger has it.
type typeView struct {
	ledger.CredentialType
	titles map[string]credential.Title // of claims, where its definition is here
}

func (t *typeView) render(p *page) {
	p.text(string(t.Name) + "  " + titleIn(p, t.Title))
	var rows [][]string
	for _, c := range t.Claims {
		rows = append(rows, []string{c.Name, titleOfClaim(p, t.titles[c.Name]), yesOrNo(p, c.Disclosable), yesOrNo(p, c.Required)})
	}
	p.table([]message.Text{labelClaim, labelMeaning, labelHideable, {En: "required", Zh: "必填"}}, rows)
}

func (a *app) typeAdd() *cobra.Command {
	return a.make(command{use: "add FILE", args: arguments(1, 1, "FILE"), examples: []string{"imi type add driving-licence.json"},
		short: message.Text{En: "Propose a new credential type", Zh: "提议新的凭证类型"},
		long: message.Text{
			En: "Propose a new credential type, and accreditation of the issuers it names. Another organisation approves: imi org approve ID.\nThe definition is kept in --dir for issuing.",
			Zh: "提议新的凭证类型，并认可其中指明的签发机构。须由另一机构批准：imi org approve ID。定义文件保存在 --dir 中供签发使用。"},
		run: func(ctx context.Context, args []string) (result, error) {
			text, err := a.readInput(args[0], maxInput)
			if err != nil {
				return nil, err
			}
			t, err := a.keepDefinition(text)
			if err != nil {
				return nil, err
			}
			return a.proposeType(ctx, t)
		}})
}

func (a *app) proposeType(ctx context.Context, t credential.Type) (result, error) {
	d, err := a.proposer(ctx)
	if err != nil {
		return nil, err
	}
	registered, err := office.List[ledger.Organisation](ctx, d.Ledger, ledger.KindOrganisation)
	if err != nil {
		return nil, err
	}
	now := ledger.At(a.now())
	var changed []ledger.Organisation
	for _, o := range registered {
		if slices.Contains(t.Issuers, string(o.MSPID)) && !o.AccreditedAt(ledger.Issuer, string(office.TypeName(t)), now) {
			o.Sequence++
			o.Accreditations = append(o.Accreditations, ledger.Accreditation{Role: ledger.Issuer, Scope: string(office.TypeName(t)), Period: ledger.Period{From: now}})
			changed = append(changed, o)
		}
	}
	statement, receipt, err := d.Propose(ctx, changed, []ledger.CredentialType{office.TypeRecord(t)})
	if err != nil {
		return nil, err
	}
	return &proposed{ID: statement.ID, Receipt: receipt, Proposer: d.MSPID}, nil
}
