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

// schedule gives all threads of this process a policy. A thread that is made meanwhile has that of the thread that makes it, so
// they are listed until none is new.
func schedule(policy uintptr) error {
	done := map[string]bool{}
	for more := true; more; {
		threads, err := os.ReadDir("/proc/self/task")
		if err != nil {
			return fmt.Errorf("scheduling: %w", err)
		}
		more = false
		for _, t := range threads {
			if done[t.Name()] {
				continue
			}
			if err := scheduleThread(t.Name(), policy); err != nil {
				return fmt.Errorf("scheduling: %w", err)
			}
			done[t.Name()], more = true, true
		}
	}
	return nil
}

func scheduleThread(name string, policy uintptr) error {
	id, err := strconv.Atoi(name)
	if err != nil {
		return err
	}
	priority := int32(0) // all that struct sched_param has
	_, _, problem := syscall.Syscall(syscall.SYS_SCHED_SETSCHEDULER, uintptr(id), policy, uintptr(unsafe.Pointer(&priority)))
	if problem != 0 && problem != syscall.ESRCH { // it has ended meanwhile
		return problem
	}
	return nil
}
