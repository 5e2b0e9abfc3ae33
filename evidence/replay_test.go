package evidence_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/imi-ledger/imi/evidence"
	"github.com/imi-ledger/imi/evidence/block"
	"github.com/imi-ledger/imi/evidence/evidencetest"
	"github.com/imi-ledger/imi/ledger"
)

// mapWorld is the state before a transaction.
type mapWorld map[ledger.Key][]byte

func (w mapWorld) Get(key ledger.Key) ([]byte, error) { return w[key], nil }

// stateOf is the newest state of a ledger.
func stateOf(l *evidencetest.Ledger) mapWorld {
	w := mapWorld{}
	for _, key := range l.Keys() {
		w[key] = l.Entry(key).Record
	}
	return w
}

// Every operation there is, run again, writes what it wrote.
func TestReplayAgrees(t *testing.T) {
	b := newBench(t)
	digest := b.Digest()
	b.Register(digest)
	b.Revoke(ledger.NotarisationKey(b.Notarise(digest)))
	b.IssueMany(20)
	c := b.Enrol()
	b.Pass(1e9)
	b.RotateHolderKey(c, false)
	b.Pass(1e9)
	b.RotateHolderKey(c, true)
	b.Change(ledger.SubjectKey(c.ID), ledger.Suspended, ledger.ReasonHold)
	b.RotateKey(evidencetest.Audit)
	for _, key := range b.Keys() {
		if e := b.Entry(key); e.Unsound != "" {
			t.Errorf("%s: %s", key, e.Unsound)
		}
	}
}

func TestReplayDisagrees(t *testing.T) {
	l := evidencetest.New(t)
	statement := l.Document(l.Digest())
	request := l.Registration(statement)
	text, err := ledger.Encode(request)
	if err != nil {
		t.Fatal(err)
	}
	record, err := ledger.Encode(ledger.Document{Author: request.Author, Statement: statement, Status: ledger.Status{State: ledger.Active}})
	if err != nil {
		t.Fatal(err)
	}
	key := ledger.DocumentKey(statement.Commitment)
	good := evidencetest.Call{Function: ledger.DocumentRegister, Request: text, Writes: []ledger.Write{{Key: key, Record: record}}}
	world := stateOf(l)
	replay := func(creator ledger.MSPID, change func(*evidencetest.Call), spoil func(*block.Transaction)) string {
		call := good
		call.Writes = append([]ledger.Write(nil), good.Writes...)
		change(&call)
		l.Forge(creator, call)
		b := l.Cut()
		spoil(&b.Transactions[0])
		unsound, err := evidence.Replay(&b.Transactions[0], world)
		if err != nil {
			t.Fatal(err)
		}
		return unsound
	}
	same, intact := func(*evidencetest.Call) {}, func(*block.Transaction) {}
	if unsound := replay(evidencetest.Service, same, intact); unsound != "" {
		t.Fatalf("what the rules make is unsound: %s", unsound)
	}
	for name, c := range map[string]struct {
		creator ledger.MSPID
		change  func(*evidencetest.Call)
		spoil   func(*block.Transaction)
		want    string
	}{
		"another creator":    {evidencetest.Audit, same, intact, "the rules refuse it: not_allowed"},
		"another function":   {evidencetest.Service, func(c *evidencetest.Call) { c.Function = ledger.AttestationIssue }, intact, "none of this ledger's operations"},
		"a function of none": {evidencetest.Service, func(c *evidencetest.Call) { c.Function = "record:Write" }, intact, "none of this ledger's operations"},
		"a changed request":  {evidencetest.Service, func(c *evidencetest.Call) { c.Request = append(c.Request[:len(c.Request):len(c.Request)], ' ') }, intact, "none of this ledger's operations"},
		"a changed record":   {evidencetest.Service, func(c *evidencetest.Call) { c.Writes[0].Record = append(record[:len(record):len(record)], ' ') }, intact, "do not write document so"},
		"another key":        {evidencetest.Service, func(c *evidencetest.Call) { c.Writes[0].Key = ledger.DocumentKey(l.Digest()) }, intact, "do not write document so"},
		"a deletion":         {evidencetest.Service, func(c *evidencetest.Call) { c.Writes[0].Record = nil }, intact, "do not write document so"},
		"one more record": {evidencetest.Service, func(c *evidencetest.Call) {
			c.Writes = append(c.Writes, ledger.Write{Key: ledger.OrganisationKey("EveMSP"), Record: []byte("{}")})
		}, intact, "do not write organisation so"},
		"one record less":   {evidencetest.Service, func(c *evidencetest.Call) { c.Writes = nil }, intact, "write 1 more records"},
		"another time":      {evidencetest.Service, same, func(t *block.Transaction) { t.Time = t.Time.Add(ledger.Skew + 1e9) }, "the rules refuse it: invalid"},
		"another channel":   {evidencetest.Service, same, func(t *block.Transaction) { t.Channel = "other" }, "the rules refuse it: not_allowed"},
		"another chaincode": {evidencetest.Service, same, func(t *block.Transaction) { t.Chaincode = "other" }, "not written by a call of this ledger's chaincode"},
		"a second argument": {evidencetest.Service, same, func(t *block.Transaction) { t.Args = append(t.Args, []byte("x")) }, "not written by a call of this ledger's chaincode"},
		"a configuration":   {evidencetest.Service, same, func(t *block.Transaction) { t.Type = block.Config }, "not written by a call of this ledger's chaincode"},
		"a malformed one":   {evidencetest.Service, same, func(t *block.Transaction) { t.Problems = []string{"odd"} }, "malformed: odd"},
	} {
		if unsound := replay(c.creator, c.change, c.spoil); !strings.Contains(unsound, c.want) {
			t.Errorf("%s: %q, want %q", name, unsound, c.want)
		}
	}
	world[key] = []byte("{}")
	if unsound := replay(evidencetest.Service, same, intact); unsound == "" {
		t.Errorf("over a record that does not decode: %q", unsound)
	}
}

type unreadable struct{}

func (unreadable) Get(ledger.Key) ([]byte, error) {
	return nil, &evidence.UnreadableError{Err: errBroken}
}

// What cannot be read is a fault, not a judgement.
func TestReplayOnABrokenStore(t *testing.T) {
	l := evidencetest.New(t)
	b := l.Submit(evidencetest.Service, ledger.DocumentRegister, l.Registration(l.Document(l.Digest())))
	if unsound, err := evidence.Replay(&b.Transactions[0], unreadable{}); !errors.Is(err, errBroken) || unsound != "" {
		t.Errorf("%q, %v", unsound, err)
	}
}
