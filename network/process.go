package network

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// process is what is recorded of a child. The pid alone is not enough: after a crash or a restart of the machine
// somebody else may have it. With the start time and the boot it names one process for ever.
type process struct {
	PID   int    `json:"pid"`
	Start uint64 `json:"start"` // clock ticks since boot, field 22 of /proc/<pid>/stat
	Boot  string `json:"boot"`  // /proc/sys/kernel/random/boot_id
}

func bootID() string {
	text, _ := os.ReadFile("/proc/sys/kernel/random/boot_id")
	return strings.TrimSpace(string(text))
}

// startTime reads when a process began; a zombie counts as gone.
func startTime(pid int) (uint64, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, err
	}
	return parseStat(string(text))
}

// parseStat: the second field is the program's name in parentheses and may itself contain ") ", so count from the last.
func parseStat(stat string) (uint64, error) {
	end := strings.LastIndexByte(stat, ')')
	if end < 0 {
		return 0, fmt.Errorf("process status %q has no name", stat)
	}
	fields := strings.Fields(stat[end+1:])
	const state, start = 0, 19 // fields 3 and 22
	if len(fields) <= start {
		return 0, fmt.Errorf("process status has %d fields after the name", len(fields))
	}
	if fields[state] == "Z" || fields[state] == "X" {
		return 0, os.ErrProcessDone
	}
	return strconv.ParseUint(fields[start], 10, 64)
}

// spawn starts a program in a session of its own, so that it outlives this command and its terminal.
func spawn(program string, args, env []string, dir, logFile string) (*process, error) {
	out, err := os.OpenFile(logFile, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	defer out.Close()
	cmd := exec.Command(program, args...)
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = dir, env, out, out
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := startPatiently(cmd); err != nil {
		return nil, err
	}
	start, err := startTime(cmd.Process.Pid)
	// While this command lives it is the parent: collect the child, or its death would leave a zombie.
	go func() { _ = cmd.Wait() }()
	if err != nil {
		return nil, fmt.Errorf("%s ended at once: %w", program, err)
	}
	return &process{PID: cmd.Process.Pid, Start: start, Boot: bootID()}, nil
}

// find returns a handle on the recorded process, or nil when it is gone. The handle is taken before the check: it
// stays bound to that process (a pidfd), so that a signal sent through it cannot reach a later owner of the pid.
func (p *process) find() *os.Process {
	if p == nil || p.PID <= 1 || p.Boot != bootID() {
		return nil
	}
	handle, err := os.FindProcess(p.PID)
	if err != nil {
		return nil
	}
	if start, err := startTime(p.PID); err != nil || start != p.Start {
		_ = handle.Release()
		return nil
	}
	return handle
}

func (p *process) alive() bool {
	handle := p.find()
	if handle == nil {
		return false
	}
	_ = handle.Release()
	return true
}

// stop asks, waits, and then insists. It returns whether the process had to be killed.
func (p *process) stop(patience time.Duration) (killed bool, err error) {
	handle := p.find()
	if handle == nil {
		return false, nil
	}
	defer func() { _ = handle.Release() }()
	if err := handle.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return false, err
	}
	if p.gone(patience) {
		return false, nil
	}
	if err := handle.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return true, err
	}
	if !p.gone(patience) {
		return true, fmt.Errorf("process %d does not end, not even by SIGKILL", p.PID)
	}
	return true, nil
}

func (p *process) gone(patience time.Duration) bool {
	for deadline := time.Now().Add(patience); ; time.Sleep(5 * time.Millisecond) {
		if !p.alive() {
			return true
		}
		if time.Now().After(deadline) {
			return false
		}
	}
}
