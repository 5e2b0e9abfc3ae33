package fabric

import (
	"context"
	"errors"
	"time"

	"github.com/hyperledger/fabric-gateway/pkg/client"

	"github.com/imi-ledger/imi/ledger"
)

// Evaluate runs a reading function of the chaincode with one argument. When the own peer is away, or silent for longer
// than Options.Hedge, other organisations' peers are asked. The answer is one peer's word, not evidence.
func (c *Client) Evaluate(ctx context.Context, function string, request []byte) ([]byte, error) {
	if err := checkSize(request); err != nil {
		return nil, err
	}
	limited, cancel := context.WithTimeout(ctx, c.options.Evaluate)
	defer cancel()
	peers := append([]*peer{c.own()}, c.others()...)
	answer, err := race(limited, peers, c.options.Hedge, isDecided, func(ctx context.Context, p *peer) ([]byte, error) {
		proposal, err := p.network.GetContract(c.profile.Chaincode).NewProposal(function, client.WithBytesArguments(request))
		if err != nil {
			return nil, err
		}
		return proposal.EvaluateWithContext(ctx)
	})
	if err != nil {
		return nil, notAnswered(ctx, err)
	}
	return answer, nil
}

func isDecided(err error) bool {
	_, ok := decided(err)
	return ok
}

// notAnswered translates the failure of a read.
func notAnswered(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return refuse(context.Cause(ctx), ledger.Unavailable, "cancelled before an answer came")
	}
	if answer, ok := decided(err); ok {
		return answer
	}
	if saysAny(messagesOf(err), saysNotDefined) {
		return notDeployed(err)
	}
	return refuse(err, ledger.Unavailable, "no peer could answer; see that peers and chaincode servers run, then retry")
}

// race tries peers in order until one answers. The next one is tried when the last failed, or was silent for the hedge
// time; silent ones may still win. A final error ends the race. Otherwise the first peer's error is reported.
func race[T any](ctx context.Context, peers []*peer, hedge time.Duration, final func(error) bool,
	try func(context.Context, *peer) (T, error),
) (T, error) {
	type finish struct {
		answer T
		err    error
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	finishes := make(chan finish, len(peers))
	started := 0
	start := func() {
		if started < len(peers) {
			runner := peers[started]
			started++
			go func() {
				answer, err := try(ctx, runner)
				finishes <- finish{answer, err}
			}()
		}
	}
	start()
	silence := time.NewTicker(hedge)
	defer silence.Stop()
	var none T
	var problems []error
	for len(problems) < len(peers) {
		select {
		case f := <-finishes:
			if f.err == nil {
				return f.answer, nil
			}
			if final(f.err) {
				return none, f.err
			}
			problems = append(problems, f.err)
			start()
		case <-silence.C:
			start()
		case <-ctx.Done():
			return none, errors.Join(append(problems, ctx.Err())...)
		}
	}
	return none, problems[0]
}
