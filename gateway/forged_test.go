package gateway

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"google.golang.org/protobuf/proto"

	"github.com/imi-ledger/imi/evidence"
	"github.com/imi-ledger/imi/evidence/answer"
	"github.com/imi-ledger/imi/evidence/audit"
	"github.com/imi-ledger/imi/evidence/block"
	"github.com/imi-ledger/imi/evidence/evidencetest"
	"github.com/imi-ledger/imi/ledger"
)

// audited is a captured ledger of a real network and what the audit says of it.
type audited struct {
	blocks []*common.Block
	roots  []ledger.Digest       // state roots after each block
	bad    map[ledger.Key]string // records whose newest version the rules do not make, and why
	good   map[ledger.Key]bool
	last   time.Time
}

func auditCaptured(t testing.TB, name string) *audited {
	t.Helper()
	file, err := os.Open("../testdata/blocks/" + name + ".blocks.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	unpacked, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	content, err := io.ReadAll(unpacked)
	if err != nil {
		t.Fatal(err)
	}
	c := &audited{bad: map[ledger.Key]string{}, good: map[ledger.Key]bool{}}
	var genesis ledger.Digest
	for raw, err := range audit.ReadFile(bytes.NewReader(content)) {
		if err != nil {
			t.Fatal(err)
		}
		b := &common.Block{}
		if err := proto.Unmarshal(raw, b); err != nil {
			t.Fatal(err)
		}
		c.blocks = append(c.blocks, b)
		if parsed, err := block.ParseBytes(raw); err != nil {
			t.Fatal(err)
		} else if parsed.Number == 0 {
			genesis = parsed.Hash
		}
	}
	a, err := audit.New(genesis, audit.Options{KeepGoing: true, Block: c.note})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.Run(t.Context(), audit.FileSource(bytes.NewReader(content), new(uint64))); err != nil {
		t.Fatal(err)
	}
	return c
}

func (c *audited) note(b audit.Block) error {
	c.roots = append(c.roots, b.StateRoot)
	for _, w := range b.Records {
		delete(c.bad, w.Key)
		delete(c.good, w.Key)
		if w.Unsound != "" {
			c.bad[w.Key] = w.Unsound
		} else {
			c.good[w.Key] = true
		}
	}
	for _, tx := range b.Decoded.Transactions {
		if tx.Time.After(c.last) {
			c.last = tx.Time
		}
	}
	return nil
}

// TestForgedRecordsAreRefused feeds a gateway the ledger of a real network whose organisations ran a chaincode that skips
// authors' signatures and lets them speak for each other, endorsed by all. After every block its state root is that of the
// audit; it calls no forged record valid, and there is no evidence for one, so an offline check accepts none.
func TestForgedRecordsAreRefused(t *testing.T) {
	captured := auditCaptured(t, "forged")
	folder := t.TempDir()
	writeHeadKey(t, filepath.Join(folder, "head.key"), evidencetest.HeadKey(evidencetest.Police))
	h := startFor(t, evidencetest.New(t), evidencetest.Police, func(o *Options) {
		o.Data, o.HeadKey, o.Cosigners = folder, filepath.Join(folder, "head.key"), 1 // the others' gateways are gone
	})
	h.Now = ledger.At(captured.last)
	for number, b := range captured.blocks {
		h.deliver(b)
		if newest, _, _ := h.api.witness.keeper.Load().Newest(); newest.Block != uint64(number) || newest.StateRoot != captured.roots[number] {
			t.Fatalf("block %d: state root %s, that of the audit is %s", number, newest.StateRoot, captured.roots[number])
		}
	}
	tr := trust(t)
	tr.Threshold = 1
	attested := map[bool]int{}
	ask := func(key ledger.Key, sound bool) {
		if key.Kind() != ledger.KindAttestation {
			return
		}
		attested[sound]++
		digest, err := ledger.ParseDigest(key.ID())
		if err != nil {
			t.Fatal(err)
		}
		verified := h.post("/v1/verifications", `{"credential":"`+digest.String()+`"}`)
		given := read[answer.Verification](t, verified, http.StatusOK)
		finding, refused := answer.Check(verified.body, tr, answer.Question{Credential: &digest}, h.clock.read(), 30*time.Second)
		record := h.get("/v1/records/" + string(key))
		_, unproved := answer.Check(record.body, tr, answer.Question{Record: key}, h.clock.read(), 30*time.Second)
		switch {
		case sound && (given.Verdict != evidence.Valid || refused != nil || finding.Verdict != evidence.Valid || unproved != nil):
			t.Errorf("%s: %s %s, offline %s %v, record %v", key, given.Verdict, given.Reason, finding.Verdict, refused, unproved)
		case !sound && (given.Verdict != evidence.Mismatch || given.Evidence != nil || refused == nil || unproved == nil):
			t.Errorf("%s (%s): %s %s, offline %s %v, record %v", key, captured.bad[key], given.Verdict, given.Reason, finding.Verdict, refused, unproved)
		}
	}
	for key := range captured.bad {
		ask(key, false)
	}
	for key := range captured.good {
		ask(key, true)
	}
	if attested[false] < 4 || attested[true] < 2 {
		t.Errorf("%d forged and %d sound attestations", attested[false], attested[true])
	}
	t.Logf("%d blocks, state roots equal; %d forged attestations refused, %d sound ones proved", len(captured.blocks), attested[false], attested[true])
}

// TestStateRootsOfCapturedLedgers holds the gateway's state, block by block and rebuilt, against the audit's.
func TestStateRootsOfCapturedLedgers(t *testing.T) {
	for _, name := range []string{"bft", "raft", "load", "forged"} {
		t.Run(name, func(t *testing.T) {
			captured := auditCaptured(t, name)
			folder := t.TempDir()
			writeHeadKey(t, filepath.Join(folder, "head.key"), evidencetest.HeadKey(evidencetest.Police))
			h := startFor(t, evidencetest.New(t), evidencetest.Police, func(o *Options) {
				o.Data, o.HeadKey, o.Cosigners = folder, filepath.Join(folder, "head.key"), 1
			})
			h.deliver(captured.blocks...)
			want := captured.roots[len(captured.roots)-1]
			newest, _, _ := h.api.witness.keeper.Load().Newest()
			if newest.StateRoot != want {
				t.Errorf("live: state root %s, that of the audit is %s", newest.StateRoot, want)
			}
			h.rebuilt(want)
		})
	}
}

// rebuilt makes the index anew from block 0, and compares all of it and the state tree with the live one.
func (h *harness) rebuilt(root ledger.Digest) {
	h.t.Helper()
	before := lookAt(h.t.Context(), h.file, evidencetest.Channel)
	r := replay{peer: h.peer, log: h.api.log, height: uint64(len(h.peer.blocks)), former: before}
	path := filepath.Join(h.t.TempDir(), "rebuilt.db")
	digest, err := r.into(h.t.Context(), path, evidencetest.Channel)
	if err != nil || r.verdict != "equal" || digest != before.digest {
		h.t.Fatalf("the rebuilt index is %s: %v", r.verdict, err)
	}
	again := openIndex(h.t, path)
	tree, err := treeOf(h.t.Context(), again)
	if err != nil || tree.Root() != root {
		h.t.Errorf("the state root of the rebuilt index is %s, want %s (%v)", tree.Root(), root, err)
	}
}
