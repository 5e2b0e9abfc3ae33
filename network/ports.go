package network

import (
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Automatic ports come in blocks below the range the kernel hands to outgoing connections (32768 upward), or a
// stopped network could find its ports taken by some program's connection when it comes back.
const (
	firstBase = 7000
	lastBase  = 31900
	baseStep  = portsPerOrganisation * maxOrganisations
)

// What a base port that is asked for may be: no port of the system's, and room behind it for every organisation.
const (
	LowestPort  = 1024
	HighestPort = 65000
)

// PortTaken names who holds a port that a network needs.
type PortTaken struct {
	Port  int
	For   string // the node that wants it
	Owner string // "process 4711 (nginx)" or "unknown"
}

// Error implements error.
func (e *PortTaken) Error() string {
	return fmt.Sprintf("port %d, wanted by %s, is taken by %s", e.Port, e.For, e.Owner)
}

// Remedy tells the user what to do.
func (e *PortTaken) Remedy() string {
	return "end that program, or choose other ports for a new network with --port, or leave it out to have free ones found"
}

// portFree tries to listen, which is the only answer that counts.
func portFree(port int) bool {
	listener, err := net.Listen("tcp4", loopback(port))
	if err != nil {
		return false
	}
	return listener.Close() == nil
}

// staysTaken tries a few times: another program that is only trying the port, as we do, is gone in a moment.
func staysTaken(port int) bool {
	for range 5 {
		if portFree(port) {
			return false
		}
		time.Sleep(100 * time.Millisecond)
	}
	return true
}

// occupied reads which local ports are in use without touching them: trying ports that belong to another network could
// be just what keeps its node from starting. Connections that are only fading out (TIME_WAIT, 06) do not count.
func occupied() map[int]bool {
	out := map[int]bool{}
	for _, name := range []string{"/proc/net/tcp", "/proc/net/tcp6"} {
		text, _ := os.ReadFile(name)
		for line := range strings.Lines(string(text)) {
			fields := strings.Fields(line)
			if len(fields) < 4 || fields[3] == "06" {
				continue
			}
			_, hex, _ := strings.Cut(fields[1], ":")
			if port, err := strconv.ParseUint(hex, 16, 16); err == nil {
				out[int(port)] = true
			}
		}
	}
	return out
}

// checkPorts returns a *PortTaken for the first port that something else holds.
func checkPorts(wanted map[int]string) error {
	var ports []int
	for port := range wanted {
		ports = append(ports, port)
	}
	slices.Sort(ports)
	for _, port := range ports {
		if staysTaken(port) {
			return &PortTaken{Port: port, For: wanted[port], Owner: portOwner(port)}
		}
	}
	return nil
}

// choosePorts finds a block of free ports and reserves it for dir. A reservation is a file named after the block; it
// keeps two networks apart even while one of them is stopped.
func choosePorts(cache, dir string, t Topology) (int, error) {
	folder := filepath.Join(cache, "ports")
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return 0, noCache(err)
	}
	used := occupied()
	for base := firstBase; base <= lastBase; base += baseStep {
		free := true
		for port := range portsOf(t, base, true) {
			free = free && !used[port]
		}
		if free && reserve(filepath.Join(folder, strconv.Itoa(base)), base, dir) {
			return base, nil
		}
	}
	return 0, fmt.Errorf("no block of %d free ports between %d and %d", baseStep, firstBase, lastBase+baseStep)
}

// reserve claims a block, taking over claims whose network is gone.
func reserve(file string, base int, dir string) bool {
	for range 2 {
		f, err := os.OpenFile(file, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
		if err == nil {
			_, err = f.WriteString(dir)
			return f.Close() == nil && err == nil
		}
		if !errors.Is(err, os.ErrExist) {
			return false
		}
		owner, err := os.ReadFile(file)
		if err == nil && string(owner) == dir {
			return true
		}
		if err != nil || !abandoned(file, string(owner), base) || os.Remove(file) != nil {
			return false
		}
	}
	return false
}

// abandoned: the claimed folder no longer holds a network at that base. A fresh claim may not have written its state
// yet, so only older ones count.
func abandoned(file, dir string, base int) bool {
	info, err := os.Stat(file)
	if err != nil || time.Since(info.ModTime()) < time.Minute {
		return false
	}
	s, err := readState(layout{dir})
	return err != nil || s.BasePort != base
}

// release gives a block back.
func release(cache, dir string, base int) {
	file := filepath.Join(cache, "ports", strconv.Itoa(base))
	if owner, err := os.ReadFile(file); err == nil && string(owner) == dir {
		_ = os.Remove(file)
	}
}

// portOwner finds who listens on a port: the socket's inode from /proc/net/tcp, then the process that has it open.
func portOwner(port int) string {
	for _, table := range []string{"/proc/net/tcp", "/proc/net/tcp6"} {
		text, err := os.ReadFile(table)
		if err != nil {
			continue
		}
		if inode := listenerInode(string(text), port); inode != "" {
			if owner := socketOwner(inode); owner != "" {
				return owner
			}
		}
	}
	return "a process that cannot be named (another user's, or a container's)"
}

// listenerInode reads /proc/net/tcp: local address and port in hexadecimal, state 0A is LISTEN, inode tenth.
func listenerInode(table string, port int) string {
	suffix := fmt.Sprintf(":%04X", port)
	for line := range strings.Lines(table) {
		fields := strings.Fields(line)
		if len(fields) > 9 && strings.HasSuffix(fields[1], suffix) && fields[3] == "0A" {
			return fields[9]
		}
	}
	return ""
}

func socketOwner(inode string) string {
	want := "socket:[" + inode + "]"
	links, _ := filepath.Glob("/proc/[0-9]*/fd/*")
	for _, link := range links {
		if target, err := os.Readlink(link); err != nil || target != want {
			continue
		}
		pid := strings.Split(link, "/")[2]
		name, _ := os.ReadFile("/proc/" + pid + "/comm")
		return fmt.Sprintf("process %s (%s)", pid, strings.TrimSpace(string(name)))
	}
	return ""
}
