package bench

import (
	"context"
	"crypto/rand"
	"fmt"
	"sync"
	"time"

	"github.com/imi-ledger/imi/evidence"
	"github.com/imi-ledger/imi/evidence/credential"
	"github.com/imi-ledger/imi/ledger"
	"github.com/imi-ledger/imi/ledger/ledgertest"
)

// memory is a district in this process, for what is measured without store and network. It is a source of records as
// after its one block.
type memory struct {
	*ledgertest.District
	issuing *credential.PrivateKey // of the police
	leaves  map[ledger.Digest][]ledger.Digest
	paths   sync.Map // place to path, as far as asked for: a gateway's index has them ready too
}

type place struct {
	root  ledger.Digest
	index int
}

func newMemory() (*memory, error) {
	m := &memory{District: ledgertest.Unfounded(), leaves: map[ledger.Digest][]ledger.Digest{}}
	m.Now = ledger.At(time.Now())
	key, err := credential.GenerateKey(rand.Reader, credential.ES256)
	if err != nil {
		return nil, err
	}
	m.issuing = key
	if m.Signers[ledgertest.Police], err = ledger.NewSigner(key.Crypto()); err != nil {
		return nil, err
	}
	m.Must(ledgertest.Service, m.Propose(m.Charter()))
	for _, id := range ledgertest.Organisations()[1:] {
		m.Must(id, m.Approve(id, m.Charter()))
	}
	return m, nil
}

// attest records statements in signed batches.
func (m *memory) attest(statements []ledger.AttestationStatement) error {
	for len(statements) > 0 {
		some := statements[:min(len(statements), ledger.MaxBatch)]
		statements = statements[len(some):]
		batch, err := ledger.NewBatch(m.Signers[ledgertest.Police], ledgertest.Police, m.Channel, ledger.KindAttestation, m.Now, some)
		if err != nil {
			return err
		}
		if _, err := m.Submit(ledgertest.Police, ledger.IssueMany{Batch: batch, Statements: some}); err != nil {
			return err
		}
		for _, s := range some {
			text, err := ledger.Encode(s)
			if err != nil {
				return err
			}
			m.leaves[batch.Statement.Root] = append(m.leaves[batch.Statement.Root], ledger.LeafHash(text))
		}
	}
	return nil
}

// Resolve implements evidence.Records.
func (m *memory) Resolve(context.Context, evidence.AsOf) (evidence.Position, error) {
	only := evidence.BlockName{Block: 1, Time: m.Now}
	return evidence.Position{BlockName: only, Newest: only}, nil
}

// Record implements evidence.Records.
func (m *memory) Record(_ context.Context, key ledger.Key, _ uint64) (evidence.Entry, error) {
	return evidence.Entry{Key: key, Record: m.World[key], Block: 1, First: 1}, nil
}

// Notarisations implements evidence.Links.
func (m *memory) Notarisations(context.Context, ledger.Digest, uint64, int) ([]ledger.Key, error) {
	return nil, nil
}

// BatchPath implements evidence.Links.
func (m *memory) BatchPath(_ context.Context, root ledger.Digest, index int) ([]ledger.Digest, error) {
	leaves := m.leaves[root]
	if index < 0 || index >= len(leaves) {
		return nil, nil
	}
	path, known := m.paths.Load(place{root, index})
	if !known {
		path, _ = m.paths.LoadOrStore(place{root, index}, ledger.TreePath(leaves, index))
	}
	return path.([]ledger.Digest), nil
}

// holder is a citizen with one credential.
type holder struct {
	id         ledger.ID
	key        *credential.PrivateKey
	credential []byte
	statement  ledger.AttestationStatement
}

// enrol enrols citizen n and makes a credential, which is not attested yet.
func (m *memory) enrol(n uint64) (holder, error) {
	h := holder{id: ledgertest.ID(n)}
	var err error
	if h.key, err = credential.GenerateKey(rand.Reader, credential.ES256); err != nil {
		return h, err
	}
	signer, err := ledger.NewSigner(h.key.Crypto())
	if err != nil {
		return h, err
	}
	if _, err := m.Submit(ledgertest.Police, m.Enrol(n, signer)); err != nil {
		return h, err
	}
	until := m.Now.Add(365 * 24 * time.Hour)
	h.credential, err = credential.Issue(rand.Reader, m.issuing, credential.Issuance{
		Issuer: string(ledgertest.Police), Type: credential.Type{Name: "identity", Version: 1}.VCT(), Subject: h.id.String(),
		IssuedAt: m.Now.Time(), NotBefore: m.Now.Time(), Expires: until.Time(), Holder: h.key.Public(),
		Claims: map[string]any{"name": fmt.Sprintf("公民%d", n), "over_18": true},
		Policy: credential.Policy{Disclosable: []string{"name", "over_18"}, Pad: 8},
	})
	if err != nil {
		return h, err
	}
	parsed, err := credential.Parse(h.credential)
	if err != nil {
		return h, err
	}
	h.statement = ledger.NewAttestationStatement(ledger.AttestationStatement{Credential: ledger.Digest(parsed.Digest()),
		IssuedAt: m.Now, Issuer: ledgertest.Police, NotBefore: m.Now, NotAfter: until, Type: ledgertest.Identity})
	return h, nil
}
