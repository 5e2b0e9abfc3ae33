package gateway

import (
	"context"
	"net"
	"net/http"
)

// net/http sends an answer that does not fit its buffer of 4 KB in several pieces. Each costs a system call and wakes the
// client, together as much as making the answer. So connections here can hold back what is written, and send it whole.

// wholeListener accepts connections that can hold back what is written.
type wholeListener struct{ *net.TCPListener }

func whole(l net.Listener) net.Listener {
	if tcp, ok := l.(*net.TCPListener); ok {
		return wholeListener{tcp}
	}
	return l
}

// Accept implements net.Listener.
func (l wholeListener) Accept() (net.Conn, error) {
	c, err := l.AcceptTCP()
	if err != nil {
		return nil, err
	}
	return &wholeConn{TCPConn: c}, nil
}

// wholeConn is a connection that only the goroutine that serves it writes to.
type wholeConn struct {
	*net.TCPConn
	held *[]byte // what is held back; nil: nothing is
}

// Write implements net.Conn.
func (c *wholeConn) Write(data []byte) (int, error) {
	if c.held == nil {
		return c.TCPConn.Write(data)
	}
	*c.held = append(*c.held, data...)
	return len(data), nil
}

// wholeKey is the key of a request's connection in its context.
type wholeKey struct{}

// withWhole is the ConnContext of a server.
func withWhole(ctx context.Context, c net.Conn) context.Context {
	if whole, ok := c.(*wholeConn); ok {
		return context.WithValue(ctx, wholeKey{}, whole)
	}
	return ctx
}

// sendWhole has an answer written, and sends it in one piece if the connection can.
func sendWhole(w http.ResponseWriter, r *http.Request, write func()) {
	c, ok := r.Context().Value(wholeKey{}).(*wholeConn)
	if !ok {
		write()
		return
	}
	c.held = answers.Get().(*[]byte)
	*c.held = (*c.held)[:0]
	defer func() {
		held := c.held
		c.held = nil
		_, _ = c.Write(*held) // a client that went away needs no answer
		giveBack(held)
	}()
	write()
	_ = http.NewResponseController(w).Flush() // into what is held
}
