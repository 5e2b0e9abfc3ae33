package gateway

import (
	"context"
	"errors"
	"flag"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"runtime/debug"
	"sync"
	"time"

	"github.com/imi-ledger/imi/evidence"
	"github.com/imi-ledger/imi/evidence/answer"
	"github.com/imi-ledger/imi/fabric"
	"github.com/imi-ledger/imi/gateway/index"
	"github.com/imi-ledger/imi/ledger"
)

// Run is the program imi-gateway: it serves, or rebuilds or checks the index, until it is done or ctx ends.
func Run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	task, name := run, "imi-gateway"
	if len(args) > 0 && args[0] == "rebuild" {
		task, name, args = rebuild, "imi-gateway rebuild", args[1:]
	} else if len(args) > 0 && args[0] == "check" {
		task, name, args = check, "imi-gateway check", args[1:]
	}
	o, err := ParseOptions(name, args, stderr)
	if errors.Is(err, flag.ErrHelp) {
		return nil
	}
	if err != nil {
		return err
	}
	return task(ctx, o, stdout, slog.New(slog.NewTextHandler(stderr, nil)))
}

// openCurrent opens the index, or begins it anew where an earlier version of this program left one of another schema.
func openCurrent(ctx context.Context, path, channel string, log *slog.Logger) (*index.Index, error) {
	store, err := index.Open(ctx, path, channel)
	if !errors.Is(err, index.ErrOutdated) {
		return store, err
	}
	log.Warn("the index is of an earlier version and is made anew from the peer's blocks", "file", path)
	if err := index.Remove(path); err != nil {
		return nil, err
	}
	return index.Open(ctx, path, channel)
}

// garbage lets the heap grow to three times what is in use before it is collected. What is in use is mostly remembered
// records and the state tree, which every collection walks over: at twice, Go's default, that took a sixth of the time of
// answering. The environment variable GOGC says otherwise.
const garbage = 200

// run serves until ctx ends.
func run(ctx context.Context, o Options, _ io.Writer, log *slog.Logger) error {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(garbage)
	}
	profile, client, err := dial(ctx, o, log)
	if err != nil {
		return err
	}
	defer client.Close()
	unlock, err := lockData(ctx, o.Data)
	if err != nil {
		return err
	}
	defer unlock()
	store, err := openCurrent(ctx, indexFile(o.Data), profile.Channel, log)
	if err != nil {
		return err
	}
	defer store.Close()
	listener, err := listen(o)
	if err != nil {
		return err
	}
	defer listener.Close()
	a, err := newAPI(ctx, o, profile, store, client, log, time.Now)
	if err != nil {
		return err
	}
	log.Info("serving", "url", urlOf(o, listener.Addr()), "organisation", profile.Organisation, "channel", profile.Channel,
		"blocks", a.follower.lag().Next)
	err = a.serve(ctx, o, listener)
	log.Info("stopped", "blocks", a.follower.lag().Next)
	return err
}

// serve follows the peer and answers clients. The follower goes last: those still being answered read what it fills.
func (a *api) serve(ctx context.Context, o Options, listener net.Listener) error {
	following, stop := context.WithCancel(context.WithoutCancel(ctx))
	var follower sync.WaitGroup
	follower.Go(func() { a.follower.run(following) })
	follower.Go(func() { a.witness.run(following) })
	follower.Go(func() { newHeadExchange(a.witness, o.Neighbours).run(following) })
	defer follower.Wait()
	defer stop()
	return serve(ctx, listener, a.handler(), a.log, o.Shutdown, func() { close(a.ending) })
}

// dial prepares the connections to the peers. It does not wait for them: a gateway whose peer is away still serves.
func dial(ctx context.Context, o Options, log *slog.Logger) (fabric.Profile, *fabric.Client, error) {
	profile, err := fabric.LoadProfile(o.Profile)
	if err != nil {
		return profile, nil, err
	}
	client, err := fabric.Dial(ctx, profile, fabric.Options{Connect: -1, Log: log})
	return profile, client, err
}

func newAPI(ctx context.Context, o Options, profile fabric.Profile, store *index.Index, peer Peer, log *slog.Logger,
	now func() time.Time,
) (*api, error) {
	witness, err := newWitness(o, profile, store, log, now)
	if err != nil {
		return nil, err
	}
	follower, err := newFollower(ctx, peer, witness, log, now)
	if err != nil {
		return nil, err
	}
	witness.level = func() time.Time { return follower.lag().CaughtUp }
	follower.moved = witness.settle
	store.Remember(o.Remember)
	a := &api{
		organisation: profile.Organisation, audience: o.Audience, maxLag: o.MaxLag, index: store, follower: follower, witness: witness,
		verifier: evidence.Verifier{Channel: profile.Channel, Source: store, MaxBehind: o.MaxLag,
			Memory: evidence.NewMemory(o.Remember)},
		memory: answer.NewMemory(o.Remember),
		nonces: newNonces(o.NonceLifetime, maxNonces, now), quota: newQuota(o.Quota, o.Streams, now),
		streams: make(chan struct{}, o.AllStreams), ending: make(chan struct{}), log: log, logAll: o.LogAll, now: now, overTLS: o.TLSCert != "",
	}
	if a.audience == "" {
		a.audience = "imi:" + profile.Organisation
	}
	a.metrics = newMetrics(follower.lag, a.nonces.count, witness.numbers, now)
	return a, nil
}

// newWitness prepares the signing of heads. It signs nothing before it runs.
func newWitness(o Options, profile fabric.Profile, store *index.Index, log *slog.Logger, now func() time.Time) (*witness, error) {
	found, err := openForks(filepath.Join(o.Data, "forks.json"), log)
	if err != nil {
		return nil, err
	}
	w := &witness{Index: store, organisation: ledger.MSPID(profile.Organisation), channel: profile.Channel, keyFile: o.HeadKey,
		cosigners: o.Cosigners, maxAge: o.MaxLag, forks: found, log: log, now: now}
	if o.Cosigners == 0 {
		w.keyFile = ""
	}
	return w, nil
}

func indexFile(data string) string { return filepath.Join(data, "index.db") }

// urlOf is where clients reach the gateway.
func urlOf(o Options, address net.Addr) string {
	switch {
	case o.PublicURL != "":
		return o.PublicURL
	case o.TLSCert != "":
		return "https://" + address.String()
	}
	return "http://" + address.String()
}
