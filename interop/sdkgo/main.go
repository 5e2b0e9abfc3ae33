// Command sdkgo drives a channel with fabric-sdk-go, the client library many existing Fabric applications were built on,
// through the standard connection profile that `imi network profile` exports.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "sdkgo:", err)
		os.Exit(1)
	}
}
