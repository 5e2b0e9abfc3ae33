package bench

import (
	"fmt"
	"os"
	"strconv"
	"syscall"
	"unsafe"
)

// Scheduling policies of Linux, see sched(7).
const (
	scheduleOther = 0
	scheduleBatch = 3
)

// giveWay has the threads of this process wait for their turn: woken by an answer, they do not take the core from the process
// that is answering (SCHED_BATCH). Clients on other machines would not take it either; here each answer of a server that is busier
// than its client would cost two changes between processes, and those of a server that is less busy would not. The returned
// function ends that. Processes that are started meanwhile would be scheduled likewise.
func giveWay() (end func() error, err error) {
	return func() error { return schedule(scheduleOther) }, schedule(scheduleBatch)
}

// schedule gives all threads of this process a policy; threads that are made later have that of the thread that makes them.
func schedule(policy uintptr) error {
	threads, err := os.ReadDir("/proc/self/task")
	if err != nil {
		return fmt.Errorf("scheduling: %w", err)
	}
	for _, t := range threads {
		id, err := strconv.Atoi(t.Name())
		if err != nil {
			return fmt.Errorf("scheduling: %w", err)
		}
		priority := int32(0) // all that struct sched_param has
		_, _, problem := syscall.Syscall(syscall.SYS_SCHED_SETSCHEDULER, uintptr(id), policy, uintptr(unsafe.Pointer(&priority)))
		if problem != 0 && problem != syscall.ESRCH { // it has ended meanwhile
			return fmt.Errorf("scheduling: %w", problem)
		}
	}
	return nil
}
