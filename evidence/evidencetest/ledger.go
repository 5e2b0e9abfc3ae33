// Package evidencetest is a ledger in memory for tests: four organisations, the real operations of package ledger, and real
// encoded blocks. It has the manners of the real one: a transaction does not see what others in its block write, and is
// marked invalid when it read what they wrote.
package evidencetest

import (
	"testing"
	"time"

	"github.com/hyperledger/fabric-protos-go-apiv2/peer"

	"github.com/imi-ledger/imi/evidence"
	"github.com/imi-ledger/imi/evidence/block"
	"github.com/imi-ledger/imi/evidence/credential"
	"github.com/imi-ledger/imi/ledger"
)

// Channel is the name of the ledger's channel.
const Channel = "imi"

// The organisations.
const (
	Service ledger.MSPID = "ServiceMSP"
	Police  ledger.MSPID = "PoliceMSP"
	Notary  ledger.MSPID = "NotaryMSP"
	Audit   ledger.MSPID = "AuditMSP"
)

// Ledger is the ledger. Its clock stands still until it is moved.
type Ledger struct {
	Now     ledger.Time
	Blocks  []block.Block
	Raw     [][]byte // the same, encoded
	t       testing.TB
	keys    map[ledger.MSPID]*ledger.Signer
	private map[ledger.MSPID]*credential.PrivateKey
	state   map[ledger.Key][]Version
	heads   []evidence.BlockName
	batch   map[ledger.Digest][]ledger.Digest
	block   []transaction // pending
	nonce   uint64
}

// Version is a version of a record, and what wrote it.
type Version struct {
	evidence.Entry
	TransactionID string
	Time          ledger.Time // of the transaction
	transaction   int         // position in its block
}

// transaction waits for its block.
type transaction struct {
	envelope []byte
	code     peer.TxValidationCode
	writes   []ledger.Write
	reads    map[ledger.Key]bool
}

// New founds a ledger: the organisations, their accreditations and the credential types are proposed, approved and
// recorded in its first blocks.
func New(t testing.TB) *Ledger {
	t.Helper()
	now, err := ledger.ParseTime("2026-11-23T10:00:00Z")
	if err != nil {
		t.Fatal(err)
	}
	l := &Ledger{Now: now, t: t, keys: map[ledger.MSPID]*ledger.Signer{}, private: map[ledger.MSPID]*credential.PrivateKey{},
		state: map[ledger.Key][]Version{},
		batch: map[ledger.Digest][]ledger.Digest{}}
	l.Cut() // block 0 holds no records
	l.found()
	return l
}

// Pass moves the clock.
func (l *Ledger) Pass(d time.Duration) { l.Now = l.Now.Add(d) }

// Submit runs an operation and commits it in a block of its own. A refusal fails the test.
func (l *Ledger) Submit(creator ledger.MSPID, function string, request any) block.Block {
	l.t.Helper()
	if err := l.Add(creator, function, request); err != nil {
		l.t.Fatalf("%s: %v", function, err)
	}
	return l.Cut()
}

// Add runs an operation on the state before the pending block and puts the transaction into that block.
func (l *Ledger) Add(creator ledger.MSPID, function string, request any) error {
	l.t.Helper()
	text, err := ledger.Encode(request)
	if err != nil {
		l.t.Fatal(err)
	}
	operation, err := ledger.ParseOperation(function, text)
	if err != nil {
		return err
	}
	w := world{Ledger: l, reads: map[ledger.Key]bool{}}
	outcome, err := operation.Apply(ledger.Env{Channel: Channel, Creator: creator, Time: l.Now}, w)
	if err != nil {
		return err
	}
	l.add(creator, Call{function, text, outcome.Writes, outcome.Event}, w.reads)
	return nil
}

// Call is what a transaction says it ran, and what it wrote.
type Call struct {
	Function string
	Request  []byte
	Writes   []ledger.Write // without Record: the key is deleted
	Event    string
}

// Forge puts a transaction into the pending block that a modified chaincode might have made: any writes under any call.
func (l *Ledger) Forge(creator ledger.MSPID, call Call) { l.add(creator, call, nil) }

func (l *Ledger) add(creator ledger.MSPID, call Call, reads map[ledger.Key]bool) {
	code := peer.TxValidationCode_VALID
	for _, earlier := range l.block {
		for _, w := range earlier.writes {
			if earlier.code == peer.TxValidationCode_VALID && reads[w.Key] {
				code = peer.TxValidationCode_MVCC_READ_CONFLICT
			}
		}
	}
	l.nonce++
	l.block = append(l.block, transaction{envelope(l.t, l.nonce, creator, l.Now, call), code, call.Writes, reads})
}

// Fail marks the last transaction of the pending block invalid.
func (l *Ledger) Fail(code peer.TxValidationCode) { l.block[len(l.block)-1].code = code }

type world struct {
	*Ledger
	reads map[ledger.Key]bool
}

// Get implements ledger.World.
func (w world) Get(key ledger.Key) ([]byte, error) {
	w.reads[key] = true
	return w.Entry(key).Record, nil
}

// Entry returns the newest version of a record.
func (l *Ledger) Entry(key ledger.Key) evidence.Entry {
	versions := l.state[key]
	if len(versions) == 0 {
		return evidence.Entry{Key: key}
	}
	return versions[len(versions)-1].Entry
}

// Get decodes the newest version of a record, which must exist.
func Get[T any](l *Ledger, key ledger.Key) T {
	l.t.Helper()
	record, err := ledger.Decode[T](l.Entry(key).Record, ledger.MaxRecord)
	if err != nil {
		l.t.Fatalf("%s: %v", key, err)
	}
	return record
}
