package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"

	"github.com/hyperledger/fabric-sdk-go/pkg/client/channel"
	"github.com/hyperledger/fabric-sdk-go/pkg/client/ledger"
	"github.com/hyperledger/fabric-sdk-go/pkg/common/errors/retry"
	sdkcontext "github.com/hyperledger/fabric-sdk-go/pkg/common/providers/context"
	"github.com/hyperledger/fabric-sdk-go/pkg/common/providers/fab"
	"github.com/hyperledger/fabric-sdk-go/pkg/core/config"
	"github.com/hyperledger/fabric-sdk-go/pkg/fabsdk"
)

// run does one of each: a query, a transaction, a look at the chain and at its newest block.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	o, err := parseOptions(args, stderr)
	if errors.Is(err, flag.ErrHelp) {
		return nil
	}
	if err != nil {
		return err
	}
	profile, err := os.ReadFile(o.profile)
	if err != nil {
		return err
	}
	organisation, err := organisationName(profile, o.organisation)
	if err != nil {
		return err
	}
	// JSON is YAML, so this reads both, whatever the file is called.
	sdk, err := fabsdk.New(config.FromRaw(profile, "yaml"))
	if err != nil {
		return fmt.Errorf("open the connection profile: %w", err)
	}
	defer sdk.Close()
	provider := sdk.ChannelContext(o.channel, fabsdk.WithUser(o.user), fabsdk.WithOrg(organisation))
	fmt.Fprintf(stdout, "connected   channel %s as %s of %s\n", o.channel, o.user, organisation)
	if err := invoke(ctx, o, provider, stdout); err != nil {
		return err
	}
	return look(ctx, o, provider, stdout)
}

// invoke queries one function and executes one.
func invoke(ctx context.Context, o options, provider sdkcontext.ChannelProvider, stdout io.Writer) error {
	client, err := channel.New(provider)
	if err != nil {
		return fmt.Errorf("open the channel: %w", err)
	}
	request := func(function, argument string) channel.Request {
		return channel.Request{ChaincodeID: o.chaincode, Fcn: function, Args: [][]byte{[]byte(argument)}}
	}
	settings := []channel.RequestOption{channel.WithParentContext(ctx), channel.WithRetry(retry.DefaultChannelOpts),
		channel.WithTimeout(fab.Query, o.timeout), channel.WithTimeout(fab.Execute, o.timeout)}
	answer, err := client.Query(request(o.function, o.argument), settings...)
	if err != nil {
		return fmt.Errorf("query %s: %w", o.function, err)
	}
	fmt.Fprintf(stdout, "query       %s answered %d bytes: %.120s\n", o.function, len(answer.Payload), answer.Payload)
	done, err := client.Execute(request(o.execute, o.executeArgument), settings...)
	if err != nil {
		return fmt.Errorf("execute %s: %w", o.execute, err)
	}
	fmt.Fprintf(stdout, "execute     %s is transaction %s, %s, endorsed by %d peers\n",
		o.execute, done.TransactionID, done.TxValidationCode, len(done.Responses))
	return nil
}

// look reads the height of the chain and its newest block.
func look(ctx context.Context, o options, provider sdkcontext.ChannelProvider, stdout io.Writer) error {
	client, err := ledger.New(provider)
	if err != nil {
		return fmt.Errorf("open the ledger: %w", err)
	}
	limits := []ledger.RequestOption{ledger.WithParentContext(ctx), ledger.WithTimeout(fab.PeerResponse, o.timeout)}
	info, err := client.QueryInfo(limits...)
	if err != nil {
		return fmt.Errorf("query info: %w", err)
	}
	fmt.Fprintf(stdout, "QueryInfo   %d blocks, the newest has hash %x\n", info.BCI.Height, info.BCI.CurrentBlockHash)
	block, err := client.QueryBlock(info.BCI.Height-1, limits...)
	if err != nil {
		return fmt.Errorf("query block: %w", err)
	}
	fmt.Fprintf(stdout, "QueryBlock  block %d has %d transactions and data hash %x\n",
		block.Header.Number, len(block.Data.Data), block.Header.DataHash)
	return nil
}
