//go:build integration

package acceptance

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/imi-ledger/imi/ledger"
	"github.com/imi-ledger/imi/ledger/ledgertest"
)

// hostileCalls is how many calls are made in all, over every function.
const hostileCalls = 10_000

// TestHostileArgumentsLeaveTheChaincodeRunning sends generated nonsense to every function of the real chaincode through
// a real peer. The same processes must be there afterwards, and the ledger must not have grown.
func TestHostileArgumentsLeaveTheChaincodeRunning(t *testing.T) {
	client := dial(t, "ServiceMSP")
	before, processes := height(t, "ServiceMSP"), chaincodes(t)
	functions := append(ledger.Functions(), ledger.ReadFunctions()...)
	samples := requests(t)
	var refusals, answers atomic.Int64
	var wait sync.WaitGroup
	for worker := range 8 {
		wait.Go(func() {
			random := rand.New(rand.NewPCG(uint64(worker), 7))
			for i := worker; i < hostileCalls; i += 8 {
				function, request := functions[i%len(functions)], spoil(random, samples[random.IntN(len(samples))])
				var err error
				if i%10 == 0 && slices.Contains(ledger.Functions(), function) {
					_, err = client.Submit(t.Context(), function, request)
				} else {
					_, err = client.Evaluate(t.Context(), function, request)
				}
				switch {
				case err == nil:
					answers.Add(1) // some mangled reads are still reads
				case ledger.CodeOf(err) == ledger.Unavailable || ledger.CodeOf(err) == "":
					t.Errorf("%s: %v", function, err)
					return
				default:
					refusals.Add(1)
				}
			}
		})
	}
	wait.Wait()
	t.Logf("%d refused, %d reads answered", refusals.Load(), answers.Load())
	if refusals.Load() < hostileCalls*9/10 {
		t.Errorf("only %d of %d were refused", refusals.Load(), hostileCalls)
	}
	if after := height(t, "ServiceMSP"); after != before {
		t.Errorf("the ledger grew from %d to %d blocks", before, after)
	}
	if after := chaincodes(t); !slices.Equal(processes, after) {
		t.Errorf("chaincode processes were %v, are %v", processes, after)
	}
}

func height(t *testing.T, organisation string) uint64 {
	t.Helper()
	n, err := dial(t, organisation).Height(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func chaincodes(t *testing.T) []int {
	t.Helper()
	var pids []int
	for _, n := range nodes(t) {
		if n.Kind == "chaincode" {
			pids = append(pids, n.PID)
		}
	}
	if len(pids) != 4 {
		t.Fatalf("%d chaincode servers", len(pids))
	}
	return pids
}

// requests are well-formed requests, signed by keys this ledger does not know.
func requests(t *testing.T) [][]byte {
	t.Helper()
	d := ledgertest.New()
	var out [][]byte
	for _, request := range []any{d.Issue(1), d.IssueMany(1, 3), d.Register(1), d.RegisterMany(1, 3), d.Notarise(1), d.Propose(d.Charter()),
		d.Enrol(1, ledgertest.NewSigner("P-256")), ledger.Read{Key: "type/identity/1"}, ledger.List{Kind: ledger.KindDocument, Limit: 3}} {
		text, err := ledger.Encode(request)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, text)
	}
	return out
}

var nasty = [][]byte{[]byte("null"), []byte("NaN"), []byte("-1e999"), []byte("\xff\xfe\x00"), []byte(`"\ud800"`), bytes.Repeat([]byte("["), 20000), []byte("{}"), {}}

func spoil(random *rand.Rand, sample []byte) []byte {
	b := bytes.Clone(sample)
	at := random.IntN(len(b))
	switch random.IntN(4) {
	case 0:
		return b[:at]
	case 1:
		b[at] ^= 1 << random.IntN(8)
		return b
	case 2:
		return slices.Insert(b, at, nasty[random.IntN(len(nasty))]...)
	}
	return bytes.Clone(nasty[random.IntN(len(nasty))])
}
