package network

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// Stop ends every node in good order and keeps everything recorded. Gateways first, orderers last: nobody loses what
// they lean on.
func (n *Network) Stop(ctx context.Context) error {
	return n.locked(ctx, func() error { return n.stop(ctx) })
}

func (n *Network) stop(ctx context.Context) error {
	return n.step(ctx, "stop", limitStop, func(ctx context.Context) error {
		for _, kind := range []Kind{Gateway, Chaincode, Peer, Orderer} {
			if err := n.runtime().stop(ctx, n.ofKind(kind)); err != nil {
				return err
			}
		}
		return n.state.write(n.layout) // last, because a full disk must not keep any node running
	})
}

// Down is Stop, and removes what the runtime keeps outside the folder: containers and their network. The folder, and
// with it the ledger, stays; Up or Start carries on.
func (n *Network) Down(ctx context.Context) error {
	return n.locked(ctx, func() error { return n.down(ctx) })
}

func (n *Network) down(ctx context.Context) error {
	if err := n.stop(ctx); err != nil {
		return err
	}
	return n.step(ctx, "remove what runs", limitStop, n.runtime().down)
}

// Reset ends the network in dir and deletes it: what network made, and nothing else. It also removes networks that
// this program cannot run, those of another version; their processes it ends as far as their state names them.
func Reset(ctx context.Context, dir string, progress func(Step)) error {
	l, err := place(dir)
	if err != nil {
		return err
	}
	n := &Network{layout: l, state: &state{}, progress: progress}
	if err := n.exists(); err != nil {
		return err // and no folder is made for its lock
	}
	unlock, err := n.lock(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	if err := n.exists(); err != nil {
		return err // another Reset was faster
	}
	n.state = readAnyState(l)
	if n.state.Prepared {
		// On a full disk nobody can write down that the nodes are stopped; what deletes them need not.
		if err := n.down(ctx); err != nil && !errors.Is(err, syscall.ENOSPC) {
			return err
		}
	}
	return n.step(ctx, "delete the network's files", limitFiles, func(ctx context.Context) error {
		if cache, err := CacheDir(); err == nil {
			release(cache, l.dir, n.state.BasePort)
		}
		n.runtime().purge(ctx)
		if err := n.clear(); err != nil {
			return err
		}
		_ = os.Remove(l.lock())
		_ = os.Remove(l.dir) // only when nothing else is in it
		return nil
	})
}

// exists is ErrNoNetwork where no command has made a network.
func (n *Network) exists() error {
	if _, err := os.Stat(n.layout.state()); errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s: %w", n.layout.dir, ErrNoNetwork)
	}
	return nil
}

// clear removes exactly what network makes; see ours.
func (n *Network) clear() error {
	folders, _ := filepath.Glob(escapeGlob(n.layout.at("organisations")) + "/*")
	for _, folder := range folders {
		mine := append([]string{}, oursOrganisation...)
		roots, _ := filepath.Glob(escapeGlob(folder) + "/tls-ca-*.crt")
		for _, root := range roots {
			mine = append(mine, filepath.Base(root))
		}
		for _, name := range mine {
			if err := os.RemoveAll(filepath.Join(folder, name)); err != nil {
				return err
			}
		}
		_ = os.Remove(folder)
	}
	_ = os.Remove(n.layout.at("organisations"))
	for _, name := range ours {
		if err := os.RemoveAll(n.layout.at(name)); err != nil {
			return err
		}
	}
	return nil
}
