package gateway

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"net/url"
	"time"
)

// Options is how a gateway runs. The flags of imi-gateway set it; DefaultOptions and a profile run the demo.
type Options struct {
	Profile   string // file: who the gateway is and which peer is its own (fabric.Profile)
	Data      string // folder of the index; made when absent
	Listen    string // host:port
	PublicURL string // where clients reach it; empty: http://Listen
	Audience  string // what holders sign presentations for; empty: "imi:" and the organisation's MSPID
	TLSCert   string // file: certificate chain; empty: plain HTTP, for loopback and for use behind a proxy
	TLSKey    string // file: its private key

	HeadKey    string      // file: Ed25519 key that signs heads, PKCS #8 in PEM; may appear later; empty: no evidence in answers
	Neighbours []Neighbour // the other organisations' gateways
	Cosigners  int         // organisations, this one included, that must have signed a head for it to be evidence; 0: no evidence

	Remember int // records, and answers about them, kept in memory once they were asked about, at least; 0: none

	MaxLag        time.Duration // index not known to be current for longer: verdicts about now are indeterminate
	NonceLifetime time.Duration // at most 120 s
	Quota         float64       // requests per second of one client, on average; twice that at once
	Streams       int           // event streams of one client
	AllStreams    int           // event streams of all clients
	LogAll        bool          // log every request, not only those that were refused or failed
	Shutdown      time.Duration // how long requests under way may take after SIGTERM
}

// DefaultOptions returns the values flags have when they are not given.
func DefaultOptions() Options {
	return Options{
		Data: "imi-gateway.data", Listen: "127.0.0.1:7180",
		Cosigners: 3, Remember: 1 << 17,
		MaxLag: 30 * time.Second, NonceLifetime: maxNonceAge, Quota: 200, Streams: 20, AllStreams: 1000, Shutdown: 10 * time.Second,
	}
}

// ParseOptions reads flags; problems are explained on stderr.
func ParseOptions(name string, args []string, stderr io.Writer) (Options, error) {
	o := DefaultOptions()
	f := flag.NewFlagSet(name, flag.ContinueOnError)
	f.SetOutput(stderr)
	f.StringVar(&o.Profile, "profile", o.Profile, "JSON `file` that says who the gateway is and which peers it may use (needed)")
	f.StringVar(&o.Data, "data", o.Data, "`folder` of the index; made when absent")
	f.StringVar(&o.Listen, "listen", o.Listen, "`host:port` to serve on; port 0 takes a free one")
	f.StringVar(&o.PublicURL, "public-url", o.PublicURL, "`URL` at which clients reach the gateway (default the one it listens on)")
	f.StringVar(&o.Audience, "audience", o.Audience, "`text` that holders sign presentations for (default \"imi:\" and the profile's organisation)")
	f.StringVar(&o.TLSCert, "tls-cert", o.TLSCert, "PEM `file` with the certificate chain to serve HTTPS with (default plain HTTP)")
	f.StringVar(&o.TLSKey, "tls-key", o.TLSKey, "PEM `file` with the certificate's private key")
	f.StringVar(&o.HeadKey, "head-key", o.HeadKey, "PEM `file` with the Ed25519 key that signs heads; it may appear later (default: answers carry no evidence)")
	f.Func("neighbour", "`MSPID=URL` of another organisation's gateway, whose heads are fetched and compared; repeatable", func(text string) error {
		n, err := parseNeighbour(text)
		o.Neighbours = append(o.Neighbours, n)
		return err
	})
	f.IntVar(&o.Cosigners, "cosigners", o.Cosigners, "organisations that must have signed a head for it to be evidence; 0 turns evidence off")
	f.IntVar(&o.Remember, "remember", o.Remember, "records kept in memory once they were asked about, at least, and twice as many at most; each takes some 5 kB")
	f.DurationVar(&o.MaxLag, "max-lag", o.MaxLag, "answer \"indeterminate\" when the index was last known to be current longer ago")
	f.DurationVar(&o.NonceLifetime, "nonce-lifetime", o.NonceLifetime, "how long a nonce may be used, at most 2m0s")
	f.Float64Var(&o.Quota, "quota", o.Quota, "requests per second of one client; twice that at once")
	f.IntVar(&o.Streams, "streams", o.Streams, "event streams one client may have open")
	f.IntVar(&o.AllStreams, "all-streams", o.AllStreams, "event streams all clients together may have open")
	f.BoolVar(&o.LogAll, "log-all", o.LogAll, "log every request, not only those that were refused or failed")
	f.DurationVar(&o.Shutdown, "shutdown", o.Shutdown, "how long requests under way may take to end after SIGTERM")
	f.Usage = func() {
		fmt.Fprint(stderr, usage)
		f.PrintDefaults()
	}
	if err := f.Parse(args); err != nil {
		return o, err
	}
	if f.NArg() > 0 {
		return o, errors.New("only flags are known, and rebuild as the first word; see --help")
	}
	return o, o.check()
}

// maxCosigners is far more than a channel has organisations.
const maxCosigners = 100

const usage = `Usage: imi-gateway --profile FILE [flags]
       imi-gateway rebuild --profile FILE [--data FOLDER]

It serves the organisation's view of the ledger over HTTP. rebuild makes its index anew from block 0, prints the number of
blocks and the digest of the index, and says whether the former index was equal. The gateway must be stopped for it.

Flags:
`

// check refuses options that cannot work, naming the flag.
func (o Options) check() error {
	switch {
	case o.Profile == "":
		return errors.New("--profile is needed; see --help")
	case o.Data == "" || o.Listen == "":
		return errors.New("--data and --listen must not be empty")
	case (o.TLSCert == "") != (o.TLSKey == ""):
		return errors.New("--tls-cert and --tls-key go together")
	case o.Cosigners < 0 || o.Cosigners > maxCosigners:
		return fmt.Errorf("--cosigners must be 0 to %d", maxCosigners)
	case o.Remember < 0:
		return errors.New("--remember must not be negative")
	case o.MaxLag < time.Second || o.Shutdown < 0:
		return errors.New("--max-lag must be a second or more, --shutdown not negative")
	case o.NonceLifetime < time.Second || o.NonceLifetime > maxNonceAge:
		return fmt.Errorf("--nonce-lifetime must be 1s to %v", maxNonceAge)
	case !(o.Quota >= 1 && o.Quota <= 1e6) || o.Streams < 1 || o.AllStreams < 1:
		return errors.New("--quota, --streams and --all-streams must be 1 or more")
	}
	if o.PublicURL != "" {
		u, err := url.Parse(o.PublicURL)
		if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
			return errors.New("--public-url must be like https://gateway.example.org")
		}
	}
	return nil
}
