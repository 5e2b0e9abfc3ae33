package fabric

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"github.com/hyperledger/fabric-gateway/pkg/client"

	"github.com/imi-ledger/imi/ledger"
)

// maxRequest bounds one request, well below what peers and orderers take (endorsement doubles it in a block).
const maxRequest = 16 << 20

func checkSize(request []byte) error {
	if len(request) > maxRequest {
		return refuse(nil, ledger.TooLarge, "a request may have %d bytes, this one has %d", maxRequest, len(request))
	}
	return nil
}

// Result is what is known about a submitted transaction. Beside an error it still carries what had become known: a
// transaction id says that something was sent.
type Result struct {
	TransactionID string
	Block         uint64
	Payload       []byte   // what the chaincode returned
	SeenBy        []string // organisations whose peers report it committed and valid
}

// Submit runs a function of the chaincode ("contract:Function") with one argument and returns when its transaction is
// committed, valid, and seen so by the own peer and as many other organisations as the options ask. When the own peer
// goes away meanwhile, other organisations' word stands in.
//
// A read conflict makes the transaction anew a few times: writes here are idempotent. Anything else is never sent twice
// under a new id; if the outcome cannot be found out the error is a refusal with code Unknown whose subject is the
// transaction id, for Outcome to look up later.
func (c *Client) Submit(ctx context.Context, function string, request []byte) (Result, error) {
	if err := checkSize(request); err != nil {
		return Result{}, err
	}
	for attempt := 1; ; attempt++ {
		result, again, err := c.submitOnce(ctx, function, request)
		if !again || attempt == c.options.Attempts {
			return result, err
		}
		c.options.Log.Debug("transaction is made anew", "attempt", attempt, "transaction", result.TransactionID)
		if !pause(ctx, conflictDelay(attempt)) {
			return result, cancelled(ctx)
		}
	}
}

// conflictDelay grows from about 50 ms, half of it random, so that two clients in conflict do not stay in step.
func conflictDelay(attempt int) time.Duration {
	delay := 50 * time.Millisecond << min(attempt-1, 5)
	return delay/2 + rand.N(delay)
}

// submitOnce takes one transaction through all steps. again says that the transaction certainly wrote nothing and that
// making it anew can succeed.
func (c *Client) submitOnce(ctx context.Context, function string, request []byte) (result Result, again bool, err error) {
	if ctx.Err() != nil {
		return Result{}, false, cancelled(ctx)
	}
	transaction, err := c.endorse(ctx, function, request)
	if err != nil {
		return Result{}, stale(err) && ctx.Err() == nil, c.endorseProblem(ctx, err)
	}
	result = Result{TransactionID: transaction.TransactionID(), Payload: transaction.Result()}
	found, err := c.order(ctx, transaction)
	result.Block, result.SeenBy = found.Block, found.SeenBy
	if err != nil {
		return result, false, err
	}
	if found.valid() {
		return result, false, nil
	}
	result.Payload = nil
	return result, found.conflict(), found.refusal()
}

func (c *Client) endorse(ctx context.Context, function string, request []byte) (*client.Transaction, error) {
	contract := c.own().network.GetContract(c.profile.Chaincode)
	proposal, err := contract.NewProposal(function, client.WithBytesArguments(request))
	if err != nil {
		return nil, err
	}
	sent, err := partsOf(c.profile.Channel, c.profile.Chaincode, proposal)
	if err != nil {
		return nil, err
	}
	limited, cancel := context.WithTimeout(ctx, c.options.Endorse)
	defer cancel()
	transaction, err := proposal.EndorseWithContext(limited)
	if err != nil {
		return nil, err
	}
	return transaction, checkPrepared(sent, transaction)
}

// endorseProblem leaves faults of our own making as they are and translates those of the network.
func (c *Client) endorseProblem(ctx context.Context, err error) error {
	var endorse *client.EndorseError
	if errors.As(err, &endorse) {
		return c.notEndorsed(ctx, err)
	}
	return err
}

// order hands a signed transaction to the ordering service and finds out what became of it. The same bytes may go there
// twice: their id is accepted once. The second time another organisation's peer carries them.
func (c *Client) order(ctx context.Context, transaction *client.Transaction) (Outcome, error) {
	id := transaction.TransactionID()
	var problem error
	for round := range resend {
		problem = c.send(ctx, round, transaction)
		found, err := c.await(ctx, id, c.patience(problem))
		if err == nil || len(found.SeenBy) > 0 {
			return found, err
		}
		if refusal, final := notOrdered(problem, id); final {
			return found, refusal
		}
		if ctx.Err() != nil {
			return found, unknown(ctx, id, problem)
		}
		c.options.Log.Warn("no peer knows the transaction", "transaction", id, "round", round+1, "cause", problem)
	}
	return Outcome{}, unknown(ctx, id, problem)
}

// send submits through the own peer, or in later rounds through another organisation's if there is one.
func (c *Client) send(ctx context.Context, round int, transaction *client.Transaction) error {
	ctx, cancel := context.WithTimeout(ctx, c.options.Submit)
	defer cancel()
	carriers := append([]*peer{c.own()}, c.others()...)
	carrier := carriers[round%len(carriers)]
	if carrier != c.own() {
		whole, err := transaction.Bytes()
		if err != nil {
			return err
		}
		if transaction, err = carrier.gateway.NewTransaction(whole); err != nil {
			return err
		}
	}
	for {
		_, err := transaction.SubmitWithContext(ctx)
		if err == nil || !saysAny(messagesOf(err), saysBusy) || !pause(ctx, busyDelay) {
			return err
		}
	}
}

// busyDelay is the wait before handing a transaction again to a peer that had no time to look at it.
const busyDelay = 100 * time.Millisecond

// patience is how long to look for a transaction: shortly when the ordering service refused it outright, since then it
// is not coming.
func (c *Client) patience(problem error) time.Duration {
	if _, final := notOrdered(problem, ""); final {
		return min(c.options.Hedge, c.options.Commit)
	}
	return c.options.Commit
}

// notOrdered tells a refusal by the ordering service that is final. One orderer's word is not: with BFT a single bad one
// could make a transaction look lost that the others order.
func notOrdered(problem error, id string) (error, bool) {
	if problem == nil {
		return nil, false
	}
	switch {
	case ordererSays(problem, saysTooLarge, saysTooLargeStatus):
		return refuseTransaction(problem, id, ledger.TooLarge, "the ordering service takes no transaction of this size; use smaller batches"), true
	case ordererSays(problem, saysForbidden):
		return refuseTransaction(problem, id, ledger.NotAllowed, "the ordering service does not accept this client's certificate"), true
	}
	return nil, false
}

func unknown(ctx context.Context, id string, cause error) error {
	return refuseTransaction(errors.Join(context.Cause(ctx), cause), id, ledger.Unknown,
		"it is not known whether the transaction was written; look it up by its id before repeating it")
}

// pause waits and reports whether it was not cut short.
func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}
