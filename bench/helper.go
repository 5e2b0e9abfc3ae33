package bench

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/imi-ledger/imi/ledger"
)

// errNoComparator says what is missing.
var errNoComparator = errors.New("the program imi-comparator is not here: make bench builds it")

// helper is a process of the comparator's. It ends with this one.
type helper struct{ command *exec.Cmd }

// comparator finds the program beside this one, or where make puts it.
func comparator() (string, error) {
	folders := []string{"bin", filepath.Join("..", "bin")}
	if self, err := os.Executable(); err == nil {
		folders = append([]string{filepath.Dir(self)}, folders...)
	}
	for _, folder := range folders {
		program := filepath.Join(folder, "imi-comparator")
		if _, err := os.Stat(program); err == nil {
			return filepath.Abs(program)
		}
	}
	return "", errNoComparator
}

// startHelper starts the comparator under the same settings of Go's runtime as whom it is compared with.
func startHelper(folder string, settings []string, args ...string) (*helper, error) {
	program, err := comparator()
	if err != nil {
		return nil, err
	}
	h := &helper{exec.Command(program, args...)}
	h.command.Dir, h.command.Env = folder, append(without(os.Environ(), isGoSetting), settings...)
	h.command.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	return h, h.command.Start()
}

// environmentOf is what a process was started with; nothing where that cannot be read.
func environmentOf(pid int) []string {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/environ", pid))
	return strings.Split(strings.TrimRight(string(text), "\x00"), "\x00")
}

// goSettings are those variables that Go's runtime reads.
func goSettings(environment []string) []string {
	return without(environment, func(variable string) bool { return !isGoSetting(variable) })
}

func isGoSetting(variable string) bool {
	name, _, _ := strings.Cut(variable, "=")
	return slices.Contains([]string{"GOMAXPROCS", "GOGC", "GOMEMLIMIT", "GODEBUG"}, name)
}

func without(environment []string, unwanted func(string) bool) []string {
	return slices.DeleteFunc(slices.Clone(environment), unwanted)
}

func (h *helper) pid() int { return h.command.Process.Pid }

func (h *helper) end() {
	_ = h.command.Process.Kill() // it may have ended
	_ = h.command.Wait()         // killed
}

// freeAddress is a port of this machine that nobody listens on.
func freeAddress() (string, error) {
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

// awaitPort waits until somebody listens.
func awaitPort(ctx context.Context, address string) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	for {
		c, err := (&net.Dialer{}).DialContext(ctx, "tcp4", address)
		if err == nil {
			return c.Close()
		}
		if ctx.Err() != nil {
			return err
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// rawChaincode is what the comparator's chaincode is called.
const rawChaincode = "raw"

// deployRaw deploys the comparator's chaincode on the same peers and channel, under the same policy, when it is first
// needed.
func (d *district) deployRaw(ctx context.Context) error {
	if d.raw != nil {
		return nil
	}
	addresses := map[string]string{}
	for _, o := range d.network.Topology().Organisations {
		address, err := freeAddress()
		if err != nil {
			return err
		}
		addresses[o.MSPID] = address
	}
	servers, err := d.network.DeployBeside(ctx, rawChaincode, addresses)
	if err != nil {
		return err
	}
	for _, server := range servers {
		settings := goSettings(environmentOf(d.nodes[filepath.Base(server.Folder)]))
		h, err := startHelper(server.Folder, settings, append([]string{"put"}, server.Args...)...)
		if err != nil {
			return err
		}
		d.helpers = append(d.helpers, h)
		if err := awaitPort(ctx, addresses[server.Organisation]); err != nil {
			return err
		}
	}
	raw, err := d.dial(ctx, issuer, rawChaincode)
	if err != nil {
		return err
	}
	d.raw = raw
	return d.firstPut(ctx)
}

// firstPut repeats until the peers have learnt of the chaincode.
func (d *district) firstPut(ctx context.Context) error {
	size, err := d.putSize()
	if err != nil {
		return err
	}
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(200 * time.Millisecond) {
		if err = d.put(ctx, size); err == nil || time.Now().After(deadline) || ledger.CodeOf(err) == ledger.NotAllowed {
			return err
		}
	}
}

// hello starts the HTTP server that the gateway is compared with, under the same settings of Go's runtime: as many cores
// and the same garbage collection.
func (d *district) hello(ctx context.Context) (*helper, string, error) {
	address, err := freeAddress()
	if err != nil {
		return nil, "", err
	}
	settings := goSettings(environmentOf(d.nodes[askedGateway]))
	h, err := startHelper(d.network.Dir(), settings, "hello", "--listen", address)
	if err != nil {
		return nil, "", err
	}
	return h, address, awaitPort(ctx, address)
}
