// Command imi-chaincode serves the ledger's chaincode to the peers of one organisation.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/imi-ledger/imi/chaincode"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := chaincode.Run(ctx, os.Args[1:], os.Stderr)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "imi-chaincode:", err)
		os.Exit(1)
	}
}
