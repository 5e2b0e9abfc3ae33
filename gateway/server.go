package gateway

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"
)

// Time-outs towards clients. Event streams set their own for each write.
const (
	readHeaderLimit = 5 * time.Second
	readLimit       = 20 * time.Second
	writeLimit      = 30 * time.Second
	idleLimit       = 60 * time.Second
	maxHeader       = 16 << 10
)

// serve answers requests on the listener until ctx ends, then lets those under way finish. stop is called first: it ends
// what would not end by itself.
func serve(ctx context.Context, listener net.Listener, handler http.Handler, log *slog.Logger, patience time.Duration, stop func()) error {
	server := newServer(handler, log)
	server.RegisterOnShutdown(stop)
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	select {
	case err := <-failed:
		return fmt.Errorf("serve: %w", err)
	case <-ctx.Done():
	}
	limited, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	err := server.Shutdown(limited)
	if errors.Is(err, context.DeadlineExceeded) {
		log.Warn("requests under way were cut off", "after", patience)
		return server.Close()
	}
	return err
}

func newServer(handler http.Handler, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: readHeaderLimit,
		ReadTimeout:       readLimit,
		WriteTimeout:      writeLimit,
		IdleTimeout:       idleLimit,
		MaxHeaderBytes:    maxHeader,
		ConnContext:       withWhole,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelDebug), // it names clients' addresses
	}
}

// listen opens the port, with TLS when there is a certificate.
func listen(o Options) (net.Listener, error) {
	listener, err := net.Listen("tcp", o.Listen)
	if err != nil {
		return nil, fmt.Errorf("listen: %w", err)
	}
	if o.TLSCert == "" {
		return whole(listener), nil
	}
	pair, err := tls.LoadX509KeyPair(o.TLSCert, o.TLSKey)
	if err != nil {
		_ = listener.Close() // the first error is the one to tell
		return nil, fmt.Errorf("TLS files: %w", err)
	}
	return tls.NewListener(listener, &tls.Config{
		MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{pair}, NextProtos: []string{"h2", "http/1.1"},
	}), nil
}
