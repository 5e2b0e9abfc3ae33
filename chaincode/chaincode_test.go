package chaincode_test

import (
	"strings"
	"testing"

	"github.com/hyperledger/fabric-chaincode-go/v2/shim"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"

	"github.com/imi-ledger/imi/chaincode"
	"github.com/imi-ledger/imi/chaincode/fakeledger"
	"github.com/imi-ledger/imi/ledger"
	"github.com/imi-ledger/imi/ledger/ledgertest"
)

const (
	service = ledgertest.Service
	police  = ledgertest.Police
	notary  = ledgertest.Notary
)

// setup is the real chaincode on the fake ledger, with a district that signs.
type setup struct {
	*fakeledger.Ledger
	district *ledgertest.District
	creators map[ledger.MSPID][]byte
	faults   []string
}

func start(t testing.TB) *setup {
	t.Helper()
	s := &setup{district: ledgertest.Unfounded(), creators: map[ledger.MSPID][]byte{}}
	program, err := chaincode.New(func(text string) { s.faults = append(s.faults, text) })
	if err != nil {
		t.Fatal(err)
	}
	s.Ledger = fakeledger.New(program, s.district.Now.Time())
	for _, id := range ledgertest.Organisations() {
		s.creators[id] = fakeledger.Creator(string(id))
	}
	t.Cleanup(func() {
		if len(s.faults) > 0 {
			t.Errorf("faults: %v", s.faults)
		}
	})
	return s
}

// founded is setup with the trust registry in place.
func founded(t testing.TB) *setup {
	t.Helper()
	s := start(t)
	charter := s.district.Charter()
	s.must(t, service, ledger.GovernancePropose, s.district.Propose(charter))
	for _, id := range ledgertest.Organisations()[1:] {
		s.must(t, id, ledger.GovernanceApprove, s.district.Approve(id, charter))
	}
	return s
}

func (s *setup) call(t testing.TB, by ledger.MSPID, function string, request any) *peer.Response {
	t.Helper()
	text, err := ledger.Encode(request)
	if err != nil {
		t.Fatal(err)
	}
	response, err := s.Submit(s.creators[by], []byte(function), text)
	if err != nil {
		t.Fatalf("%s: %v", function, err)
	}
	return response
}

func (s *setup) must(t testing.TB, by ledger.MSPID, function string, request any) []byte {
	t.Helper()
	response := s.call(t, by, function, request)
	if response.Status != shim.OK {
		t.Fatalf("%s: %s", function, response.Message)
	}
	return response.Payload
}

func (s *setup) refused(t testing.TB, by ledger.MSPID, function string, request any, code ledger.Code) {
	t.Helper()
	response := s.call(t, by, function, request)
	if r, ok := ledger.ParseRefusal(response.Message); !ok || r.Code != code {
		t.Fatalf("%s: got %d %q, want refusal %s", function, response.Status, response.Message, code)
	}
}

func TestWholeStory(t *testing.T) {
	s := founded(t)
	d := s.district
	holder := ledgertest.NewSigner("P-256")
	s.must(t, police, ledger.SubjectEnrol, d.Enrol(1, holder))
	again := d.Enrol(2, holder)
	again.Person.Tag = ledgertest.Digest(1)
	again.PersonAuthor = d.Author(police, again.Person)
	s.refused(t, police, ledger.SubjectEnrol, again, ledger.Conflict)

	first := s.must(t, police, ledger.AttestationIssue, d.Issue(1))
	if repeat := s.must(t, police, ledger.AttestationIssue, d.Issue(1)); string(repeat) != string(first) {
		t.Error("a repeated issue answers with another record")
	}
	s.refused(t, service, ledger.AttestationIssue, d.Issue(2), ledger.NotAllowed)
	s.must(t, police, ledger.AttestationIssueMany, d.IssueMany(1000, ledger.MaxBatch))
	s.must(t, service, ledger.DocumentRegister, d.Register(1))
	s.must(t, service, ledger.DocumentRegisterMany, d.RegisterMany(1000, 10))
	s.must(t, notary, ledger.NotarisationNotarise, d.Notarise(1))
	key := ledger.AttestationKey(ledgertest.Digest(1))
	revoke := ledger.ChangeAttestationStatus{SignedStatusChange: d.ChangeStatus(police, key, ledger.Status{}, ledger.Revoked, ledger.ReasonHolderRequest)}
	s.must(t, police, ledger.AttestationChangeStatus, revoke)

	history, err := ledger.Decode[ledger.Versions](s.must(t, service, ledger.RecordHistory, ledger.History{Key: key}), ledger.MaxRequest)
	if err != nil || len(history.Versions) != 2 || !strings.Contains(history.Versions[0].Record, `"revoked"`) {
		t.Errorf("history %+v, %v", history, err)
	}
}

func TestReads(t *testing.T) {
	s := founded(t)
	d := s.district
	s.must(t, service, ledger.DocumentRegisterMany, d.RegisterMany(0, 25))
	key := ledger.DocumentKey(ledgertest.Digest(3))
	if record := s.must(t, service, ledger.RecordRead, ledger.Read{Key: key}); string(record) != string(s.Get(string(key))) {
		t.Error("read another record than there is")
	}
	s.refused(t, service, ledger.RecordRead, ledger.Read{Key: ledger.DocumentKey(ledgertest.Digest(99))}, ledger.NotFound)
	s.refused(t, service, ledger.RecordRead, ledger.Read{Key: "document/../x"}, ledger.Invalid)
	s.refused(t, service, ledger.RecordHistory, ledger.History{Key: ledger.DocumentKey(ledgertest.Digest(99))}, ledger.NotFound)
	s.refused(t, service, ledger.RecordReadMany, ledger.ReadMany{}, ledger.TooLarge)
	s.refused(t, service, ledger.RecordList, ledger.List{Kind: "secret", Limit: 1}, ledger.Invalid)
	s.refused(t, service, ledger.RecordList, ledger.List{Kind: ledger.KindDocument, Limit: ledger.MaxRead + 1}, ledger.Invalid)

	many := ledger.ReadMany{Keys: []ledger.Key{key, ledger.DocumentKey(ledgertest.Digest(99))}}
	records, err := ledger.Decode[ledger.Records](s.must(t, service, ledger.RecordReadMany, many), ledger.MaxRequest)
	if err != nil || len(records.Records) != 1 || records.Records[0].Key != key {
		t.Errorf("read many: %+v, %v", records, err)
	}
	seen := map[ledger.Key]bool{}
	list := ledger.List{Kind: ledger.KindDocument, Limit: 10}
	for pages := 0; ; pages++ {
		page, err := ledger.Decode[ledger.Records](s.must(t, service, ledger.RecordList, list), ledger.MaxRequest)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range page.Records {
			if seen[r.Key] || r.Key.Kind() != ledger.KindDocument {
				t.Fatalf("%s listed twice or out of place", r.Key)
			}
			seen[r.Key] = true
		}
		if !page.More {
			break
		}
		if pages > 3 {
			t.Fatal("the list does not end")
		}
		list.After = page.Records[len(page.Records)-1].Key
	}
	if len(seen) != 25 {
		t.Errorf("listed %d of 25", len(seen))
	}
}

func TestConcurrentWritesOfOneRecordConflict(t *testing.T) {
	s := founded(t)
	text, err := ledger.Encode(s.district.Issue(1))
	if err != nil {
		t.Fatal(err)
	}
	one, err1 := s.Simulate(s.creators[police], []byte(ledger.AttestationIssue), text)
	two, err2 := s.Simulate(s.creators[police], []byte(ledger.AttestationIssue), text)
	if err1 != nil || err2 != nil {
		t.Fatal(err1, err2)
	}
	if !s.Commit(one) || s.Commit(two) {
		t.Error("of two transactions on one key exactly the first must be valid")
	}
	if response := s.call(t, police, ledger.AttestationIssue, s.district.Issue(1)); response.Status != shim.OK {
		t.Errorf("after the conflict, the same content must be a success: %s", response.Message)
	}
}
