package fabric

import (
	"context"
	"fmt"
	"strconv"

	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	peerpb "github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"google.golang.org/protobuf/proto"

	"github.com/imi-ledger/imi/ledger"
)

// queries is the system chaincode that answers from a peer's block store.
const queries = "qscc"

// Height is how many blocks the own peer has committed; the next block has this number.
func (c *Client) Height(ctx context.Context) (uint64, error) {
	var info common.BlockchainInfo
	if err := c.askOwn(ctx, &info, "GetChainInfo"); err != nil {
		return 0, err
	}
	return info.GetHeight(), nil
}

// BlockByNumber returns a block as the own peer stores it. The code is NotFound for one it does not have yet.
func (c *Client) BlockByNumber(ctx context.Context, number uint64) (*common.Block, error) {
	var block common.Block
	if err := c.askOwn(ctx, &block, "GetBlockByNumber", strconv.FormatUint(number, 10)); err != nil {
		return nil, err
	}
	if block.GetHeader().GetNumber() != number {
		return nil, fmt.Errorf("the peer answered with block %d when asked for block %d", block.GetHeader().GetNumber(), number)
	}
	return &block, nil
}

// TransactionByID returns a transaction, with its validation code, as the own peer stores it. The code is NotFound for
// one it does not have (yet).
func (c *Client) TransactionByID(ctx context.Context, id string) (*peerpb.ProcessedTransaction, error) {
	var transaction peerpb.ProcessedTransaction
	if err := c.askOwn(ctx, &transaction, "GetTransactionByID", id); err != nil {
		return nil, err
	}
	return &transaction, nil
}

// askOwn has the own peer answer from its block store and decodes the answer.
func (c *Client) askOwn(ctx context.Context, into proto.Message, function string, arguments ...string) error {
	limited, cancel := context.WithTimeout(ctx, c.options.Evaluate)
	defer cancel()
	answer, err := c.own().ask(limited, queries, function, append([]string{c.profile.Channel}, arguments...)...)
	if err != nil {
		return c.ownSilent(ctx, err)
	}
	if err := proto.Unmarshal(answer, into); err != nil {
		return fmt.Errorf("the peer's answer to %s cannot be decoded", function)
	}
	return nil
}

func (c *Client) ownSilent(ctx context.Context, err error) error {
	if saysAny(messagesOf(err), saysNoSuchID, saysNoSuchBlock) {
		return refuse(err, ledger.NotFound, "the peer of %s does not have it", c.profile.Organisation)
	}
	if ctx.Err() == nil && !isDecided(err) {
		return refuse(err, ledger.Unavailable, "the peer of %s cannot answer; see that it runs and has joined the channel", c.profile.Organisation)
	}
	return notAnswered(ctx, err)
}
