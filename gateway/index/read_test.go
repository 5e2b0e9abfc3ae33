package index_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/imi-ledger/imi/evidence"
	"github.com/imi-ledger/imi/evidence/evidencetest"
	"github.com/imi-ledger/imi/gateway/cursor"
	"github.com/imi-ledger/imi/gateway/index"
	"github.com/imi-ledger/imi/ledger"
)

// told is a ledger with its index.
func told(t testing.TB) (*evidencetest.Ledger, *index.Index) {
	t.Helper()
	l, x := story(t), fresh(t)
	apply(t, x, l.Blocks...)
	return l, x
}

func TestHistory(t *testing.T) {
	l, x := told(t)
	for _, key := range l.Keys() {
		versions, more, err := x.History(t.Context(), key, 100)
		if err != nil || more || len(versions) == 0 {
			t.Fatalf("%s: %d versions, more %v, %v", key, len(versions), more, err)
		}
		newest := l.Version(key, uint64(len(l.Blocks)))
		if versions[0].Block != newest.Block || versions[0].Unsound != newest.Unsound || versions[0].TransactionID != newest.TransactionID {
			t.Errorf("%s: newest %+v, want %+v", key, versions[0], newest)
		}
		first, more, err := x.History(t.Context(), key, 1)
		if err != nil || more != (len(versions) > 1) || first[0].Block != versions[0].Block {
			t.Errorf("%s: one version: %v, more %v, %v", key, first, more, err)
		}
	}
	if versions, more, err := x.History(t.Context(), ledger.DocumentKey(l.Digest()), 10); err != nil || more || len(versions) != 0 {
		t.Errorf("of nothing: %v %v %v", versions, more, err)
	}
}

func TestEventsTellWhatHappened(t *testing.T) {
	_, x := told(t)
	changes, err := x.Changes(t.Context(), cursor.Cursor{}, 1000)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]int{}
	for _, c := range changes {
		got[c.Event]++
	}
	want := map[string]int{
		"attestation.issued": 8, "attestation.revoked": 1, "batch.recorded": 1, "document.registered": 4, "document.suspended": 1,
		"document.reinstated": 1, "document.unsound": 2, "nonsense.unsound": 1, "notarisation.recorded": 2, "notarisation.revoked": 1,
		"organisation.registered": 4, "organisation.amended": 1, "person.recorded": 1, "proposal.made": 2, "proposal.approved": 2,
		"proposal.applied": 2, "subject.enrolled": 1, "subject.key_rotated": 1, "subject.key_rebound": 1, "type.recorded": 2,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
}

// A stream interrupted anywhere and resumed from its last cursor misses nothing and repeats nothing.
func TestChangesResume(t *testing.T) {
	_, x := told(t)
	whole, err := x.Changes(t.Context(), cursor.Cursor{}, 1000)
	if err != nil {
		t.Fatal(err)
	}
	for i, c := range whole {
		parsed, err := cursor.Parse(c.Cursor.String())
		if err != nil || parsed != c.Cursor {
			t.Fatalf("cursor %s: %v", c.Cursor, err)
		}
		rest, err := x.Changes(t.Context(), parsed, 1000)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(whole[i+1:], rest, cmp.Comparer(func(a, b ledger.Time) bool { return a == b })); diff != "" {
			t.Fatalf("after %s (-want +got):\n%s", c.Cursor, diff)
		}
	}
	last := whole[len(whole)-1].Cursor
	for _, c := range []cursor.Cursor{{Block: last.Block, Transaction: 1 << 30}, {Block: 1 << 62}, {Block: last.Block, Transaction: last.Transaction, Write: 1 << 30}} {
		if rest, err := x.Changes(t.Context(), c, 10); err != nil || len(rest) != 0 {
			t.Errorf("after %s: %d changes, %v", c, len(rest), err)
		}
	}
	end := cursor.Cursor{Block: whole[5].Cursor.Block, Transaction: 1 << 30, Write: 1 << 30}
	rest, err := x.Changes(t.Context(), end, 1000)
	if err != nil || len(rest) == 0 || rest[0].Block <= end.Block {
		t.Errorf("after the end of block %d: %v, %v", end.Block, rest[0].Cursor, err)
	}
}

func TestBlocksAndTransactions(t *testing.T) {
	l, x := told(t)
	seen := 0
	for _, want := range l.Blocks {
		got, err := x.Block(t.Context(), want.Number)
		if err != nil {
			t.Fatal(err)
		}
		if got.Hash != want.Hash.String() || got.PreviousHash != want.PreviousHash.String() || got.Size != len(want.Transactions) || len(got.Transactions) != got.Size {
			t.Errorf("block %d: %+v", want.Number, got)
		}
		for i, tx := range got.Transactions {
			from := want.Transactions[i]
			if tx.ID != from.ID || tx.Valid != from.Valid() || tx.Code != from.ValidationCode.String() || tx.Function != from.Function || tx.Creator != from.CreatorMSPID {
				t.Errorf("transaction %d of block %d: %+v", i, want.Number, tx)
			}
			whole, err := x.Transaction(t.Context(), tx.ID)
			if err != nil || len(whole.Keys) != tx.Records || (tx.Valid && tx.Records == 0) || (!tx.Valid && tx.Records != 0) {
				t.Errorf("transaction %s: %+v, %v", tx.ID, whole, err)
			}
			seen++
		}
	}
	if seen < 20 {
		t.Errorf("only %d transactions", seen)
	}
	if _, err := x.Block(t.Context(), 999); ledger.CodeOf(err) != ledger.NotFound {
		t.Errorf("block 999: %v", err)
	}
	for _, id := range []string{"", "nothing"} {
		if _, err := x.Transaction(t.Context(), id); ledger.CodeOf(err) != ledger.NotFound {
			t.Errorf("transaction %q: %v", id, err)
		}
	}
	var numbers []uint64
	for before := (*uint64)(nil); ; {
		page, err := x.Blocks(t.Context(), before, 4)
		if err != nil {
			t.Fatal(err)
		}
		if len(page) == 0 {
			break
		}
		for _, b := range page {
			numbers = append(numbers, b.Number)
		}
		before = &page[len(page)-1].Number
	}
	if len(numbers) != len(l.Blocks) || numbers[0] != uint64(len(l.Blocks)-1) || numbers[len(numbers)-1] != 0 {
		t.Errorf("pages of blocks: %v", numbers)
	}
}

// What is counted along is what one would count.
func TestStatistics(t *testing.T) {
	l, x := told(t)
	s, err := x.Statistics(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	total := func(counts map[string]map[string]int64) (n int64) {
		for _, inner := range counts {
			for _, value := range inner {
				n += value
			}
		}
		return n
	}
	records := int64(len(l.Keys()))
	if total(s.Records) != records || total(s.Organisations) != records || total(s.Types) != records {
		t.Errorf("%d, %d and %d records, want %d", total(s.Records), total(s.Organisations), total(s.Types), records)
	}
	if s.Versions != total(s.Days) || s.Unsound != 3 || s.Blocks != int64(len(l.Blocks)) || s.Block != uint64(len(l.Blocks)-1) || s.Time != l.Now {
		t.Errorf("%+v", s)
	}
	for kind, states := range s.Records {
		for state, n := range states {
			if got := len(all(t, x, index.Filter{Kind: ledger.Kind(kind), State: ledger.State(state)})); state != index.NotStated && int64(got) != n {
				t.Errorf("%s %s: %d counted, %d found", kind, state, n, got)
			}
		}
	}
	if s.Records["organisation"][index.NotStated] != 4 || s.Organisations[index.NotStated]["type"] != 2 || s.Types["organisation"][index.NotStated] != 4 {
		t.Errorf("what records do not have: %v, %v, %v", s.Records, s.Organisations, s.Types)
	}
	if diff := cmp.Diff(map[string]int64{"VALID": s.Transactions["VALID"], "MVCC_READ_CONFLICT": 1, "ENDORSEMENT_POLICY_FAILURE": 1}, s.Transactions); diff != "" {
		t.Errorf("transactions (-want +got):\n%s", diff)
	}
	if len(s.Days) != 2 || s.Days[l.Now.Time().Format(time.DateOnly)]["attestation.issued"] != 8 {
		t.Errorf("days: %v", s.Days)
	}
}

// Verification from the index says what verification from the ledger in memory says.
func TestVerifyFromTheIndex(t *testing.T) {
	l, x := told(t)
	asked := evidence.Asked{Now: l.Now.Time(), Level: l.Now.Time()}
	fromLedger := evidence.Verifier{Channel: evidencetest.Channel, Source: l, MaxBehind: time.Minute}
	fromIndex := evidence.Verifier{Channel: evidencetest.Channel, Source: x, MaxBehind: time.Minute}
	seen := map[evidence.Verdict]int{}
	for _, key := range l.Keys() {
		for n := range uint64(len(l.Blocks)) {
			asked.AsOf = evidence.AsOf{Block: &n}
			digest, err := ledger.ParseDigest(key.ID())
			if err != nil {
				continue
			}
			want := fromLedger.VerifyDocument(t.Context(), evidence.DocumentQuestion{Commitment: digest}, asked)
			got := fromIndex.VerifyDocument(t.Context(), evidence.DocumentQuestion{Commitment: digest}, asked)
			if key.Kind() == ledger.KindAttestation {
				want, got = fromLedger.VerifyCredential(t.Context(), digest, asked), fromIndex.VerifyCredential(t.Context(), digest, asked)
			}
			if got.Verdict != want.Verdict || got.Reason != want.Reason || len(got.Notarisations) != len(want.Notarisations) {
				t.Errorf("%s after block %d: %s (%s), want %s (%s); %v", key, n, got.Verdict, got.Reason, want.Verdict, want.Reason, got.Fault)
			}
			seen[got.Verdict]++
		}
	}
	for _, v := range []evidence.Verdict{evidence.Valid, evidence.Revoked, evidence.Suspended, evidence.NotFound, evidence.Mismatch} {
		if seen[v] == 0 {
			t.Errorf("no verdict was %s", v)
		}
	}
}

// Records nobody may write stay marked, whatever properly follows from them.
func TestTaintStays(t *testing.T) {
	l := evidencetest.New(t)
	x := fresh(t)
	l.Pass(time.Minute)
	key := ledger.OrganisationKey(evidencetest.Notary)
	forged := evidencetest.Get[ledger.Organisation](l, key)
	forged.Accreditations = append(forged.Accreditations, ledger.Accreditation{Role: ledger.Registrar, Scope: "anything", Period: ledger.Period{From: l.Now}})
	record, err := ledger.Encode(forged)
	if err != nil {
		t.Fatal(err)
	}
	l.Forge(evidencetest.Notary, evidencetest.Call{Function: ledger.GovernanceApprove, Writes: []ledger.Write{{Key: key, Record: record}}})
	l.Cut()
	s := l.Document(l.Digest())
	s.Registrar, s.Kind = evidencetest.Notary, "anything"
	l.Submit(evidencetest.Notary, ledger.DocumentRegister, l.Registration(s))
	l.RotateKey(evidencetest.Notary)
	apply(t, x, l.Blocks...)
	for _, tainted := range []ledger.Key{key, ledger.DocumentKey(s.Commitment)} {
		e, err := x.Record(t.Context(), tainted, 1<<40)
		if err != nil || e.Unsound == "" {
			t.Errorf("%s passes for sound: %v", tainted, err)
		}
	}
}
