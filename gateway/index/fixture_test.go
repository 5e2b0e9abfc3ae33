package index_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/hyperledger/fabric-protos-go-apiv2/peer"

	"github.com/imi-ledger/imi/evidence/block"
	"github.com/imi-ledger/imi/evidence/evidencetest"
	"github.com/imi-ledger/imi/gateway/index"
	"github.com/imi-ledger/imi/ledger"
)

func open(t testing.TB, path string) *index.Index {
	t.Helper()
	x, err := index.Open(t.Context(), path, evidencetest.Channel)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = x.Close() }) // a second Close after a test's own is harmless
	return x
}

func fresh(t testing.TB) *index.Index {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "目录 with spaces?#%")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	return open(t, filepath.Join(dir, "index.db"))
}

func apply(t testing.TB, x *index.Index, blocks ...block.Block) {
	t.Helper()
	for _, b := range blocks {
		if _, err := x.Apply(t.Context(), b); err != nil {
			t.Fatalf("block %d: %v", b.Number, err)
		}
	}
}

func digest(t testing.TB, x *index.Index) ledger.Digest {
	t.Helper()
	d, err := x.Digest(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// story is a ledger with some of everything: every kind of record and operation, several transactions in a block, invalid
// ones, forged ones.
func story(t testing.TB) *evidencetest.Ledger {
	t.Helper()
	l := evidencetest.New(t)
	l.Pass(time.Hour)
	documents := []ledger.Digest{l.Digest(), l.Digest(), l.Digest()}
	for _, d := range documents {
		add(t, l, evidencetest.Service, ledger.DocumentRegister, l.Registration(l.Document(d)))
	}
	l.Cut()
	l.Pass(time.Minute)
	l.Notarise(documents[0])
	l.Revoke(ledger.NotarisationKey(l.Notarise(documents[0])))
	l.Change(ledger.DocumentKey(documents[1]), ledger.Suspended, ledger.ReasonHold)
	l.Change(ledger.DocumentKey(documents[1]), ledger.Active, ledger.ReasonReinstated)
	l.Pass(24 * time.Hour)
	_, statements := l.IssueMany(7)
	l.Revoke(ledger.AttestationKey(statements[3].Credential))
	c := l.Enrol()
	l.IssueCredential(c, nil)
	l.Pass(time.Minute)
	l.RotateHolderKey(c, false)
	l.Pass(time.Minute)
	l.RotateHolderKey(c, true)
	l.RotateKey(evidencetest.Police)
	same := l.Registration(l.Document(l.Digest()))
	add(t, l, evidencetest.Service, ledger.DocumentRegister, same)
	add(t, l, evidencetest.Service, ledger.DocumentRegister, same) // reads what the first writes: invalid
	add(t, l, evidencetest.Service, ledger.DocumentRegister, l.Registration(l.Document(l.Digest())))
	l.Fail(peer.TxValidationCode_ENDORSEMENT_POLICY_FAILURE)
	l.Forge(evidencetest.Audit, evidencetest.Call{Function: "evil:Do", Writes: []ledger.Write{
		{Key: ledger.DocumentKey(documents[2])}, {Key: ledger.DocumentKey(l.Digest()), Record: []byte("\xffnot JSON")}, {Key: "nonsense", Record: []byte(`{}`)},
	}})
	l.Cut()
	l.Cut() // an empty block
	return l
}

func add(t testing.TB, l *evidencetest.Ledger, creator ledger.MSPID, function string, request any) {
	t.Helper()
	if err := l.Add(creator, function, request); err != nil {
		t.Fatal(err)
	}
}
