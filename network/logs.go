package network

import (
	"context"
	"fmt"
	"io"
	"os"
	"time"
)

// LogOptions says which part of a log to write where.
type LogOptions struct {
	Lines  int  // how many of the last lines; 0 is 100
	Follow bool // go on until the context ends
	Out    io.Writer
}

// Logs writes a node's log.
func (n *Network) Logs(ctx context.Context, node string, o LogOptions) error {
	at, err := n.Node(node)
	if err != nil {
		return err
	}
	if o.Lines == 0 {
		o.Lines = 100
	}
	return n.runtime().logs(ctx, at, o)
}

func (r native) logs(ctx context.Context, node Node, o LogOptions) error {
	path := r.layout.log(node.Name)
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("%s has no log yet: %w", node.Name, err)
	}
	defer f.Close()
	for _, line := range tail(path, o.Lines) {
		if _, err := fmt.Fprintln(o.Out, line); err != nil {
			return err
		}
	}
	if !o.Follow {
		return nil
	}
	if _, err := f.Seek(0, io.SeekEnd); err != nil {
		return err
	}
	for {
		if _, err := io.Copy(o.Out, f); err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(200 * time.Millisecond):
		}
	}
}
