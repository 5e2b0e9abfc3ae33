package chaincode

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"

	"github.com/hyperledger/fabric-chaincode-go/v2/shim"
)

// options are the flags of the program.
type options struct {
	address, id                string
	certificate, key, clientCA string
}

// Run serves the chaincode until ctx ends. It listens with mutual TLS only: its callers are the organisation's peer.
func Run(ctx context.Context, args []string, stderr io.Writer) error {
	o, err := parseOptions(args, stderr)
	if errors.Is(err, flag.ErrHelp) {
		return nil
	}
	if err != nil {
		return err
	}
	log := slog.New(slog.NewTextHandler(stderr, nil))
	program, err := New(func(text string) { log.Error("fault", "detail", text) })
	if err != nil {
		return err
	}
	server := &shim.ChaincodeServer{CCID: o.id, Address: o.address, CC: program}
	if server.TLSProps, err = o.tls(); err != nil {
		return err
	}
	failed := make(chan error, 1)
	go func() { failed <- server.Start() }()
	log.Info("serving chaincode", "address", o.address, "id", o.id)
	select {
	case err := <-failed:
		return fmt.Errorf("serve on %s: %w", o.address, err)
	case <-ctx.Done():
		// The shim has no graceful stop. A simulation that is cut off writes nothing; its client tries another peer.
		log.Info("stopped")
		return nil
	}
}

func parseOptions(args []string, stderr io.Writer) (options, error) {
	var o options
	flags := flag.NewFlagSet("imi-chaincode", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&o.address, "address", "", "`host:port` to listen on")
	flags.StringVar(&o.id, "id", "", "package `id` the peers installed")
	flags.StringVar(&o.certificate, "tls-cert", "", "`file` with the server's certificate (PEM)")
	flags.StringVar(&o.key, "tls-key", "", "`file` with its private key (PEM)")
	flags.StringVar(&o.clientCA, "client-ca", "", "`file` with the CA of the clients let in (PEM)")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	for name, value := range map[string]string{"address": o.address, "id": o.id, "tls-cert": o.certificate, "tls-key": o.key, "client-ca": o.clientCA} {
		if value == "" {
			return o, fmt.Errorf("--%s is needed; see --help", name)
		}
	}
	return o, nil
}

func (o options) tls() (shim.TLSProperties, error) {
	var p shim.TLSProperties
	for _, f := range []struct {
		name string
		into *[]byte
	}{{o.certificate, &p.Cert}, {o.key, &p.Key}, {o.clientCA, &p.ClientCACerts}} {
		data, err := os.ReadFile(f.name)
		if err != nil {
			return p, fmt.Errorf("TLS files: %w", err)
		}
		*f.into = data
	}
	return p, nil
}
