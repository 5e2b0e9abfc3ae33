//go:build integration

package fabric_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"google.golang.org/protobuf/proto"

	"github.com/imi-ledger/imi/evidence/block"
	"github.com/imi-ledger/imi/fabric"
	"github.com/imi-ledger/imi/ledger"
	"github.com/imi-ledger/imi/ledger/ledgertest"
)

// capture renews testdata/blocks: go test -tags integration ./fabric -capture ../testdata/blocks
var capture = flag.String("capture", "", "`folder` to write the blocks of the network into")

const (
	service = ledgertest.Service
	police  = ledgertest.Police
)

// TestRealNetwork runs its parts in order on one network: each leaves it whole.
func TestRealNetwork(t *testing.T) {
	n := startNetwork(t)
	t.Run("writes", n.testWrites)
	t.Run("refusals", n.testRefusals)
	if *capture != "" {
		n.captureBlocks(t)
	}
	t.Run("concurrent", n.testConcurrent)
	t.Run("blocks", n.testBlocks)
	t.Run("fabric-sdk-go", n.testOtherSDK)
	t.Run("own chaincode dead", n.testOwnChaincodeDead)
	t.Run("own peer dead", n.testOwnPeerDead)
	t.Run("another peer frozen", n.testAnotherPeerFrozen)
	t.Run("one orderer frozen", n.testOneOrdererFrozen)
	t.Run("orderers frozen", n.testOrderersFrozen)
}

// testWrites founds the registry. The three approvals change one record at once, so two of them meet a read conflict.
func (n *realNetwork) testWrites(t *testing.T) {
	charter := n.district.Charter()
	founded := n.must(t, service, ledger.GovernancePropose, n.district.Propose(charter))
	if founded.TransactionID == "" || founded.Block == 0 || len(founded.SeenBy) < 2 || len(founded.Payload) == 0 {
		t.Errorf("result %+v", founded)
	}
	var approvals sync.WaitGroup
	for _, id := range ledgertest.Organisations()[1:] {
		approvals.Go(func() {
			if _, err := n.submit(t, id, ledger.GovernanceApprove, n.district.Approve(id, charter)); err != nil {
				t.Errorf("approval by %s: %v", id, err)
			}
		})
	}
	approvals.Wait()
	time.Sleep(1100 * time.Millisecond) // rights begin with the second in which they were granted
	n.district.Now = ledger.At(time.Now())
	first := n.must(t, police, ledger.AttestationIssue, n.district.Issue(1))
	repeat := n.must(t, police, ledger.AttestationIssue, n.district.Issue(1))
	if string(first.Payload) != string(repeat.Payload) {
		t.Error("a repeated write answers with another record")
	}
	found, err := n.clients[police].Outcome(t.Context(), first.TransactionID)
	if err != nil || found.Block != first.Block || found.Code != peer.TxValidationCode_VALID {
		t.Errorf("looked up: %+v, %v", found, err)
	}
	n.must(t, police, ledger.AttestationIssueMany, n.district.IssueMany(1000, 5))
}

func (n *realNetwork) testRefusals(t *testing.T) {
	want := func(code ledger.Code, err error) {
		t.Helper()
		if ledger.CodeOf(err) != code {
			t.Errorf("got %v, want a refusal with code %s", err, code)
		}
	}
	_, err := n.submit(t, service, ledger.AttestationIssue, n.district.Issue(2))
	want(ledger.NotAllowed, err)
	other := n.district.AttestationStatement(1)
	other.NotAfter = other.NotAfter.Add(-time.Hour)
	_, err = n.submit(t, police, ledger.AttestationIssue, ledger.Issue{Author: n.district.Author(police, other), Statement: other})
	want(ledger.Conflict, err)
	_, err = n.clients[police].Submit(t.Context(), ledger.AttestationIssue, []byte("{"))
	want(ledger.Malformed, err)
	_, err = n.read(t, police, ledger.DocumentKey(ledgertest.Digest(404)))
	want(ledger.NotFound, err)
	_, err = n.clients[police].TransactionByID(t.Context(), "00")
	want(ledger.NotFound, err)
	_, err = n.clients[police].BlockByNumber(t.Context(), 1<<40)
	want(ledger.NotFound, err)
	_, err = n.clients[police].Outcome(t.Context(), "00")
	want(ledger.NotFound, err)
}

func (n *realNetwork) read(t *testing.T, by ledger.MSPID, key ledger.Key) ([]byte, error) {
	request, err := ledger.Encode(ledger.Read{Key: key})
	if err != nil {
		t.Fatal(err)
	}
	return n.clients[by].Evaluate(t.Context(), ledger.RecordRead, request)
}

func (n *realNetwork) testConcurrent(t *testing.T) {
	n.must(t, police, ledger.AttestationIssueMany, n.district.IssueMany(2000, ledger.MaxBatch))
	const writers, each = 16, 5
	var all sync.WaitGroup
	began := time.Now()
	for w := range writers {
		all.Go(func() {
			for i := range each {
				if _, err := n.submit(t, police, ledger.AttestationIssue, n.district.Issue(uint64(10_000+w*each+i))); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	t.Logf("%d transactions in %s", writers*each, time.Since(began).Round(time.Millisecond))
}

// testBlocks follows the chain from its beginning and checks that every block fits.
func (n *realNetwork) testBlocks(t *testing.T) {
	client := n.clients[police]
	height, err := client.Height(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var previous ledger.Digest
	codes := map[peer.TxValidationCode]int{}
	next := uint64(0)
	for raw, err := range client.Blocks(t.Context(), 0) {
		if err != nil {
			t.Fatal(err)
		}
		b, err := block.Parse(raw)
		if err != nil {
			t.Fatal(err)
		}
		if b.Number != next || b.PreviousHash != previous || !b.DataFits {
			t.Errorf("block %d does not follow block %d", b.Number, next)
		}
		for _, transaction := range b.Transactions {
			codes[transaction.ValidationCode]++
			if len(transaction.Problems) > 0 || !transaction.Decoded() {
				t.Errorf("block %d transaction %d: %v", b.Number, transaction.Index, transaction.Problems)
			}
		}
		stored, err := client.BlockByNumber(t.Context(), b.Number)
		if err != nil || !proto.Equal(stored, raw) {
			t.Errorf("block %d is stored differently: %v", b.Number, err)
		}
		previous, next = b.Hash, next+1
		if next == height {
			break
		}
	}
	if codes[peer.TxValidationCode_MVCC_READ_CONFLICT] == 0 {
		t.Errorf("no read conflict among %v: the test of repeats has tested nothing", codes)
	}
	t.Logf("%d blocks, transactions by code: %v", height, codes)
}

func (n *realNetwork) testOwnChaincodeDead(t *testing.T) {
	n.signal(t, "chaincode.police", syscall.SIGKILL)
	began := time.Now()
	_, err := n.submit(t, police, ledger.AttestationIssue, n.district.Issue(3))
	if ledger.CodeOf(err) != ledger.Unavailable {
		t.Errorf("submit: %v", err)
	}
	t.Logf("submit refused after %s: %v", time.Since(began).Round(time.Millisecond), err)
	if _, err := n.read(t, police, ledger.AttestationKey(ledgertest.Digest(1))); err != nil {
		t.Errorf("evaluate: %v", err)
	}
	n.restart(t)
	n.eventually(t, 30*time.Second, func() error { _, err := n.submit(t, police, ledger.AttestationIssue, n.district.Issue(3)); return err })
}

func (n *realNetwork) testOwnPeerDead(t *testing.T) {
	client := n.clients[police]
	height, err := client.Height(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	numbers := make(chan error, 1)
	go func() { numbers <- expectRow(ctx, client, height, height+2) }()
	n.signal(t, "peer.police", syscall.SIGKILL)
	if _, err := n.submit(t, police, ledger.AttestationIssue, n.district.Issue(4)); ledger.CodeOf(err) != ledger.Unavailable {
		t.Errorf("submit: %v", err)
	}
	if _, err := client.Height(t.Context()); ledger.CodeOf(err) != ledger.Unavailable {
		t.Errorf("height: %v", err)
	}
	if _, err := n.read(t, police, ledger.AttestationKey(ledgertest.Digest(1))); err != nil {
		t.Errorf("evaluate: %v", err)
	}
	n.must(t, service, ledger.DocumentRegister, n.district.Register(1))
	n.restart(t)
	n.eventually(t, time.Minute, func() error { _, err := n.submit(t, police, ledger.AttestationIssue, n.district.Issue(4)); return err })
	n.must(t, police, ledger.AttestationIssue, n.district.Issue(5))
	if err := <-numbers; err != nil {
		t.Error(err)
	}
}

func (n *realNetwork) testAnotherPeerFrozen(t *testing.T) {
	n.signal(t, "peer.service", syscall.SIGSTOP)
	defer n.signal(t, "peer.service", syscall.SIGCONT)
	for i := range uint64(3) {
		began := time.Now()
		n.eventually(t, time.Minute, func() error {
			_, err := n.submit(t, police, ledger.AttestationIssue, n.district.Issue(20+i))
			return err
		})
		t.Logf("written after %s", time.Since(began).Round(time.Millisecond))
	}
}

// testOneOrdererFrozen freezes the first leader. Writes go on within 30 s; one under way may have an unknown outcome, and
// repeating its content is harmless.
func (n *realNetwork) testOneOrdererFrozen(t *testing.T) {
	n.signal(t, "orderer.service", syscall.SIGSTOP)
	n.eventually(t, time.Minute, func() error {
		_, err := n.submit(t, police, ledger.AttestationIssue, n.district.Issue(40))
		return err
	})
	n.signal(t, "orderer.service", syscall.SIGCONT)
	n.eventually(t, time.Minute, func() error {
		_, err := n.submit(t, police, ledger.AttestationIssue, n.district.Issue(41))
		return err
	})
}

// testOrderersFrozen takes the quorum away: the outcome cannot be known, and becomes known later.
func (n *realNetwork) testOrderersFrozen(t *testing.T) {
	frozen := []string{"orderer.audit", "orderer.notary"}
	for _, node := range frozen {
		n.signal(t, node, syscall.SIGSTOP)
	}
	result, err := n.submit(t, police, ledger.AttestationIssue, n.district.Issue(30))
	for _, node := range frozen {
		n.signal(t, node, syscall.SIGCONT)
	}
	var refusal *ledger.Refusal
	if !errors.As(err, &refusal) || refusal.Code != ledger.Unknown || refusal.Subject != result.TransactionID {
		t.Fatalf("without a quorum of orderers: %+v, %v", result, err)
	}
	n.eventually(t, time.Minute, func() error {
		_, err := n.clients[police].Outcome(t.Context(), result.TransactionID)
		return err
	})
}

func (n *realNetwork) restart(t *testing.T) {
	t.Helper()
	if err := n.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func (n *realNetwork) eventually(t *testing.T, limit time.Duration, try func() error) {
	t.Helper()
	began := time.Now()
	var err error
	for time.Since(began) < limit {
		if err = try(); err == nil {
			t.Logf("well again after %s", time.Since(began).Round(time.Millisecond))
			return
		}
		time.Sleep(200 * time.Millisecond)
	}
	t.Fatalf("not well again after %s: %v", limit, err)
}

// expectRow follows blocks over whatever happens meanwhile.
func expectRow(ctx context.Context, client *fabric.Client, from, to uint64) error {
	next := from
	for b, err := range client.Blocks(ctx, from) {
		if err != nil {
			return fmt.Errorf("blocks from %d ended before %d: %w", from, next, err)
		}
		if b.GetHeader().GetNumber() != next {
			return fmt.Errorf("block %d came in place of %d", b.GetHeader().GetNumber(), next)
		}
		if next++; next > to {
			break
		}
	}
	return nil
}

func (n *realNetwork) captureBlocks(t *testing.T) {
	height, err := n.clients[police].Height(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for number := range height {
		b, err := n.clients[police].BlockByNumber(t.Context(), number)
		if err != nil {
			t.Fatal(err)
		}
		raw, err := proto.MarshalOptions{Deterministic: true}.Marshal(b)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(*capture, fmt.Sprintf("%03d.block", number)), raw, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
