package bench

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"slices"
	"strconv"
	"time"
)

// caller asks one HTTP server over one connection, with as little work of its own as can be: it shares the cores with
// whom it asks, and its work is subtracted from neither side. It knows as much of HTTP as servers by net/http answer.
type caller struct {
	address    string
	connection net.Conn // nil: to be opened
	used       time.Time
	limited    time.Time // when its deadline was set
	in         *bufio.Reader
	request    []byte
	body       []byte // of the newest answer
	room       []byte // for bodies that come in pieces
}

// idleLimit is how long a connection may lie unused. Servers close those that do nothing, an untried one as soon as the
// time for a request's head is over (net/http's ReadHeaderTimeout, 5 s where this was met), and a question that meets that
// end is lost. So a connection that may have ended is not used but replaced, before anything is sent.
const idleLimit = 2 * time.Second

func (c *caller) dial() error {
	c.close()
	connection, err := net.DialTimeout("tcp4", c.address, callLimit)
	if err != nil {
		return err
	}
	c.connection, c.used, c.limited, c.in = connection, time.Now(), time.Time{}, bufio.NewReaderSize(connection, 64<<10)
	return nil
}

func (c *caller) close() {
	if c.connection != nil {
		_ = c.connection.Close() // nothing is under way
		c.connection = nil
	}
}

// callLimit bounds one question. It is set anew once a second.
const callLimit = 20 * time.Second

// post asks, and returns the status and the body, which lasts until the next question. Whatever fails once the question
// was sent is a wrong result: a server that serves answers.
func (c *caller) post(path string, body []byte) (int, []byte, error) {
	now := time.Now()
	if c.connection == nil || now.Sub(c.used) > idleLimit {
		if err := c.dial(); err != nil {
			return 0, nil, wrongf("%s takes no connection: %w", c.address, err)
		}
	}
	if now.Sub(c.limited) > time.Second {
		if err := c.connection.SetDeadline(now.Add(callLimit)); err != nil {
			return 0, nil, wrongf("%s: %w", c.address, err)
		}
		c.limited = now
	}
	status, last, err := c.exchange(path, body)
	if err != nil {
		c.close()
		return status, nil, wrongf("%s gives no whole answer to POST %s: %w", c.address, path, err)
	}
	if c.used = time.Now(); last {
		c.close()
	}
	return status, c.body, nil
}

func (c *caller) exchange(path string, body []byte) (status int, last bool, err error) {
	out := append(append(append(c.request[:0], "POST "...), path...), " HTTP/1.1\r\nHost: "...)
	out = append(append(out, c.address...), "\r\nContent-Type: application/json\r\nContent-Length: "...)
	out = append(strconv.AppendInt(out, int64(len(body)), 10), "\r\n\r\n"...)
	c.request = append(out, body...)
	if _, err := c.connection.Write(c.request); err != nil {
		return 0, false, err
	}
	status, length, last, err := c.head()
	if err != nil {
		return status, last, err
	}
	if length >= 0 && length <= c.in.Size() { // no need to copy it
		if c.body, err = c.in.Peek(length); err == nil {
			_, err = c.in.Discard(length)
		}
		return status, last, err
	}
	if c.room = c.room[:0]; length < 0 {
		err = c.chunks()
	} else {
		err = c.read(length)
	}
	c.body = c.room
	return status, last, err
}

var errHTTP = errors.New("this is not the HTTP that was expected")

// head reads the status, how long the body is (-1: it comes in chunks), and whether the connection ends with it.
func (c *caller) head() (status, length int, last bool, err error) {
	line, err := c.in.ReadSlice('\n')
	if err != nil {
		return 0, 0, false, err
	}
	if len(line) < 12 {
		return 0, 0, false, errHTTP
	}
	if status, err = strconv.Atoi(string(line[9:12])); err != nil {
		return 0, 0, false, errHTTP
	}
	length = -1
	for {
		if line, err = c.in.ReadSlice('\n'); err != nil {
			return status, 0, last, err
		}
		if line = bytes.TrimRight(line, "\r\n"); len(line) == 0 {
			return status, length, last, nil
		}
		if value, found := bytes.CutPrefix(line, []byte("Content-Length: ")); found {
			if length, err = strconv.Atoi(string(value)); err != nil || length < 0 {
				return status, 0, last, errHTTP
			}
		}
		last = last || bytes.Equal(line, []byte("Connection: close"))
	}
}

// read adds so many bytes to those of the body.
func (c *caller) read(count int) error {
	from := len(c.room)
	c.room = slices.Grow(c.room, count)[:from+count]
	_, err := io.ReadFull(c.in, c.room[from:])
	return err
}

func (c *caller) chunks() error {
	for {
		line, err := c.in.ReadSlice('\n')
		if err != nil {
			return err
		}
		size, err := strconv.ParseUint(string(bytes.TrimRight(line, "\r\n")), 16, 31)
		if err != nil {
			return errHTTP
		}
		if err := c.read(int(size)); err != nil {
			return err
		}
		if _, err := c.in.Discard(2); err != nil {
			return err
		}
		if size == 0 {
			return nil
		}
	}
}

// callers are connections to one server, which are opened at once: that is no part of what is measured.
func callers(ctx context.Context, address string, count int) ([]*caller, func(), error) {
	all := make([]*caller, count)
	for i := range all {
		all[i] = &caller{address: address}
	}
	end := func() {
		for _, c := range all {
			c.close()
		}
	}
	for _, c := range all {
		if err := errors.Join(ctx.Err(), c.dial()); err != nil {
			end()
			return nil, nil, err
		}
	}
	return all, end, nil
}
