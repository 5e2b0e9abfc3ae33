package bench

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// tick is the unit of times in /proc/<pid>/stat: Linux has 100 of them in a second on every architecture Go runs on.
const tick = 10 * time.Millisecond

// spent is the CPU time that processes have used so far; 0 stands for this process. One that has ended counts nothing.
func spent(processes ...int) time.Duration {
	var sum time.Duration
	for _, pid := range processes {
		if pid == 0 {
			sum += own()
			continue
		}
		text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
		if err != nil {
			continue
		}
		sum += ticksOf(string(text))
	}
	return sum
}

// ticksOf adds user and system time, fields 14 and 15. The name, field 2, may hold anything, so they are counted from its end.
func ticksOf(stat string) time.Duration {
	fields := strings.Fields(stat[strings.LastIndexByte(stat, ')')+1:])
	const user, system = 11, 12
	if len(fields) <= system {
		return 0
	}
	u, _ := strconv.ParseUint(fields[user], 10, 64)
	s, _ := strconv.ParseUint(fields[system], 10, 64)
	return time.Duration(u+s) * tick
}

func own() time.Duration {
	var usage syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &usage) != nil {
		return 0
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
