package bench

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"time"

	"github.com/imi-ledger/imi/cli/keyfile"
	"github.com/imi-ledger/imi/cli/office"
	"github.com/imi-ledger/imi/evidence/answer"
	"github.com/imi-ledger/imi/evidence/block"
	"github.com/imi-ledger/imi/fabric"
	"github.com/imi-ledger/imi/ledger"
	"github.com/imi-ledger/imi/network"
)

// The organisations that act: one issues, another one's gateway is asked.
const (
	issuer   ledger.MSPID              = "PoliceMSP"
	asked    ledger.MSPID              = "ServiceMSP"
	identity ledger.CredentialTypeName = "identity/1"
)

// stage is what rows are measured on. It comes up when the first row needs it and stays for the others.
type stage struct {
	options Options
	runtime network.Runtime // "" is native
	up      *district
	failed  error // why there is no district to measure on
}

func (s *stage) tell(p Progress) { s.options.Progress(p) }

func (s *stage) topology() string {
	if s.up == nil || s.up.network == nil {
		return ""
	}
	return s.up.network.Topology().Name
}

// closeLimit is how long ending a network may take: on Docker, with other work on the machine, minutes.
const closeLimit = 8 * time.Minute

// close ends everything, also when the run was interrupted.
func (s *stage) close() error {
	if s.up == nil {
		return nil
	}
	s.up.close()
	ctx, cancel := context.WithTimeout(context.Background(), closeLimit)
	defer cancel()
	if err := s.options.Down(ctx, s.options.Folder); !errors.Is(err, network.ErrNoNetwork) {
		return err
	}
	return nil
}

var errNoNetwork = errors.New("this measurement needs a network")

// district is a running network and the clients that load it.
type district struct {
	network  *network.Network
	signer   *ledger.Signer // of the issuer
	writer   *fabric.Client // of the issuer
	reader   *fabric.Client // of the organisation that is asked
	gateway  string         // host:port of its gateway
	trust    answer.Trust
	nodes    map[string]int // process ids
	helpers  []*helper
	raw      *fabric.Client // for the comparator's chaincode; see rawPut
	records  []ledger.Digest
	singles  uint64  // blocks before the first batch
	capacity float64 // answers per second that the gateway was seen to give
}

// district brings a network up when it is first asked for, and learns its processes.
func (s *stage) district(ctx context.Context) (*district, error) {
	was := s.up != nil
	d, err := s.begun(ctx)
	if err == nil && !was {
		s.failed = d.count(ctx)
	}
	return d, s.failed
}

// begun brings a network up when it is first asked for.
func (s *stage) begun(ctx context.Context) (*district, error) {
	if s.up != nil || s.failed != nil {
		return s.up, s.failed
	}
	if s.options.Up == nil || s.options.Down == nil || s.options.Folder == "" {
		return nil, errNoNetwork
	}
	d := &district{nodes: map[string]int{}}
	s.up = d // to be closed, however far it comes
	s.failed = s.options.Up(ctx, s.options.Folder, s.runtime)
	if s.failed == nil {
		s.failed = d.connect(ctx, s.options.Folder)
	}
	return d, s.failed
}

func (d *district) connect(ctx context.Context, folder string) error {
	var err error
	if d.network, err = network.Open(folder); err != nil {
		return err
	}
	private, err := keyfile.LoadSigner(filepath.Join(d.network.Dir(), "organisations", string(issuer), keyfile.Signing))
	if err != nil {
		return err
	}
	if d.signer, err = ledger.NewSigner(private); err != nil {
		return err
	}
	if d.writer, err = d.dial(ctx, issuer, network.ChaincodeName); err != nil {
		return err
	}
	if d.reader, err = d.dial(ctx, asked, network.ChaincodeName); err != nil {
		return err
	}
	for _, node := range d.network.Nodes() {
		if node.Kind == network.Gateway && node.Organisation == string(asked) {
			d.gateway = node.Address()
		}
	}
	return d.learnTrust(ctx)
}

// count learns the processes of the nodes.
func (d *district) count(ctx context.Context) error {
	status, err := d.network.Status(ctx)
	if err != nil {
		return err
	}
	for _, node := range status.Nodes {
		d.nodes[node.Name] = node.PID
	}
	return nil
}

func (d *district) dial(ctx context.Context, organisation ledger.MSPID, chaincode string) (*fabric.Client, error) {
	path, err := d.network.ProfilePath(string(organisation))
	if err != nil {
		return nil, err
	}
	profile, err := fabric.LoadProfile(path)
	if err != nil {
		return nil, err
	}
	profile.Chaincode = chaincode
	return fabric.Dial(ctx, profile, fabric.Options{})
}

// learnTrust makes what answers are checked by: the head keys of the registry, three of which must have signed.
func (d *district) learnTrust(ctx context.Context) error {
	genesis, err := d.network.Genesis()
	if err != nil {
		return err
	}
	first, err := block.ParseBytes(genesis)
	if err != nil {
		return err
	}
	registered, err := office.List[ledger.Organisation](ctx, d.reader, ledger.KindOrganisation)
	if err != nil {
		return err
	}
	d.trust = answer.Trust{Channel: network.ChannelName, Genesis: first.Hash, Threshold: 3}
	for _, o := range registered {
		one := answer.Trusted{MSPID: o.MSPID}
		for _, k := range o.HeadKeys {
			one.HeadKeys = append(one.HeadKeys, k.Key)
		}
		d.trust.Organisations = append(d.trust.Organisations, one)
	}
	slices.SortFunc(d.trust.Organisations, func(a, b answer.Trusted) int { return cmp.Compare(a.MSPID, b.MSPID) })
	return nil
}

// everybody is every process that takes part in a write, this one included.
func (d *district) everybody() []int {
	pids := []int{0}
	for _, pid := range d.nodes {
		pids = append(pids, pid)
	}
	for _, h := range d.helpers {
		pids = append(pids, h.pid())
	}
	return pids
}

func (d *district) close() {
	for _, c := range []*fabric.Client{d.writer, d.reader, d.raw} {
		if c != nil {
			_ = c.Close() // it wrote what it had to
		}
	}
	for _, h := range d.helpers {
		h.end()
	}
}

// blocks is the ledger that is audited: that of a file, or the network's as far as it holds single transactions.
func (s *stage) blocks(ctx context.Context) ([][]byte, error) {
	if s.options.Ledger != "" {
		return blocksIn(s.options.Ledger)
	}
	d, err := s.district(ctx)
	if err != nil {
		return nil, err
	}
	if err := d.atLeast(ctx, auditTransactions); err != nil {
		return nil, err
	}
	until := d.singles
	if until == 0 {
		if until, err = d.reader.Height(ctx); err != nil {
			return nil, err
		}
	}
	var blocks [][]byte
	for encoded, err := range d.reader.StoredBlocks(ctx, 0, until) {
		if err != nil {
			return nil, err
		}
		blocks = append(blocks, encoded)
	}
	if len(blocks) == 0 {
		return nil, fmt.Errorf("the peer of %s has no blocks", asked)
	}
	return blocks, nil
}
