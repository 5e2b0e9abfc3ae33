package network

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Verdict is how a check came out.
type Verdict string

// A warning does not keep the network from running.
const (
	Good    Verdict = "good"
	Warning Verdict = "warning"
	Bad     Verdict = "bad"
)

// Check is one thing the doctor looked at: what it found, and what to do when that is not good.
type Check struct {
	Name    string  `json:"name"`
	Verdict Verdict `json:"verdict"`
	Found   string  `json:"found"`
	Remedy  string  `json:"remedy,omitempty"`
}

// Doctor looks for the usual troubles of this machine and of the network in dir, if there is one. It changes nothing.
func Doctor(ctx context.Context, dir string) ([]Check, error) {
	l, err := place(dir)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	state, found := checkState(l)
	checks := []Check{checkGo(ctx), checkFabric(), checkPrograms(), checkDisk(l.dir), checkClock(l), checkInterface(), checkProc()}
	engine := checkDocker(ctx, state != nil && state.Runtime == Docker)
	checks = append(append(checks, engine...), found)
	if state == nil {
		return checks, nil
	}
	n := &Network{layout: l, state: state}
	checks = append(checks, n.checkKeys(), n.checkCertificates(time.Now()), n.checkLogs(logLarge))
	if engine[0].Verdict == Bad {
		return checks, nil // nobody can tell how its nodes are
	}
	return append(checks, n.checkProcesses(), n.checkPortsHeld(ctx), n.checkNodes(ctx)), nil
}

func checkGo(ctx context.Context) Check {
	c := Check{Name: "Go", Verdict: Good}
	out, err := exec.CommandContext(ctx, "go", "env", "GOVERSION").Output()
	c.Found = strings.TrimSpace(string(out))
	m := regexp.MustCompile(`^go1\.(\d+)`).FindStringSubmatch(c.Found)
	switch {
	case err != nil:
		c.Verdict, c.Found, c.Remedy = Warning, "not found; it is needed only to build programs", "install Go 1.26 from https://go.dev/dl"
	case m != nil:
		if minor, _ := strconv.Atoi(m[1]); minor < 26 {
			c.Verdict, c.Remedy = Warning, "install Go 1.26 or later from https://go.dev/dl"
		}
	}
	return c
}

func checkFabric() Check {
	c := Check{Name: "Fabric's programs", Verdict: Good}
	dir, err := FabricDir()
	switch {
	case err != nil:
		c.Verdict, c.Found, c.Remedy = Bad, err.Error(), "set IMI_CACHE to a folder"
	case fabricBuilt(dir):
		c.Found = FabricVersion + ", " + dir
	default:
		c.Found, c.Verdict, c.Remedy = "not built yet: "+dir, Warning, "imi network up builds them, about a minute"
		if _, err := fabricSource(); err != nil {
			c.Verdict, c.Remedy = Bad, err.Error()
		}
	}
	return c
}

func checkPrograms() Check {
	c := Check{Name: "own programs", Verdict: Good}
	p, err := Programs{}.resolve()
	if err != nil {
		c.Verdict, c.Found, c.Remedy = Bad, err.Error(), "make build"
		return c
	}
	c.Found = p.Chaincode + ", " + p.Gateway + ", " + p.Builder
	for _, path := range []string{p.Chaincode, p.Gateway, p.Builder} {
		if err := checkStatic(path); err != nil {
			c.Verdict, c.Found, c.Remedy = Warning, err.Error(), "make build (Docker needs static programs)"
		}
	}
	return c
}

// Disk space: a network starts with 100 MB; a ledger of a million records grows to a few GB.
const (
	diskBad     = 500 << 20
	diskWarning = 3 << 30
)

func checkDisk(dir string) Check {
	c := Check{Name: "disk space", Verdict: Good}
	for dir != filepath.Dir(dir) {
		if _, err := os.Stat(dir); err == nil {
			break
		}
		dir = filepath.Dir(dir)
	}
	var fs syscall.Statfs_t
	if err := syscall.Statfs(dir, &fs); err != nil {
		return Check{Name: c.Name, Verdict: Warning, Found: err.Error(), Remedy: "look at the disk of " + dir}
	}
	free := uint64(fs.Bavail) * uint64(fs.Bsize)
	c.Found = fmt.Sprintf("%.1f GB free at %s", float64(free)/(1<<30), dir)
	switch {
	case free < diskBad:
		c.Verdict, c.Remedy = Bad, "free some space, or choose another folder with --dir"
	case free < diskWarning:
		c.Verdict, c.Remedy = Warning, "enough for trying things out; free some space for more"
	}
	return c
}

// checkClock compares the clock with the files it wrote: peers refuse proposals that are 15 minutes off, and
// certificates made in the future are not valid yet.
func checkClock(l layout) Check {
	c := Check{Name: "clock", Verdict: Good, Found: time.Now().UTC().Format(time.RFC3339)}
	newest := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	if info, err := os.Stat(l.genesis()); err == nil {
		newest = info.ModTime()
	}
	if time.Now().Before(newest.Add(-backdated)) {
		c.Verdict, c.Found = Bad, c.Found+" is before "+newest.UTC().Format(time.RFC3339)+", when this network was made"
		c.Remedy = "set the clock of this machine"
	}
	return c
}

// checkInterface: Fabric's peer does not start on a machine that has only a loopback interface.
func checkInterface() Check {
	c := Check{Name: "network interface", Verdict: Bad, Found: "only loopback", Remedy: "connect any network: Fabric's peer insists on a second IPv4 address, though it does not use it"}
	addresses, err := net.InterfaceAddrs()
	for _, a := range addresses {
		if ip, ok := a.(*net.IPNet); err == nil && ok && !ip.IP.IsLoopback() && ip.IP.To4() != nil {
			return Check{Name: c.Name, Verdict: Good, Found: "there is one beside loopback"}
		}
	}
	return c
}

func checkProc() Check {
	if start, err := startTime(os.Getpid()); err != nil || start == 0 || bootID() == "" {
		return Check{Name: "/proc", Verdict: Bad, Found: "cannot read process start times", Remedy: "the native runtime needs Linux with /proc; use --runtime docker"}
	}
	return Check{Name: "/proc", Verdict: Good, Found: "process start times can be read"}
}

// checkState looks at network.json; the state is nil unless there is one to look at further.
func checkState(l layout) (*state, Check) {
	c := Check{Name: "network", Verdict: Good}
	s, err := readState(l)
	var knows interface{ Remedy() string }
	switch {
	case errors.Is(err, ErrNoNetwork):
		c.Verdict, c.Found, c.Remedy = Warning, "there is none in "+l.dir, "imi network up --dir "+shellQuote(l.dir)
	case errors.As(err, &knows):
		c.Verdict, c.Found, c.Remedy = Bad, err.Error(), knows.Remedy()
	case err != nil:
		c.Verdict, c.Found, c.Remedy = Bad, err.Error(), "look at the permissions of "+l.dir
	case !s.Prepared || !s.Deployed:
		c.Verdict, c.Found, c.Remedy = Warning, "it was never brought up completely", "imi network up --dir "+shellQuote(l.dir)
		if !s.Prepared {
			s = nil
		}
	default:
		c.Found = fmt.Sprintf("%s, %s, Fabric %s, made %s", s.Topology.Name, s.Runtime, s.Fabric, s.Created.Format(time.RFC3339))
	}
	return s, c
}

// checkKeys walks the folder for private keys that others could read.
func (n *Network) checkKeys() Check {
	c := Check{Name: "private keys", Verdict: Good}
	count, open := 0, []string{}
	err := n.layout.walk(func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".key") && filepath.Base(filepath.Dir(path)) != "keystore" {
			return err
		}
		count++
		if info, err := entry.Info(); err == nil && info.Mode().Perm()&0o077 != 0 {
			open = append(open, path)
		}
		return nil
	})
	c.Found = fmt.Sprintf("%d, all readable by their owner only", count)
	switch {
	case err != nil:
		c.Verdict, c.Found, c.Remedy = Bad, err.Error(), "look at the permissions of "+n.layout.dir
	case len(open) > 0:
		c.Verdict, c.Found = Bad, fmt.Sprintf("%d of %d can be read by others, the first: %s", len(open), count, open[0])
		c.Remedy = "find " + shellQuote(n.layout.dir) + " \\( -name '*.key' -o -path '*/keystore/*' \\) -type f -exec chmod 600 {} +"
	}
	return c
}
