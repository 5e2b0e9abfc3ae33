package heads_test

import (
	"bytes"
	"crypto/ed25519"
	"testing"
	"time"

	"github.com/imi-ledger/imi/evidence/head"
	"github.com/imi-ledger/imi/evidence/statetree"
	"github.com/imi-ledger/imi/gateway/heads"
	"github.com/imi-ledger/imi/ledger"
)

var organisations = []ledger.MSPID{"ServiceMSP", "PoliceMSP", "NotaryMSP", "AuditMSP"}

// skew is how old signatures may be.
const skew = 30 * time.Second

// district is four keepers with one clock.
type district struct {
	keepers map[ledger.MSPID]*heads.Keeper
	signers map[ledger.MSPID]*head.Signer
	keys    head.Keys
	now     time.Time
}

func newDistrict(enough int) *district {
	d := &district{keepers: map[ledger.MSPID]*heads.Keeper{}, signers: map[ledger.MSPID]*head.Signer{}, keys: head.Keys{}, now: time.Date(2026, 11, 2, 8, 0, 0, 0, time.UTC)}
	for i, o := range organisations {
		private := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{byte(i + 1)}, ed25519.SeedSize))
		d.keys[o] = []ed25519.PublicKey{private.Public().(ed25519.PublicKey)}
		d.signers[o] = head.NewSigner(o, private, func() time.Time { return d.now })
		d.keepers[o] = heads.NewKeeper(o, d.signers[o], enough, skew)
	}
	return d
}

func state(block uint64) heads.State {
	tree := statetree.Tree{}.Update([]statetree.Leaf{statetree.NewLeaf("type/identity/1", []byte{byte(block)})})
	return heads.State{Head: head.Head{Channel: "imi", Block: block, BlockHash: ledger.DigestOf([]byte{byte(block)}), StateRoot: tree.Root()}, Tree: tree}
}

func (d *district) advance(t *testing.T, o ledger.MSPID, s heads.State) {
	t.Helper()
	if err := d.keepers[o].Advance(s, d.keys); err != nil {
		t.Fatal(err)
	}
}

// tell lets one keeper take the newest head of another.
func (d *district) tell(t *testing.T, to, from ledger.MSPID) {
	t.Helper()
	newest, _, _ := d.keepers[from].Newest()
	if err := d.keepers[to].Take(from, newest.Own, d.keys); err != nil {
		t.Fatal(err)
	}
}

func TestEqualHeadsAreCosigned(t *testing.T) {
	d := newDistrict(3)
	service := d.keepers["ServiceMSP"]
	for _, o := range organisations {
		d.advance(t, o, state(7))
	}
	if _, ok := service.Best(); ok {
		t.Fatal("one signature is enough")
	}
	d.tell(t, "ServiceMSP", "PoliceMSP")
	d.tell(t, "ServiceMSP", "NotaryMSP")
	best, ok := service.Best()
	if !ok || best.Block != 7 || len(best.Times) != 3 {
		t.Fatalf("best %+v", best)
	}
	signed, err := head.Open(best.Note, d.keys)
	if err != nil || signed.Head != best.Head || len(signed.Times) != 3 {
		t.Fatalf("%+v, %v", signed, err)
	}
}

func TestHeadsOfBlocksToComeAreKept(t *testing.T) {
	d := newDistrict(2)
	d.advance(t, "ServiceMSP", state(7))
	d.advance(t, "PoliceMSP", state(8))
	d.tell(t, "ServiceMSP", "PoliceMSP")
	if _, ok := d.keepers["ServiceMSP"].Best(); ok {
		t.Fatal("a head of another block cosigned this one")
	}
	d.advance(t, "ServiceMSP", state(8))
	if best, ok := d.keepers["ServiceMSP"].Best(); !ok || best.Block != 8 {
		t.Fatalf("best %+v", best)
	}
	d.advance(t, "ServiceMSP", state(9))
	if best, _ := d.keepers["ServiceMSP"].Best(); best.Block != 8 {
		t.Error("answers rest on a head that too few signed")
	}
	if err := d.keepers["ServiceMSP"].Advance(state(9), d.keys); err == nil {
		t.Error("went on to the same block twice")
	}
}

func TestRefreshTellsThePresentTime(t *testing.T) {
	d := newDistrict(1)
	d.advance(t, "AuditMSP", state(1))
	_, _, signed := d.keepers["AuditMSP"].Newest()
	d.now = d.now.Add(time.Hour)
	if err := d.keepers["AuditMSP"].Refresh(); err != nil {
		t.Fatal(err)
	}
	select {
	case <-signed:
	default:
		t.Error("nobody was told of the new signature")
	}
	best, _ := d.keepers["AuditMSP"].Best()
	opened, err := head.Open(best.Note, d.keys)
	if err != nil || !opened.Times["AuditMSP"].Equal(d.now) || !best.Times["AuditMSP"].Equal(d.now) {
		t.Errorf("%+v, %v", opened, err)
	}
}

// TestOldHeadsAreLeftToAge has two of four organisations stay behind: the others' answers rest on the old head for want of
// signatures on the new one, and nobody who knows the new one may say later that the old one was the newest.
func TestOldHeadsAreLeftToAge(t *testing.T) {
	d := newDistrict(3)
	for _, o := range organisations {
		d.advance(t, o, state(7))
	}
	for range 2 {
		d.tell(t, "ServiceMSP", "PoliceMSP")
		d.tell(t, "ServiceMSP", "NotaryMSP")
		for _, o := range organisations[:3] {
			if err := d.keepers[o].Refresh(); err != nil {
				t.Fatal(err)
			}
		}
	}
	known := d.now
	d.advance(t, "ServiceMSP", state(8))
	d.now = d.now.Add(time.Minute)
	for _, o := range organisations[:3] {
		if err := d.keepers[o].Refresh(); err != nil {
			t.Fatal(err)
		}
	}
	d.tell(t, "ServiceMSP", "PoliceMSP")
	d.tell(t, "ServiceMSP", "NotaryMSP")
	best, _ := d.keepers["ServiceMSP"].Best()
	if best.Block != 7 || !best.Times["ServiceMSP"].Equal(known) || !best.Times["PoliceMSP"].Equal(d.now) {
		t.Errorf("block %d, signed %v", best.Block, best.Times)
	}
}

func TestForkIsKeptAsProof(t *testing.T) {
	d := newDistrict(3)
	forged := state(7)
	forged.StateRoot[0] ^= 1
	d.advance(t, "ServiceMSP", state(7))
	d.advance(t, "PoliceMSP", forged)
	d.tell(t, "ServiceMSP", "PoliceMSP")
	d.tell(t, "ServiceMSP", "PoliceMSP")
	forks := d.keepers["ServiceMSP"].Forks()
	if len(forks) != 1 || forks[0].Block != 7 || forks[0].Other != "PoliceMSP" {
		t.Fatalf("forks %+v", forks)
	}
	ours, err1 := head.Open(forks[0].Ours, d.keys)
	theirs, err2 := head.Open(forks[0].Theirs, d.keys)
	if err1 != nil || err2 != nil || ours.Block != theirs.Block || ours.Head == theirs.Head {
		t.Errorf("the proof proves nothing: %v %v", err1, err2)
	}
	if _, ok := d.keepers["ServiceMSP"].Best(); ok {
		t.Error("a forged head was counted as a cosignature")
	}
}

func TestNobodySignsForAnother(t *testing.T) {
	d := newDistrict(2)
	d.advance(t, "ServiceMSP", state(7))
	d.advance(t, "PoliceMSP", state(7))
	police, _, _ := d.keepers["PoliceMSP"].Newest()
	if err := d.keepers["ServiceMSP"].Take("NotaryMSP", police.Own, d.keys); err == nil {
		t.Error("a head signed by another was taken")
	}
	if err := d.keepers["ServiceMSP"].Take("PoliceMSP", "nonsense", d.keys); ledger.CodeOf(err) != ledger.Malformed {
		t.Errorf("nonsense: %v", err)
	}
	if _, ok := d.keepers["ServiceMSP"].Best(); ok {
		t.Error("counted a cosignature that nobody made")
	}
}

// TestSignaturesOfAnotherTimeTakeNoPart has an organisation sign equal heads with a time that no verdict accepts. Were they
// counted, answers would leave a head that enough signed for one that is too old or of the future.
func TestSignaturesOfAnotherTimeTakeNoPart(t *testing.T) {
	for _, off := range []time.Duration{-skew - time.Second, skew + time.Second, 100 * 365 * 24 * time.Hour} {
		d := newDistrict(2)
		service := d.keepers["ServiceMSP"]
		d.advance(t, "ServiceMSP", state(7))
		d.advance(t, "PoliceMSP", state(7))
		d.tell(t, "ServiceMSP", "PoliceMSP")
		now := d.now
		d.now = now.Add(off)
		d.advance(t, "NotaryMSP", state(8))
		notary, _, _ := d.keepers["NotaryMSP"].Newest()
		d.now = now
		if err := service.Take("NotaryMSP", notary.Own, d.keys); err != nil { // its block has not come yet
			t.Fatal(err)
		}
		d.advance(t, "ServiceMSP", state(8))
		if err := service.Take("NotaryMSP", notary.Own, d.keys); ledger.CodeOf(err) != ledger.Invalid {
			t.Errorf("%v: %v", off, err)
		}
		if best, _ := service.Best(); best.Block != 7 || len(best.Times) != 2 {
			t.Errorf("%v: answers rest on block %d, signed %v", off, best.Block, best.Times)
		}
		forged := state(8)
		forged.StateRoot[0] ^= 1
		d.now = now.Add(off)
		d.advance(t, "AuditMSP", forged)
		audit, _, _ := d.keepers["AuditMSP"].Newest()
		d.now = now
		if err := service.Take("AuditMSP", audit.Own, d.keys); err != nil || len(service.Forks()) != 1 {
			t.Errorf("%v: a forged head of another time: %v, %d forks", off, err, len(service.Forks()))
		}
	}
}

// TestManyForksOfOneLeaveRoomForAnother has an organisation sign another head for every block.
func TestManyForksOfOneLeaveRoomForAnother(t *testing.T) {
	var known []head.Fork
	for block := range uint64(1000) {
		known, _ = heads.AddFork(known, head.Fork{Block: block, Other: "PoliceMSP"})
	}
	kept := len(known)
	known, added := heads.AddFork(known, head.Fork{Block: 5, Other: "NotaryMSP"})
	if _, again := heads.AddFork(known, head.Fork{Block: 5, Other: "NotaryMSP"}); kept != 100 || !added || again {
		t.Errorf("%d kept; another's was kept %t, and again %t", kept, added, again)
	}
}
