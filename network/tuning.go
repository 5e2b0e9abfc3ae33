package network

import (
	"fmt"
	"os/exec"
	goruntime "runtime"
	"syscall"
	"time"
)

// What Go programs are told when sixteen of them share a machine. docs/performance.md has what it is worth.
const (
	// collectAt lets Fabric's nodes and chaincode collect garbage a quarter as often: they hold little and throw away
	// whole blocks. The limit keeps one that holds much from growing without bound.
	collectAt   = "GOGC=400"
	memoryLimit = "GOMEMLIMIT=1GiB"

	// timerSlack is how much later than asked the kernel may wake a thread. Every Go program has a thread that looks
	// after the others every 20 µs while it works; on a machine with more programs than cores these threads alone took
	// an eighth of the time. Linux's default is 50 µs.
	timerSlack = 500 * time.Microsecond
)

// runtimeTuning is for the nodes that do not answer queries. Each may use its organisation's share of the cores: more
// threads than that only get into one another's way.
func runtimeTuning() []string {
	share := max(1, goruntime.NumCPU()/len(BFT4().Organisations))
	return []string{collectAt, memoryLimit, fmt.Sprintf("GOMAXPROCS=%d", share)}
}

// startPatiently starts a program whose threads have the timer slack: they inherit it from the thread that starts it.
func startPatiently(cmd *exec.Cmd) error {
	goruntime.LockOSThread()
	defer goruntime.UnlockOSThread()
	setTimerSlack(timerSlack)
	defer setTimerSlack(0) // back to this program's own
	return cmd.Start()
}

// setTimerSlack is for the calling thread. Where the kernel does not do it, nodes are woken as often as before.
func setTimerSlack(d time.Duration) {
	_, _, _ = syscall.RawSyscall(syscall.SYS_PRCTL, syscall.PR_SET_TIMERSLACK, uintptr(d.Nanoseconds()), 0)
}
