package fabric

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	gatewaypb "github.com/hyperledger/fabric-protos-go-apiv2/gateway"
	peerpb "github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/imi-ledger/imi/ledger"
)

// secret stands for an argument that must never show in an error.
const secret = "secret-argument"

// wantCode checks the code of a refusal and that the error tells nothing private.
func wantCode(t *testing.T, err error, code ledger.Code) *ledger.Refusal {
	t.Helper()
	var refusal *ledger.Refusal
	if !errors.As(err, &refusal) || refusal.Code != code {
		t.Fatalf("got %v, want a refusal with code %s", err, code)
	}
	for _, private := range []string{secret, "127.0.0.1", "BEGIN", "rpc error"} {
		if strings.Contains(err.Error(), private) {
			t.Errorf("the error shows %q: %v", private, err)
		}
	}
	return refusal
}

func TestSubmitReportsACommitSeenByTwo(t *testing.T) {
	n := newFakeNetwork(t, quick)
	result, err := n.client.Submit(t.Context(), "kv:Put", []byte("a="+secret))
	if err != nil {
		t.Fatal(err)
	}
	if string(result.Payload) != secret || result.Block != 1 || len(result.SeenBy) < 2 {
		t.Errorf("result %+v", result)
	}
	again, err := n.client.Submit(t.Context(), "kv:Put", []byte("a="+secret))
	if err != nil || again.TransactionID == result.TransactionID {
		t.Errorf("a repeat is %+v, %v", again, err)
	}
}

func TestSubmitRefusals(t *testing.T) {
	aborted := func(details ...string) func(string) error {
		return func(string) error {
			state := status.New(codes.Aborted, "failed to endorse transaction, see attached details for more info")
			for _, detail := range details {
				state, _ = state.WithDetails(&gatewaypb.ErrorDetail{Address: "127.0.0.1:7051", MspId: "PoliceMSP", Message: detail})
			}
			return state.Err()
		}
	}
	others := status.Error(codes.Aborted, "failed to collect enough transaction endorsements, see attached details for more info")
	cases := []struct {
		name string
		mood func(string) error
		code ledger.Code
	}{
		{"own chaincode dead", aborted("error in simulation: failed to execute transaction " + secret + ": could not launch chaincode imi"), ledger.Unavailable},
		{"chaincode not deployed", aborted("make sure the chaincode imi has been successfully defined on channel imi and try again"), ledger.Unavailable},
		{"certificate refused", aborted("error validating proposal: access denied: channel [imi] creator org [PoliceMSP]"), ledger.NotAllowed},
		{"clock wrong", aborted("request unauthorized due to incorrect timestamp 2001, client clock must be adjusted"), ledger.NotAllowed},
		{"peers missing", func(string) error { return status.Error(codes.FailedPrecondition, "no combination of peers") }, ledger.Unavailable},
		{"others differ", func(string) error { return others }, ledger.Unavailable},
		{"peer busy", func(string) error {
			return status.Error(codes.Unknown, "too many requests for /gateway.Gateway, exceeding concurrency limit (500)")
		}, ledger.Unavailable},
	}
	n := newFakeNetwork(t, quick)
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			n.own.set(func(m *moods) { m.endorse = c.mood })
			_, err := n.client.Submit(t.Context(), "kv:Put", []byte("a="+secret))
			wantCode(t, err, c.code)
		})
	}
	if n.chain.transactions() != 0 {
		t.Error("something was ordered")
	}
}

func TestSubmitPassesChaincodeRefusalsOn(t *testing.T) {
	n := newFakeNetwork(t, quick)
	n.chain.state["a"], n.chain.version["a"] = "other", 0
	_, err := n.client.Submit(t.Context(), "kv:Put", []byte("a="+secret))
	if refusal := wantCode(t, err, ledger.Conflict); refusal.Field != "key" {
		t.Errorf("refusal %+v", refusal)
	}
	_, err = n.client.Submit(t.Context(), "kv:Crash", []byte(secret))
	if err == nil || ledger.CodeOf(err) != "" || strings.Contains(err.Error(), secret) {
		t.Errorf("a fault without code gave %v", err)
	}
	_, err = n.client.Submit(t.Context(), "kv:Put", make([]byte, maxRequest+1))
	wantCode(t, err, ledger.TooLarge)
}

func TestSubmitOthersAWhileBehind(t *testing.T) {
	n := newFakeNetwork(t, quick)
	behind := 2
	n.own.set(func(m *moods) {
		m.endorse = func(string) error {
			if behind--; behind < 0 {
				return nil
			}
			return status.Error(codes.Aborted, "failed to collect enough transaction endorsements, see attached details for more info")
		}
	})
	if _, err := n.client.Submit(t.Context(), "kv:Put", []byte("a=1")); err != nil {
		t.Error(err)
	}
}

func TestSubmitConflictIsMadeAnew(t *testing.T) {
	n := newFakeNetwork(t, quick)
	conflicts := 2
	n.own.set(func(m *moods) {
		m.submit = func(envelope *common.Envelope, order func(*common.Envelope)) error {
			if conflicts--; conflicts >= 0 {
				n.chain.mu.Lock()
				n.chain.version["a"] = 1000 + uint64(conflicts) // another transaction wrote it in between
				n.chain.state["a"] = "x"
				n.chain.mu.Unlock()
			}
			order(envelope)
			return nil
		}
	})
	result, err := n.client.Submit(t.Context(), "kv:Append", []byte("a=1"))
	if err != nil || string(result.Payload) != "x1" {
		t.Fatalf("%+v, %v", result, err)
	}
	if got := n.chain.transactions(); got != 3 {
		t.Errorf("%d transactions ordered, want 2 conflicts and 1 success", got)
	}
	conflicts = 1000
	_, err = n.client.Submit(t.Context(), "kv:Append", []byte("a=1"))
	wantCode(t, err, ledger.Conflict)
}

// orderersDisagree is what a BFT service under load makes of a transaction it has already ordered.
func orderersDisagree() error {
	state, _ := status.New(codes.Unavailable, "insufficient number of orderers could successfully process transaction to satisfy quorum requirement").
		WithDetails(&gatewaypb.ErrorDetail{Message: "received unsuccessful response from orderer: status=SERVICE_UNAVAILABLE, info=failed to submit request: request already processed"})
	return state.Err()
}

func TestSubmitInsufficientOrderersThoughOrdered(t *testing.T) {
	n := newFakeNetwork(t, quick)
	n.own.set(func(m *moods) {
		m.submit = func(envelope *common.Envelope, order func(*common.Envelope)) error {
			order(envelope)
			return orderersDisagree()
		}
	})
	result, err := n.client.Submit(t.Context(), "kv:Append", []byte("a=1"))
	if err != nil || result.Block != 1 || n.chain.transactions() != 1 {
		t.Errorf("%+v, %v, %d ordered", result, err, n.chain.transactions())
	}
}

func TestSubmitLostTransactionIsSentAgainUnderItsID(t *testing.T) {
	t.Parallel()
	for _, accepted := range []error{nil, orderersDisagree()} {
		n := newFakeNetwork(t, quick)
		n.own.set(func(m *moods) {
			m.submit = func(*common.Envelope, func(*common.Envelope)) error { return accepted }
		})
		result, err := n.client.Submit(t.Context(), "kv:Append", []byte("a=1"))
		if err != nil || n.chain.transactions() != 1 {
			t.Fatalf("%+v, %v, %d ordered", result, err, n.chain.transactions())
		}
		if _, known := n.chain.placed[result.TransactionID]; !known {
			t.Error("another id was ordered")
		}
	}
}

func TestSubmitUnknownOutcome(t *testing.T) {
	t.Parallel()
	n := newFakeNetwork(t, quick)
	lose := func(m *moods) {
		m.submit = func(*common.Envelope, func(*common.Envelope)) error { return orderersDisagree() }
	}
	n.own.set(lose)
	n.second.set(lose)
	n.third.set(lose)
	result, err := n.client.Submit(t.Context(), "kv:Append", []byte("a="+secret))
	if refusal := wantCode(t, err, ledger.Unknown); refusal.Subject == "" || refusal.Subject != result.TransactionID {
		t.Errorf("subject %q, transaction %q", refusal.Subject, result.TransactionID)
	}
	_, err = n.client.Outcome(t.Context(), result.TransactionID)
	wantCode(t, err, ledger.NotFound)
}

func TestSubmitTooLargeForOrderers(t *testing.T) {
	n := newFakeNetwork(t, quick)
	n.own.set(func(m *moods) {
		m.submit = func(*common.Envelope, func(*common.Envelope)) error {
			return status.Error(codes.Aborted, "received unsuccessful response from orderer: status=BAD_REQUEST, info=message payload is 99 bytes and exceeds maximum allowed 9 bytes")
		}
	})
	_, err := n.client.Submit(t.Context(), "kv:Append", []byte("a="+secret))
	wantCode(t, err, ledger.TooLarge)
}

func TestSubmitCancelled(t *testing.T) {
	n := newFakeNetwork(t, Options{Commit: time.Hour}) // whoever does not look at the context does not end
	early, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := n.client.Submit(early, "kv:Put", []byte("a=1"))
	wantCode(t, err, ledger.Unavailable)
	n.own.set(func(m *moods) {
		m.submit = func(*common.Envelope, func(*common.Envelope)) error { return nil }
	})
	late, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	_, err = n.client.Submit(late, "kv:Put", []byte("a=1"))
	wantCode(t, err, ledger.Unknown)
}

func TestSubmitInvalidCodes(t *testing.T) {
	n := newFakeNetwork(t, quick)
	for code, want := range map[peerpb.TxValidationCode]ledger.Code{
		peerpb.TxValidationCode_ENDORSEMENT_POLICY_FAILURE: ledger.NotAllowed,
		peerpb.TxValidationCode_BAD_RWSET:                  ledger.Invalid,
	} {
		n.own.set(func(m *moods) {
			m.status = func(context.Context, string) (*gatewaypb.CommitStatusResponse, error) {
				return &gatewaypb.CommitStatusResponse{Result: code, BlockNumber: 1}, nil
			}
		})
		n.second.set(func(m *moods) { m.frozen = true })
		n.third.set(func(m *moods) { m.frozen = true })
		_, err := n.client.Submit(t.Context(), "kv:Put", []byte("a=1"))
		wantCode(t, err, want)
	}
}

func TestConcurrentSubmits(t *testing.T) {
	n := newFakeNetwork(t, quick)
	const writers = 16
	results := make(chan string, writers)
	for i := range writers {
		go func() {
			result, err := n.client.Submit(t.Context(), "kv:Put", []byte{byte('a' + i), '=', '1'})
			if err != nil {
				results <- err.Error()
				return
			}
			results <- ""
			_ = result
		}()
	}
	var problems []string
	for range writers {
		if problem := <-results; problem != "" {
			problems = append(problems, problem)
		}
	}
	if diff := cmp.Diff([]string(nil), problems); diff != "" {
		t.Error(diff)
	}
}
