package network

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

func TestTakenPortNamesItsOwner(t *testing.T) {
	port, listener := listenOn(t, 0)
	defer listener.Close()
	err := checkPorts(map[int]string{port: "peer.police"})
	var taken *PortTaken
	if !errors.As(err, &taken) || taken.Port != port || taken.For != "peer.police" {
		t.Fatalf("got %v", err)
	}
	if want := fmt.Sprintf("process %d (", os.Getpid()); !strings.HasPrefix(taken.Owner, want) {
		t.Errorf("owner %q, want %s…", taken.Owner, want)
	}
	listener.Close()
	if err := checkPorts(map[int]string{port: "peer.police"}); err != nil {
		t.Errorf("a free port is refused: %v", err)
	}
}

func TestListenerInode(t *testing.T) {
	table := `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1B58 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 777 1 0 100 0 0 10 0
   1: 0100007F:1B59 0100007F:1B58 01 00000000:00000000 00:00000000 00000000     0        0 888 1 0 20 4 30 10 -1
`
	for port, want := range map[int]string{7000: "777", 7001: "", 7002: ""} {
		if got := listenerInode(table, port); got != want {
			t.Errorf("port %d: %q, want %q", port, got, want)
		}
	}
}

// inUse reports whether something holds a port of the block at a base.
func inUse(base int) bool {
	used := occupied()
	for port := range portsOf(BFT4(), base, true) {
		if used[port] {
			return true
		}
	}
	return false
}

func TestReservations(t *testing.T) {
	cache, one, two := t.TempDir(), t.TempDir(), t.TempDir()
	first, err := choosePorts(cache, one, BFT4())
	if err != nil {
		t.Fatal(err)
	}
	second, err := choosePorts(cache, two, BFT4())
	if err != nil || first == second {
		t.Fatalf("two networks got %d and %d, %v", first, second, err)
	}
	again, err := choosePorts(cache, one, BFT4())
	for tries := 0; err == nil && again != first && inUse(first) && tries < 10; tries++ { // somebody began to listen there meanwhile
		first = again
		again, err = choosePorts(cache, one, BFT4())
	}
	if err != nil || again != first {
		t.Errorf("the same network got %d, then %d, %v", first, again, err)
	}
	// A reservation whose folder never became a network is taken over once it is old enough to be sure.
	file := filepath.Join(cache, "ports", strconv.Itoa(first))
	if reserve(file, first, two) {
		t.Error("a fresh reservation was taken over")
	}
	old := time.Now().Add(-time.Hour)
	if err := os.Chtimes(file, old, old); err != nil {
		t.Fatal(err)
	}
	if !reserve(file, first, two) {
		t.Error("an abandoned reservation was not taken over")
	}
	release(cache, one, first)
	if _, err := os.Stat(file); err != nil {
		t.Error("release gave back somebody else's block")
	}
	release(cache, two, first)
	if _, err := os.Stat(file); err == nil {
		t.Error("release kept the block")
	}
}
