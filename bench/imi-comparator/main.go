// Command imi-comparator is what the product is measured beside: a chaincode that only puts and gets bytes, and an HTTP
// server that only says hello. It is part of no network that anybody uses.
package main

import (
	"errors"
	"flag"
	"fmt"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/hyperledger/fabric-chaincode-go/v2/shim"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "imi-comparator:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) == 0 {
		return errors.New("usage: imi-comparator put …, with the flags of imi-chaincode, or imi-comparator hello --listen ADDRESS")
	}
	if strings.HasPrefix(args[0], "-") { // as where it runs in place of imi-chaincode
		return servePut(args)
	}
	switch args[0] {
	case "put":
		return servePut(args[1:])
	case "hello":
		return serveHello(args[1:])
	}
	return fmt.Errorf("%q is neither put nor hello", args[0])
}

// raw is the least a chaincode can do. A put's one argument is a key of 64 bytes and the value behind it.
type raw struct{}

const keyLength = 64

// Init implements shim.Chaincode.
func (raw) Init(shim.ChaincodeStubInterface) *peer.Response { return shim.Success(nil) }

// Invoke implements shim.Chaincode.
func (raw) Invoke(stub shim.ChaincodeStubInterface) *peer.Response {
	args := stub.GetArgs()
	if len(args) != 2 || len(args[1]) < keyLength {
		return shim.Error("put or get, and one argument")
	}
	key := string(args[1][:keyLength])
	switch string(args[0]) {
	case "put":
		if err := stub.PutState(key, args[1][keyLength:]); err != nil {
			return shim.Error(err.Error())
		}
		return shim.Success(nil)
	case "get":
		value, err := stub.GetState(key)
		if err != nil {
			return shim.Error(err.Error())
		}
		return shim.Success(value)
	}
	return shim.Error("neither put nor get")
}

func servePut(args []string) error {
	flags := flag.NewFlagSet("imi-comparator put", flag.ContinueOnError)
	address := flags.String("address", "", "`host:port` to listen on")
	id := flags.String("id", "", "package `id`")
	files := map[string]*string{}
	for _, name := range []string{"tls-cert", "tls-key", "client-ca"} {
		files[name] = flags.String(name, "", "PEM `file`")
	}
	if err := flags.Parse(args); err != nil {
		return err
	}
	server := &shim.ChaincodeServer{CCID: *id, Address: *address, CC: raw{}}
	for name, into := range map[string]*[]byte{"tls-cert": &server.TLSProps.Cert, "tls-key": &server.TLSProps.Key, "client-ca": &server.TLSProps.ClientCACerts} {
		content, err := os.ReadFile(*files[name])
		if err != nil {
			return err
		}
		*into = content
	}
	return server.Start()
}

// serveHello answers every request with a little JSON, by net/http as it is.
func serveHello(args []string) error {
	flags := flag.NewFlagSet("imi-comparator hello", flag.ContinueOnError)
	address := flags.String("listen", "", "`host:port` to listen on")
	if err := flags.Parse(args); err != nil {
		return err
	}
	server := &http.Server{Addr: *address, ReadHeaderTimeout: 5 * time.Second, IdleTimeout: time.Minute, Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(`{"hello":"world"}`)) // a client that went away needs no answer
	})}
	return server.ListenAndServe()
}
