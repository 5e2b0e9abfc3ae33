// Command imi-builder is the external chaincode builder the peers call as bin/detect, bin/build and bin/release.
package main

import (
	"fmt"
	"os"

	"github.com/imi-ledger/imi/network/builder"
)

func main() {
	if err := builder.Run(os.Args, os.Getenv(builder.ConnectionVariable), os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "imi-builder:", err)
		os.Exit(1)
	}
}
