package bench

import (
	"bufio"
	"os"
	"runtime"
	"strconv"
	"strings"
)

// Machine describes what was measured on. Figures of two machines are not to be compared; ratios may be, with care.
type Machine struct {
	System    string  `json:"system"`
	Processor string  `json:"processor"`
	Cores     int     `json:"cores"`
	MemoryGiB float64 `json:"memoryGiB"`
	Go        string  `json:"go"`
	Load      string  `json:"load"` // averages of 1, 5 and 15 minutes before the run
}

// ThisMachine describes the machine as it is now. What cannot be found out stays empty.
func ThisMachine() Machine {
	m := Machine{System: runtime.GOOS + "/" + runtime.GOARCH, Cores: runtime.GOMAXPROCS(0), Go: runtime.Version(),
		Processor: lineOf("/proc/cpuinfo", "model name")}
	if release, err := os.ReadFile("/proc/sys/kernel/osrelease"); err == nil {
		m.System += " " + strings.TrimSpace(string(release))
	}
	kilobytes, _ := strconv.ParseFloat(strings.TrimSuffix(lineOf("/proc/meminfo", "MemTotal"), " kB"), 64)
	m.MemoryGiB = float64(int(kilobytes/(1<<20)*10)) / 10
	m.Load = loadNow()
	return m
}

func loadNow() string {
	text, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return ""
	}
	return strings.Join(strings.Fields(string(text))[:3], " ")
}

// ticks are what all cores did since the machine started, as /proc/stat counts it.
type ticks struct{ all, idle, stolen float64 }

func ticksNow() (t ticks) {
	text, _ := os.ReadFile("/proc/stat") // without it there is nothing to tell
	line, _, _ := strings.Cut(string(text), "\n")
	const idle, wait, stolen = 4, 5, 8
	for i, field := range strings.Fields(line) {
		if i == 0 || i > stolen { // guests' time is in users' time already
			continue
		}
		number, _ := strconv.ParseFloat(field, 64)
		t.all += number
		switch i {
		case idle, wait:
			t.idle += number
		case stolen:
			t.stolen += number
		}
	}
	return t
}

// Meanwhile is what else the machine did during a run. CPU times are not to be trusted where much was stolen.
type Meanwhile struct {
	Load   string  `json:"load"`   // averages at the end
	Idle   float64 `json:"idle"`   // share of all cores' time
	Stolen float64 `json:"stolen"` // share that the hypervisor gave to others
}

// since compares with what was before.
func since(before ticks) Meanwhile {
	now := ticksNow()
	all := max(now.all-before.all, 1)
	return Meanwhile{loadNow(), (now.idle - before.idle) / all, (now.stolen - before.stolen) / all}
}

// lineOf is what stands behind "name:" in a file of such lines.
func lineOf(path, name string) string {
	file, err := os.Open(path)
	if err != nil {
		return ""
	}
	defer file.Close()
	for lines := bufio.NewScanner(file); lines.Scan(); {
		key, value, found := strings.Cut(lines.Text(), ":")
		if found && strings.TrimSpace(key) == name {
			return strings.TrimSpace(value)
		}
	}
	return ""
}
