package cli

import (
	"context"
	"crypto"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/imi-ledger/imi/cli/keyfile"
	"github.com/imi-ledger/imi/cli/message"
	"github.com/imi-ledger/imi/cli/office"
	"github.com/imi-ledger/imi/ledger"
)

// end closes a period; one that has just begun lasts for the second it began in.
func end(p *ledger.Period, now ledger.Time) {
	p.Until = now
	if !p.From.Before(now) {
		p.Until = p.From.Add(time.Second)
	}
}

func (a *app) orgRotateKey() *cobra.Command {
	return a.make(command{use: "rotate-key MSPID", args: arguments(1, 1, "MSPID"), examples: []string{"imi org rotate-key PoliceMSP"},
		short: message.Text{En: "Propose a new signing key for an organisation", Zh: "为机构提议新的签名密钥"},
		long: message.Text{
			En: "Make the next signing key and propose it; the present one ends when another organisation approves. What it signed\nstays verifiable. The new key is taken into use by the first command after the approval.",
			Zh: "生成下一把签名密钥并提出提案；另一机构批准后，现有密钥即停用，其已签内容仍可核验。批准后的第一个命令会启用新密钥。"},
		run: func(ctx context.Context, args []string) (result, error) {
			d, err := a.deskOf(ctx, args[0])
			if err != nil {
				return nil, err
			}
			next, err := keyfile.EnsureSigning(filepath.Join(a.organisationDir(args[0]), keyfile.NextSigning))
			if err != nil {
				return nil, err
			}
			public, err := ledger.NewPublicKey(next.Public())
			if err != nil {
				return nil, err
			}
			if err := refuseSecond(ctx, d.Ledger, ledger.MSPID(args[0]), public); err != nil {
				return nil, err
			}
			return a.amend(ctx, d, args[0], func(o *ledger.Organisation, now ledger.Time) error {
				for i := range o.SigningKeys {
					if o.SigningKeys[i].Until.IsZero() {
						end(&o.SigningKeys[i].Period, now)
					}
				}
				o.SigningKeys = append(o.SigningKeys, ledger.RegisteredKey{Key: public, Period: ledger.Period{From: now}})
				return nil
			})
		}})
}

var (
	textProposedAlready = message.Text{En: "proposal %v, which is open, is to bring in the next key of %s", Zh: "提案 %v 尚待批准，将启用 %s 的下一把密钥"}
	nextApprove         = message.Text{En: "another organisation approves it: imi org approve %v --org MSPID", Zh: "请由另一机构批准：imi org approve %v --org MSPID"}
)

// refuseSecond refuses to propose a key that a proposal which can still be carried out brings in: of two, one would be left over.
func refuseSecond(ctx context.Context, l office.Ledger, id ledger.MSPID, key ledger.PublicKey) error {
	proposals, err := readProposals(ctx, l)
	if err != nil {
		return err
	}
	for _, r := range proposals.Proposals {
		if r.Applied || proposals.isOutdated(r) {
			continue
		}
		for _, o := range r.Statement.Organisations {
			if o.MSPID == id && slices.ContainsFunc(o.SigningKeys, func(k ledger.RegisteredKey) bool { return k.Key.ID() == key.ID() }) {
				refused := &trouble{code: ledger.Conflict, what: textProposedAlready, args: []any{r.Statement.ID, id}}
				return advise(refused, nextApprove, r.Statement.ID)
			}
		}
	}
	return nil
}

// takeNextKey takes the next signing key of an organisation into use when the registry lists it.
func (a *app) takeNextKey(ctx context.Context, c connection, id string) error {
	folder := a.organisationDir(id)
	next, err := keyfile.LoadSigner(filepath.Join(folder, keyfile.NextSigning))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	listed, err := a.isListed(ctx, c, id, next)
	if err != nil || !listed {
		return err
	}
	return os.Rename(filepath.Join(folder, keyfile.NextSigning), filepath.Join(folder, keyfile.Signing))
}

func (a *app) isListed(ctx context.Context, c connection, id string, key crypto.Signer) (bool, error) {
	public, err := ledger.NewPublicKey(key.Public())
	if err != nil {
		return false, err
	}
	record, err := office.Read[ledger.Organisation](ctx, c, ledger.OrganisationKey(ledger.MSPID(id)))
	if ledger.CodeOf(err) == ledger.NotFound {
		return false, nil
	}
	_, listed := record.SigningKeyAt(public.ID(), ledger.At(a.now()))
	return listed, err
}
