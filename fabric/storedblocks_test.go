package fabric

import (
	"context"
	"testing"
	"time"

	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"google.golang.org/protobuf/proto"

	"github.com/imi-ledger/imi/ledger"
)

func stored(t *testing.T, n *fakeNetwork, from, until uint64, each func()) (numbers []uint64, err error) {
	t.Helper()
	for raw, problem := range n.client.StoredBlocks(t.Context(), from, until) {
		if problem != nil {
			return numbers, problem
		}
		var b common.Block
		if err := proto.Unmarshal(raw, &b); err != nil {
			t.Fatal(err)
		}
		numbers = append(numbers, b.GetHeader().GetNumber())
		each()
	}
	return numbers, nil
}

func TestStoredBlocksEnd(t *testing.T) {
	t.Parallel()
	options := quick
	options.NextBlock = 2 * time.Second
	n := newFakeNetwork(t, options)
	for range 9 {
		n.chain.order(&common.Envelope{})
	}
	nothing := func() {}
	numbers, err := stored(t, n, 2, 7, nothing)
	if err != nil {
		t.Fatal(err)
	}
	wantRow(t, numbers, 2, 5)
	if numbers, err := stored(t, n, 7, 7, nothing); err != nil || len(numbers) != 0 {
		t.Errorf("%v, %v", numbers, err)
	}
	slow := true // what is done with a block is not the peer's time
	numbers, err = stored(t, n, 8, 10, func() {
		if slow {
			time.Sleep(2 * options.NextBlock)
		}
		slow = false
	})
	if err != nil {
		t.Errorf("a slow reader: %v", err)
	}
	wantRow(t, numbers, 8, 2)
	numbers, err = stored(t, n, 8, 99, nothing) // more than there are
	wantCode(t, err, ledger.Unavailable)
	wantRow(t, numbers, 8, 2)
	n.own.server.Stop()
	_, err = stored(t, n, 0, 5, nothing)
	wantCode(t, err, ledger.Unavailable)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, err := range n.client.StoredBlocks(ctx, 0, 5) {
		if err != context.Canceled {
			t.Errorf("cancelled: %v", err)
		}
	}
}
