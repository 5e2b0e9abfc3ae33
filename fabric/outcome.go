package fabric

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	gatewaypb "github.com/hyperledger/fabric-protos-go-apiv2/gateway"
	"github.com/hyperledger/fabric-protos-go-apiv2/msp"
	peerpb "github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"google.golang.org/protobuf/proto"

	"github.com/imi-ledger/imi/ledger"
)

// Outcome is what became of a transaction: the block that holds it and how the peers validated it.
type Outcome struct {
	TransactionID string
	Block         uint64
	Code          peerpb.TxValidationCode
	SeenBy        []string // organisations whose peers say so
}

func (o Outcome) valid() bool { return o.Code == peerpb.TxValidationCode_VALID }

// conflict reports that the records read had changed before the transaction was validated.
func (o Outcome) conflict() bool {
	return o.Code == peerpb.TxValidationCode_MVCC_READ_CONFLICT || o.Code == peerpb.TxValidationCode_PHANTOM_READ_CONFLICT
}

// refusal says why an ordered transaction was not applied.
func (o Outcome) refusal() error {
	switch {
	case o.conflict():
		return refuseTransaction(nil, o.TransactionID, ledger.Conflict, "a record it read was changed meanwhile, repeatedly; retry")
	case o.Code == peerpb.TxValidationCode_ENDORSEMENT_POLICY_FAILURE:
		return refuseTransaction(nil, o.TransactionID, ledger.NotAllowed, "its endorsements do not satisfy the channel's policy; nothing was written")
	}
	return refuseTransaction(nil, o.TransactionID, ledger.Invalid, "the peers marked the transaction %s; nothing was written", o.Code)
}

// Outcome looks a transaction up by its id at the own peer and at other organisations'. An error with code NotFound
// says that the own peer does not hold it; it may still be on its way while anybody has it in hand.
func (c *Client) Outcome(ctx context.Context, id string) (Outcome, error) {
	found, err := c.await(ctx, id, 2*c.options.Hedge)
	if err == nil || len(found.SeenBy) > 0 {
		return found, err
	}
	if _, err := c.TransactionByID(ctx, id); err != nil {
		return Outcome{}, err
	}
	return Outcome{}, unknown(ctx, id, err)
}

// errNotSeen is await's answer when no peer reported the transaction in time.
var errNotSeen = errors.New("no peer reported the transaction in time")

// await waits for the commit of a transaction at the own peer and at as many other organisations as wanted. Peers that
// stay silent or are away are replaced by further ones. An outcome without error is settled.
func (c *Client) await(ctx context.Context, id string, limit time.Duration) (Outcome, error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	watch := c.newWatch(id)
	watch.start(ctx, 1+watch.wanted)
	hedge := time.NewTicker(c.options.Hedge)
	defer hedge.Stop()
	for watch.pending > 0 {
		select {
		case seen := <-watch.answers:
			watch.take(ctx, seen)
			if watch.settled() && watch.outcome.valid() {
				watch.linger(ctx, c.options.Settle)
			}
			if watch.settled() || watch.disagreement != nil {
				return watch.result()
			}
		case <-hedge.C:
			watch.start(ctx, 1)
		case <-ctx.Done():
			return watch.result()
		}
	}
	return watch.result()
}

// watch collects what the peers of different organisations say about one transaction.
type watch struct {
	id      string
	request []byte  // signed commit status request, not signed yet
	queue   []*peer // not asked yet
	own     *peer
	wanted  int // other organisations
	answers chan sighting
	pending int

	ownAnswered  bool
	outcome      Outcome
	disagreement error
}

type sighting struct {
	by    *peer
	block uint64
	code  peerpb.TxValidationCode
	err   error
}

func (c *Client) newWatch(id string) *watch {
	others := c.others()
	w := &watch{id: id, own: c.own(), wanted: min(max(c.options.Confirmations, 0), len(others)), outcome: Outcome{TransactionID: id}}
	w.queue = append(w.queue, c.own())
	if len(others) > 0 {
		// Begin with another organisation each time, so that confirming burdens all alike.
		first := rand.IntN(len(others))
		w.queue = append(append(w.queue, others[first:]...), others[:first]...)
	}
	w.answers = make(chan sighting, len(w.queue))
	w.request = c.statusRequest(id)
	return w
}

// statusRequest is the question for the commit status of a transaction, to be signed when it is sent.
func (c *Client) statusRequest(id string) []byte {
	creator, err := proto.Marshal(&msp.SerializedIdentity{Mspid: c.signer.identity.MspID(), IdBytes: c.signer.identity.Credentials()})
	if err != nil {
		return nil
	}
	request, err := proto.Marshal(&gatewaypb.CommitStatusRequest{TransactionId: id, ChannelId: c.profile.Channel, Identity: creator})
	if err != nil {
		return nil
	}
	signed, err := proto.Marshal(&gatewaypb.SignedCommitStatusRequest{Request: request})
	if err != nil {
		return nil
	}
	return signed
}

// start asks the next n peers. Each answers once, at the latest when the context ends; the channel has room for all.
func (w *watch) start(ctx context.Context, n int) {
	for range min(n, len(w.queue)) {
		next := w.queue[0]
		w.queue = w.queue[1:]
		w.pending++
		go func() { w.answers <- next.sight(ctx, w.request) }()
	}
}

// sight waits until the peer has the transaction. DUPLICATE_TXID is said of a second copy (order may hand a transaction
// on twice); asked again, the peer tells of the first, which is the one that counts.
func (p *peer) sight(ctx context.Context, request []byte) sighting {
	seen := sighting{by: p}
	for range 2 {
		commit, err := p.gateway.NewCommit(request)
		if err != nil {
			return sighting{by: p, err: err}
		}
		status, err := commit.StatusWithContext(ctx)
		if err != nil {
			return sighting{by: p, err: err}
		}
		seen.block, seen.code = status.BlockNumber, status.Code
		if seen.code != peerpb.TxValidationCode_DUPLICATE_TXID {
			break
		}
	}
	return seen
}

func (w *watch) take(ctx context.Context, seen sighting) {
	w.pending--
	if seen.by == w.own {
		w.ownAnswered = true
	}
	if seen.err != nil {
		w.start(ctx, 1)
		return
	}
	first := len(w.outcome.SeenBy) == 0
	if !first && (w.outcome.Block != seen.block || w.outcome.Code != seen.code) {
		w.disagreement = fmt.Errorf("block %d %s or block %d %s", w.outcome.Block, w.outcome.Code, seen.block, seen.code)
	}
	if first {
		w.outcome.Block, w.outcome.Code = seen.block, seen.code
	}
	w.outcome.SeenBy = append(w.outcome.SeenBy, seen.by.organisation)
}

// linger gives the remaining peers a while to see the commit too.
func (w *watch) linger(ctx context.Context, most time.Duration) {
	if most <= 0 {
		return
	}
	w.start(ctx, len(w.queue))
	enough := time.NewTimer(most)
	defer enough.Stop()
	for w.pending > 0 {
		select {
		case seen := <-w.answers:
			w.take(ctx, seen)
		case <-enough.C:
			return
		}
	}
}

// settled reports that the own peer had its say and enough others agree. Its word alone settles that a transaction is
// invalid.
func (w *watch) settled() bool {
	if !w.ownAnswered || len(w.outcome.SeenBy) == 0 {
		return false
	}
	ownSays := w.outcome.SeenBy[0] == w.own.organisation
	return w.enough() || (ownSays && !w.outcome.valid())
}

func (w *watch) enough() bool { return len(w.outcome.SeenBy) >= 1+w.wanted }

// result is the outcome after the last answer. Enough others count when the own peer stayed silent.
func (w *watch) result() (Outcome, error) {
	switch {
	case w.disagreement != nil:
		return w.outcome, refuseTransaction(w.disagreement, w.id, ledger.Unknown,
			"the peers of %v disagree about the transaction; have the ledger audited", w.outcome.SeenBy)
	case w.settled(), w.enough():
		return w.outcome, nil
	case len(w.outcome.SeenBy) > 0:
		return w.outcome, refuseTransaction(nil, w.id, ledger.Unknown,
			"the transaction is in block %d (%s) according to %s alone; too few other organisations' peers answer to confirm it",
			w.outcome.Block, w.outcome.Code, w.outcome.SeenBy[0])
	}
	return w.outcome, errNotSeen
}
