package fabric

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/imi-ledger/imi/ledger"
)

func TestEvaluate(t *testing.T) {
	t.Parallel()
	n := newFakeNetwork(t, quick)
	_, err := n.client.Evaluate(t.Context(), "kv:Get", []byte("a"))
	wantCode(t, err, ledger.NotFound)
	n.chain.state["a"] = "1"
	read := func(when string) {
		t.Helper()
		answer, err := n.client.Evaluate(t.Context(), "kv:Get", []byte("a"))
		if err != nil || string(answer) != "1" {
			t.Errorf("%s: %q, %v", when, answer, err)
		}
	}
	read("all well")
	n.own.set(func(m *moods) {
		m.endorse = func(string) error { return status.Error(codes.Aborted, "chaincode away") }
	})
	read("own chaincode dead")
	n.own.set(func(m *moods) { m.frozen = true })
	read("own peer frozen")
	n.own.server.Stop()
	read("own peer gone")
	n.second.set(func(m *moods) { m.frozen = true })
	read("a second one frozen")
	n.third.server.Stop()
	_, err = n.client.Evaluate(t.Context(), "kv:Get", []byte(secret))
	wantCode(t, err, ledger.Unavailable)
	_, err = n.client.Submit(t.Context(), "kv:Put", []byte("a="+secret))
	wantCode(t, err, ledger.Unavailable)
}

func TestReadsOfTheOwnPeer(t *testing.T) {
	n := newFakeNetwork(t, quick)
	result, err := n.client.Submit(t.Context(), "kv:Put", []byte("a=1"))
	if err != nil {
		t.Fatal(err)
	}
	if height, err := n.client.Height(t.Context()); err != nil || height != 2 {
		t.Errorf("height %d, %v", height, err)
	}
	if block, err := n.client.BlockByNumber(t.Context(), 1); err != nil || len(block.GetData().GetData()) != 1 {
		t.Errorf("block %v, %v", block, err)
	}
	if found, err := n.client.TransactionByID(t.Context(), result.TransactionID); err != nil || found.GetValidationCode() != 0 {
		t.Errorf("transaction %v, %v", found, err)
	}
	_, err = n.client.BlockByNumber(t.Context(), 2)
	wantCode(t, err, ledger.NotFound)
	_, err = n.client.TransactionByID(t.Context(), "00")
	wantCode(t, err, ledger.NotFound)
	n.own.server.Stop()
	_, err = n.client.Height(t.Context())
	wantCode(t, err, ledger.Unavailable)
}

// follow collects block numbers until it has enough or the stream ends.
func follow(ctx context.Context, c *Client, from uint64, enough int) (numbers []uint64, err error) {
	for block, problem := range c.Blocks(ctx, from) {
		if problem != nil {
			return numbers, problem
		}
		if numbers = append(numbers, block.GetHeader().GetNumber()); len(numbers) == enough {
			break
		}
	}
	return numbers, nil
}

func wantRow(t *testing.T, numbers []uint64, from uint64, count int) {
	t.Helper()
	for i, number := range numbers {
		if number != from+uint64(i) {
			t.Fatalf("blocks %v, want each once and in order", numbers)
		}
	}
	if len(numbers) != count {
		t.Fatalf("%d blocks, want %d", len(numbers), count)
	}
}

func TestBlocksResumeAfterEveryTrouble(t *testing.T) {
	n := newFakeNetwork(t, quick)
	for range 20 {
		n.chain.order(&common.Envelope{})
	}
	sent := 0
	n.own.set(func(m *moods) {
		m.deliver = func(block *common.Block) ([]*common.Block, bool) {
			sent++
			switch sent % 5 {
			case 1:
				return []*common.Block{block}, true // stream ends behind a block
			case 3:
				return []*common.Block{block, block}, false // a block is sent twice
			case 4:
				return nil, false // a block is left out
			}
			return []*common.Block{block}, false
		}
	})
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	numbers, err := follow(ctx, n.client, 3, 10)
	if err != nil {
		t.Fatal(err)
	}
	wantRow(t, numbers, 3, 10)
}

func TestBlocksArriveAsTheyAreCommitted(t *testing.T) {
	n := newFakeNetwork(t, quick)
	go func() {
		for range 5 {
			time.Sleep(5 * time.Millisecond)
			n.chain.order(&common.Envelope{})
		}
	}()
	numbers, err := follow(t.Context(), n.client, 0, 6)
	if err != nil {
		t.Fatal(err)
	}
	wantRow(t, numbers, 0, 6)
}

func TestBlocksEnd(t *testing.T) {
	n := newFakeNetwork(t, quick)
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if _, err := follow(ctx, n.client, 1, 1); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
	n.own.set(func(m *moods) { m.refusing = common.Status_FORBIDDEN })
	_, err := follow(t.Context(), n.client, 0, 1)
	wantCode(t, err, ledger.NotAllowed)
}
