package network

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestParseStat(t *testing.T) {
	tail := " 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 4711 20"
	for stat, want := range map[string]uint64{
		"42 (peer) S" + tail:             4711,
		"42 (a ) S 9 (b) c) S" + tail:    4711, // a program may be called almost anything
		"42 (peer) Z" + tail:             0,    // dead, only not collected
		"42 (peer) S 1 2":                0,
		"":                               0,
		"42 (peer) S" + tail + "\n":      4711,
		"42 (\xff\xfe\n) R" + tail:       4711,
		"42 (peer) S" + tail[:40] + " -": 0,
	} {
		got, err := parseStat(stat)
		if got != want || (err == nil) != (want != 0) {
			t.Errorf("%q: %d, %v; want %d", stat, got, err, want)
		}
	}
}

func sleeper(t *testing.T) *process {
	t.Helper()
	dir := t.TempDir()
	p, err := spawn("/bin/sh", []string{"-c", "exec sleep 60"}, nil, dir, filepath.Join(dir, "log"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = p.stop(time.Second) })
	return p
}

func TestStopEndsOnlyTheRecordedProcess(t *testing.T) {
	p := sleeper(t)
	if !p.alive() {
		t.Fatal("the process does not run")
	}
	for name, other := range map[string]*process{
		"another start time": {PID: p.PID, Start: p.Start + 1, Boot: p.Boot},
		"another boot":       {PID: p.PID, Start: p.Start, Boot: "x"},
		"nobody":             nil,
		"init":               {PID: 1, Boot: p.Boot},
		"every process":      {PID: -1, Boot: p.Boot},
		"this group":         {PID: 0, Boot: p.Boot},
	} {
		if other.alive() {
			t.Errorf("%s passes for the recorded process", name)
		}
		if killed, err := other.stop(time.Millisecond); killed || err != nil || !p.alive() {
			t.Fatalf("%s: stop touched a process (%v, %v)", name, killed, err)
		}
	}
	if killed, err := p.stop(stopPatience); killed || err != nil || p.alive() {
		t.Errorf("stop: killed %v, %v, alive %v", killed, err, p.alive())
	}
	if _, err := p.stop(time.Second); err != nil {
		t.Errorf("stopping twice: %v", err)
	}
}

func TestStopInsists(t *testing.T) {
	dir := t.TempDir()
	ready := filepath.Join(dir, "ready")
	p, err := spawn("/bin/sh", []string{"-c", "trap '' TERM; : > ready; while :; do sleep 1; done"}, nil, dir, filepath.Join(dir, "log"))
	if err != nil {
		t.Fatal(err)
	}
	for range 6000 {
		if _, err := os.Stat(ready); err == nil {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	killed, err := p.stop(100 * time.Millisecond)
	if !killed || err != nil || p.alive() {
		t.Errorf("killed %v, %v, alive %v", killed, err, p.alive())
	}
}

func TestSpawnOfMissingProgram(t *testing.T) {
	dir := t.TempDir()
	if _, err := spawn(filepath.Join(dir, "none"), nil, nil, dir, filepath.Join(dir, "log")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}
