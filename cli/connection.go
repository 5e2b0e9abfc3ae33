package cli

import (
	"cmp"
	"context"
	"errors"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/imi-ledger/imi/cli/inquiry"
	"github.com/imi-ledger/imi/cli/keyfile"
	"github.com/imi-ledger/imi/cli/message"
	"github.com/imi-ledger/imi/cli/office"
	"github.com/imi-ledger/imi/evidence/credential"
	"github.com/imi-ledger/imi/fabric"
	"github.com/imi-ledger/imi/ledger"
	"github.com/imi-ledger/imi/network"
)

// connection is an organisation's way to the channel; *fabric.Client is one.
type connection interface {
	office.Ledger
	Channel() string
	Height(ctx context.Context) (uint64, error) // number of blocks the organisation's peer has
	StoredBlocks(ctx context.Context, from, until uint64) iter.Seq2[[]byte, error]
	io.Closer
}

// connector opens the connection of an organisation from its profile file.
type connector func(ctx context.Context, profile string) (connection, error)

func connectFabric(ctx context.Context, profile string) (connection, error) {
	p, err := fabric.LoadProfile(profile)
	if err != nil {
		return nil, err
	}
	return fabric.Dial(ctx, p, fabric.Options{})
}

var (
	textNoOrganisation = message.Text{En: "there is no profile of %s in %s", Zh: "%[2]s 中没有 %[1]s 的配置"}
	textNobody         = message.Text{En: "none of the organisations in %s is accredited as %s", Zh: "%s 中没有任何机构有此权限：%s"}
	textNotFounded     = message.Text{En: "the trust registry is empty", Zh: "信任登记簿为空"}
	nextFound          = message.Text{En: "found it: imi org found", Zh: "请先建立：imi org found"}
	textNoSigningKey   = message.Text{En: "%s has no signing key in %s", Zh: "%s 在 %s 中没有签名密钥"}
	textConnecting     = message.Text{En: "connecting to the peer of %s", Zh: "正在连接 %s 的节点"}
)

// organisationDir is the folder of an organisation's profile and keys.
func (a *app) organisationDir(id string) string {
	return filepath.Join(a.options.dir, "organisations", id)
}

// organisations lists those whose profile this machine has, in order.
func (a *app) organisations() ([]string, error) {
	entries, err := os.ReadDir(filepath.Join(a.options.dir, "organisations"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, network.ErrNoNetwork
	}
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, entry := range entries {
		if _, err := os.Stat(filepath.Join(a.organisationDir(entry.Name()), "profile.json")); err == nil {
			ids = append(ids, entry.Name())
		}
	}
	if len(ids) == 0 {
		return nil, network.ErrNoNetwork
	}
	return ids, nil
}

// usualReader is whose peer and gateway answer where the user names no organisation.
const usualReader = "ServiceMSP"

// reader is the connection for reading: of --org, else of the service hall, else of anybody.
func (a *app) reader(ctx context.Context) (connection, error) {
	id, err := a.readerID()
	if err != nil {
		return nil, err
	}
	return a.connectionOf(ctx, id)
}

func (a *app) readerID() (string, error) {
	ids, err := a.organisations()
	switch {
	case err != nil:
		return "", err
	case a.options.organisation != "":
		return a.options.organisation, nil
	case slices.Contains(ids, usualReader):
		return usualReader, nil
	}
	return ids[0], nil
}

func (a *app) connectionOf(ctx context.Context, id string) (connection, error) {
	if c, open := a.connections[id]; open {
		return c, nil
	}
	ids, err := a.organisations()
	if err != nil {
		return nil, err
	}
	if !slices.Contains(ids, id) {
		return nil, &trouble{code: ledger.NotFound, what: textNoOrganisation, args: []any{id, a.options.dir}}
	}
	done := a.waiting(textConnecting, id)
	defer done()
	c, err := a.connect(ctx, filepath.Join(a.organisationDir(id), "profile.json"))
	if err != nil {
		return nil, err
	}
	a.connections[id] = &remembering{connection: c, app: a}
	return a.connections[id], nil
}

// connectAll opens the connections of several organisations at once.
func (a *app) connectAll(ctx context.Context, ids []string) error {
	opened := make([]connection, len(ids))
	group, ctx := errgroup.WithContext(ctx)
	for i, id := range ids {
		if _, open := a.connections[id]; open {
			continue
		}
		group.Go(func() error {
			c, err := a.connect(ctx, filepath.Join(a.organisationDir(id), "profile.json"))
			if err == nil {
				opened[i] = c
			}
			return err
		})
	}
	err := group.Wait()
	for i, c := range opened {
		if c != nil {
			a.connections[ids[i]] = &remembering{connection: c, app: a}
		}
	}
	return err
}

// desk is an office and the key its credentials are signed with, which is that of its statements.
type desk struct {
	*office.Office
	issuing *credential.PrivateKey
}

// deskOf opens the office of an organisation whose signing key is here.
func (a *app) deskOf(ctx context.Context, id string) (*desk, error) {
	c, err := a.connectionOf(ctx, id)
	if err != nil {
		return nil, err
	}
	if err := a.takeNextKey(ctx, c, id); err != nil {
		return nil, err
	}
	private, err := keyfile.LoadSigner(filepath.Join(a.organisationDir(id), keyfile.Signing))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, &trouble{code: ledger.NotFound, what: textNoSigningKey, args: []any{id, a.organisationDir(id)}, next: nextFound}
	}
	if err != nil {
		return nil, err
	}
	signer, err := ledger.NewSigner(private)
	if err != nil {
		return nil, err
	}
	issuing, err := credential.NewPrivateKey(private)
	if err != nil {
		return nil, err
	}
	return &desk{&office.Office{MSPID: ledger.MSPID(id), Channel: c.Channel(), Ledger: c, Signer: signer, Now: a.now, Random: a.random}, issuing}, nil
}

// actor opens the office that acts in a role: of --org, else of the first organisation here that is accredited for it.
func (a *app) actor(ctx context.Context, role ledger.Role, scope string) (*desk, error) {
	if a.options.organisation != "" {
		return a.deskOf(ctx, a.options.organisation)
	}
	c, err := a.reader(ctx)
	if err != nil {
		return nil, err
	}
	registered, err := office.List[ledger.Organisation](ctx, c, ledger.KindOrganisation)
	if err != nil {
		return nil, err
	}
	if len(registered) == 0 {
		return nil, &trouble{code: ledger.NotFound, what: textNotFounded, next: nextFound}
	}
	here, err := a.organisations()
	if err != nil {
		return nil, err
	}
	for _, o := range registered {
		if slices.Contains(here, string(o.MSPID)) && o.AccreditedAt(role, scope, ledger.At(a.now())) {
			return a.deskOf(ctx, string(o.MSPID))
		}
	}
	return nil, &trouble{code: ledger.NotAllowed, what: textNobody, args: []any{a.options.dir, roleWords(role, scope)}}
}

func roleWords(role ledger.Role, scope string) message.Text {
	words := message.Text{En: string(role), Zh: cmp.Or(strings.TrimSpace(roleTexts[role].Zh), string(role))}
	if scope != "" {
		words.En, words.Zh = words.En+" "+scope, words.Zh+" "+scope
	}
	return words
}

// owner opens the office of the organisation that made a record; another may not change its status.
func (a *app) owner(ctx context.Context, key ledger.Key) (*desk, office.Standing, error) {
	c, err := a.reader(ctx)
	if err != nil {
		return nil, office.Standing{}, err
	}
	standing, err := office.StandingOf(ctx, c, key)
	if err != nil {
		return nil, standing, err
	}
	id := a.options.organisation
	if id == "" {
		id = string(standing.Owner)
	}
	d, err := a.deskOf(ctx, id)
	return d, standing, err
}

var textNoGateway = message.Text{En: "the network in %s runs no gateway of %s", Zh: "%s 中的网络没有 %s 的网关"}

// gateway is the one to ask: --gateway, $IMI_GATEWAY, or that of an organisation of the network in the folder.
func (a *app) gateway() (*inquiry.Client, error) {
	if a.options.gateway != "" {
		return inquiry.New(a.options.gateway)
	}
	if address := a.getenv("IMI_GATEWAY"); address != "" {
		return inquiry.New(address)
	}
	n, err := network.Open(a.options.dir)
	if err != nil {
		return nil, err
	}
	id := a.options.organisation
	if id == "" {
		id = usualReader
	}
	for _, node := range n.Nodes() {
		if node.Kind == network.Gateway && node.Organisation == id {
			return inquiry.New("http://" + node.Address())
		}
	}
	return nil, &trouble{code: ledger.NotFound, what: textNoGateway, args: []any{a.options.dir, id}}
}
