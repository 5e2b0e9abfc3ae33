package cli

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/imi-ledger/imi/cli/message"
	"github.com/imi-ledger/imi/cli/wallet"
	"github.com/imi-ledger/imi/evidence/credential"
	"github.com/imi-ledger/imi/ledger"
)

// heldView is a credential with all that it claims. It is for its holder only.
type heldView struct {
	Type       ledger.CredentialTypeName `json:"type"`
	Credential ledger.Digest             `json:"credential"`
	Issuer     ledger.MSPID              `json:"issuer"`
	NotBefore  ledger.Time               `json:"notBefore"`
	NotAfter   ledger.Time               `json:"notAfter"`
	Claims     map[string]any            `json:"claims"`
	Hideable   []string                  `json:"hideable"`

	titles map[string]credential.Title // of claims, where the type's definition is here
}

func (a *app) openHeld(held wallet.Credential) (result, error) {
	parsed, err := credential.Parse([]byte(held.SDJWT))
	if err != nil {
		return nil, err
	}
	opened, err := parsed.Open()
	if err != nil {
		return nil, err
	}
	from, until := parsed.Validity()
	return &heldView{Type: held.Type, Credential: held.Digest, Issuer: held.Issuer, Claims: opened.Claims, Hideable: opened.Disclosed,
		NotBefore: ledger.At(from), NotAfter: ledger.At(until), titles: a.titlesOf(held.Type)}, nil
}

// titlesOf returns the names that people read for the claims of a type; none where its definition is not here.
func (a *app) titlesOf(name ledger.CredentialTypeName) map[string]credential.Title {
	titles := map[string]credential.Title{}
	if definition, err := a.definition(string(name)); err == nil {
		for _, c := range definition.Claims {
			titles[c.Name] = c.Title
		}
	}
	return titles
}

// registeredClaims are those that every credential has; what they say stands above the others.
var registeredClaims = []string{"cnf", "exp", "iat", "iss", "nbf", "sub", "vct"}

func (v *heldView) render(p *page) {
	p.fields(row{labelType, v.Type}, row{labelIssuer, v.Issuer}, row{labelCredential, v.Credential}, row{labelSubject, v.Claims["sub"]},
		row{message.Text{En: "from", Zh: "有效期自"}, v.NotBefore}, row{labelUntil, v.NotAfter})
	var rows [][]string
	for _, name := range slices.Sorted(maps.Keys(v.Claims)) {
		if !slices.Contains(registeredClaims, name) {
			rows = append(rows, []string{name, titleOfClaim(p, v.titles[name]), yesOrNo(p, slices.Contains(v.Hideable, name)), claimText(v.Claims[name])})
		}
	}
	p.table([]message.Text{labelClaim, labelMeaning, labelHideable, {En: "value", Zh: "内容"}}, rows)
	if inside := inner(v.Hideable); len(inside) > 0 {
		p.line(message.Text{En: "  to be shown by itself as well: %s", Zh: "  也可单独出示：%s"}, strings.Join(inside, ", "))
	}
}

var (
	labelClaim    = message.Text{En: "claim", Zh: "声明"}
	labelMeaning  = message.Text{En: "meaning", Zh: "含义"}
	labelHideable = message.Text{En: "holder may hide it", Zh: "持有人可隐藏"}
)

func titleOfClaim(p *page, t credential.Title) string {
	if t == (credential.Title{}) {
		return "–"
	}
	return p.say(message.Text{En: t.En, Zh: t.Zh})
}

func yesOrNo(p *page, b bool) string {
	if b {
		return p.say(message.Text{En: "yes", Zh: "是"})
	}
	return p.say(message.Text{En: "no", Zh: "否"})
}

// inner are the parts of claims among paths: address.city, majors[0].
func inner(paths []string) []string {
	return slices.DeleteFunc(slices.Clone(paths), func(path string) bool { return !strings.ContainsAny(path, ".[") })
}

// claimText writes the value of a claim on one line.
func claimText(value any) string {
	switch value.(type) {
	case map[string]any, []any:
		if text, err := json.Marshal(value); err == nil {
			return message.Plain(string(text))
		}
	}
	return message.Plain(fmt.Sprint(value))
}
