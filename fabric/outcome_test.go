package fabric

import (
	"context"
	"testing"
	"time"

	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	gatewaypb "github.com/hyperledger/fabric-protos-go-apiv2/gateway"
	peerpb "github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/imi-ledger/imi/ledger"
)

func hang(ctx context.Context, _ string) (*gatewaypb.CommitStatusResponse, error) {
	<-ctx.Done()
	return nil, status.FromContextError(ctx.Err()).Err()
}

func TestOwnPeerSilentOthersConfirm(t *testing.T) {
	t.Parallel()
	n := newFakeNetwork(t, quick)
	n.own.set(func(m *moods) { m.status = hang })
	result, err := n.client.Submit(t.Context(), "kv:Append", []byte("a=1"))
	if err != nil || len(result.SeenBy) != 2 || n.chain.transactions() != 1 {
		t.Errorf("%+v, %v, %d ordered", result, err, n.chain.transactions())
	}
}

func TestOwnPeerGoneOthersConfirm(t *testing.T) {
	n := newFakeNetwork(t, quick)
	n.own.set(func(m *moods) {
		m.submit = func(envelope *common.Envelope, order func(*common.Envelope)) error {
			order(envelope)
			go n.own.server.Stop()
			return status.Error(codes.Unavailable, "transport is closing")
		}
	})
	result, err := n.client.Submit(t.Context(), "kv:Append", []byte("a=1"))
	if err != nil || n.chain.transactions() != 1 {
		t.Errorf("%+v, %v, %d ordered", result, err, n.chain.transactions())
	}
}

func TestOneOtherFrozenAnotherConfirms(t *testing.T) {
	for _, frozen := range []int{0, 1} {
		n := newFakeNetwork(t, quick)
		[]*fakePeer{n.second, n.third}[frozen].set(func(m *moods) { m.frozen = true })
		for range 4 {
			if _, err := n.client.Submit(t.Context(), "kv:Append", []byte("a=1")); err != nil {
				t.Error(err)
			}
		}
	}
}

func TestNobodyElseConfirms(t *testing.T) {
	t.Parallel()
	n := newFakeNetwork(t, quick)
	n.second.set(func(m *moods) { m.frozen = true })
	n.third.set(func(m *moods) { m.status = hang })
	result, err := n.client.Submit(t.Context(), "kv:Append", []byte("a=1"))
	wantCode(t, err, ledger.Unknown)
	if len(result.SeenBy) != 1 || result.Block != 1 || n.chain.transactions() != 1 {
		t.Errorf("%+v, %d ordered", result, n.chain.transactions())
	}
	alone := n.dial(t, Options{Confirmations: -1})
	if _, err := alone.Submit(t.Context(), "kv:Append", []byte("a=1")); err != nil {
		t.Errorf("own peer's word was to be enough: %v", err)
	}
	n.third.set(func(m *moods) { m.status = nil })
	found, err := n.client.Outcome(t.Context(), result.TransactionID)
	if err != nil || found.Code != peerpb.TxValidationCode_VALID || found.Block != 1 {
		t.Errorf("later: %+v, %v", found, err)
	}
}

func TestPeersDisagree(t *testing.T) {
	n := newFakeNetwork(t, quick)
	lie := func(m *moods) {
		m.status = func(context.Context, string) (*gatewaypb.CommitStatusResponse, error) {
			return &gatewaypb.CommitStatusResponse{Result: peerpb.TxValidationCode_VALID, BlockNumber: 77}, nil
		}
	}
	n.own.set(lie)
	_, err := n.client.Submit(t.Context(), "kv:Append", []byte("a=1"))
	wantCode(t, err, ledger.Unknown)
}

func TestOwnPeerLiesAboutACommit(t *testing.T) {
	t.Parallel()
	n := newFakeNetwork(t, quick)
	n.own.set(func(m *moods) {
		m.submit = func(*common.Envelope, func(*common.Envelope)) error { return nil }
		m.status = func(context.Context, string) (*gatewaypb.CommitStatusResponse, error) {
			return &gatewaypb.CommitStatusResponse{Result: peerpb.TxValidationCode_VALID, BlockNumber: 1}, nil
		}
	})
	_, err := n.client.Submit(t.Context(), "kv:Append", []byte("a=1"))
	wantCode(t, err, ledger.Unknown)
}

func TestSecondCopyReportedFirst(t *testing.T) {
	n := newFakeNetwork(t, quick)
	asked := 0
	n.own.set(func(m *moods) {
		m.submit = func(envelope *common.Envelope, order func(*common.Envelope)) error {
			order(envelope)
			order(envelope)
			return nil
		}
		m.status = func(context.Context, string) (*gatewaypb.CommitStatusResponse, error) {
			if asked++; asked == 1 {
				return &gatewaypb.CommitStatusResponse{Result: peerpb.TxValidationCode_DUPLICATE_TXID, BlockNumber: 2}, nil
			}
			return &gatewaypb.CommitStatusResponse{BlockNumber: 1}, nil
		}
	})
	if result, err := n.client.Submit(t.Context(), "kv:Append", []byte("a=1")); err != nil || result.Block != 1 {
		t.Errorf("%+v, %v", result, err)
	}
}

func TestSettleWaitsForAllThatAnswer(t *testing.T) {
	t.Parallel()
	n := newFakeNetwork(t, quick)
	options := quick
	options.Settle = 2 * time.Second
	patient := n.dial(t, options)
	result, err := patient.Submit(t.Context(), "kv:Put", []byte("a=1"))
	if err != nil || len(result.SeenBy) != 3 {
		t.Errorf("%+v, %v", result, err)
	}
	n.third.set(func(m *moods) { m.frozen = true })
	result, err = patient.Submit(t.Context(), "kv:Put", []byte("b=1"))
	if err != nil || len(result.SeenBy) != 2 {
		t.Errorf("one away: %+v, %v", result, err)
	}
}

// dial makes another client of the same profile.
func (n *fakeNetwork) dial(t *testing.T, options Options) *Client {
	client, err := Dial(t.Context(), n.profile, options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { client.Close() })
	return client
}
