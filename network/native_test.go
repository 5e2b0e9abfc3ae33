package network

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// sleepingPeers puts a program in the place of Fabric's peer that does nothing for a while.
func sleepingPeers(t *testing.T) {
	t.Helper()
	t.Setenv("IMI_CACHE", t.TempDir())
	folder, err := FabricDir()
	if err == nil {
		err = writeFile(filepath.Join(folder, "peer"), []byte("#!/bin/sh\nexec sleep 60\n"), 0o700)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// unwritable lets no state be written any more, as a full disk would.
func unwritable(t *testing.T, n *Network) {
	t.Helper()
	if err := errors.Join(os.Remove(n.layout.state()), os.MkdirAll(filepath.Join(n.layout.state(), "x"), 0o700)); err != nil {
		t.Fatal(err)
	}
}

// A node that cannot be recorded may not run: nobody would ever end it.
func TestWhatCannotBeRecordedDoesNotRun(t *testing.T) {
	sleepingPeers(t)
	n := prepared(t, Native)
	unwritable(t, n)
	err := n.runtime().start(t.Context(), n.ofKind(Peer)[:1])
	for name, p := range n.state.Processes {
		if p.alive() {
			_, _ = p.stop(stopPatience)
			t.Errorf("%s runs", name)
		}
	}
	if err == nil || len(n.state.Processes) != 1 {
		t.Errorf("%v, %d processes", err, len(n.state.Processes))
	}
}

// A disk that is full keeps no node running, whatever Stop then says.
func TestStopOnAFullDisk(t *testing.T) {
	n := prepared(t, Native)
	peer, orderer := sleeper(t), sleeper(t)
	n.state.Processes = map[string]*process{"peer.police": peer, "orderer.audit": orderer}
	unwritable(t, n)
	if err := n.stop(t.Context()); err == nil {
		t.Error("no word of a state that was not written")
	}
	if peer.alive() || orderer.alive() {
		t.Errorf("still alive: peer %v, orderer %v", peer.alive(), orderer.alive())
	}
}

// Every port a node listens on is looked at before it starts: the node itself would not say who has it.
func TestStartNamesWhoHasAPort(t *testing.T) {
	sleepingPeers(t)
	n := prepared(t, Native)
	for _, port := range []func(Node) int{func(p Node) int { return p.Port }, Node.chaincodePort} {
		peer := n.ofKind(Peer)[0]
		taken, listener := listenOn(t, port(peer))
		err := n.runtime().start(t.Context(), []Node{peer})
		listener.Close()
		var who *PortTaken
		if !errors.As(err, &who) || who.Port != taken || n.state.Processes[peer.Name] != nil {
			t.Errorf("port %d: %v", taken, err)
		}
	}
}

// A full disk is told as what it is, also where only a node's log knows of it.
func TestFullDiskIsTold(t *testing.T) {
	n := prepared(t, Native)
	if err := writePublic(n.layout.log("peer.police"), []byte("panic: write data: "+syscall.ENOSPC.Error()+"\n\ngoroutine 1\n")); err != nil {
		t.Fatal(err)
	}
	const want = "free some space, or choose another folder with --dir"
	for _, cause := range []error{onNode("peer.police", errEnded), &os.PathError{Op: "write", Path: "x", Err: syscall.ENOSPC}} {
		var f *Failure
		if err := n.explain("start", cause); !errors.As(err, &f) || f.Remedy != want {
			t.Errorf("%v: %+v", cause, f)
		}
	}
}
