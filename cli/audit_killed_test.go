package cli_test

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"testing"
)

// The hash of the genesis block of testdata/blocks/bft.blocks.gz.
const bftGenesis = "ebd7cbb5eb0f8aa5c97beec35c92f89ccc3392dfb90924c86ff5f6ff3fdedbe6"

// unpacked is a captured ledger as imi audit export writes it.
func unpacked(t *testing.T, name string) string {
	t.Helper()
	packed, err := os.Open("../testdata/blocks/" + name + ".blocks.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer packed.Close()
	reader, err := gzip.NewReader(packed)
	if err != nil {
		t.Fatal(err)
	}
	content, err := io.ReadAll(reader)
	path := filepath.Join(t.TempDir(), name+".blocks")
	if err == nil {
		err = os.WriteFile(path, content, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// reportOf runs an audit to its end and returns its report without what may differ from run to run.
func reportOf(t *testing.T, args []string) (report map[string]any, first float64) {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "imi", args...).Output()
	if err != nil {
		t.Fatalf("imi %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	if err := json.Unmarshal(out, &report); err != nil {
		t.Fatal(err)
	}
	first, _ = report["first"].(float64)
	for _, of := range []string{"first", "seconds", "checkpoint"} {
		delete(report, of)
	}
	return report, first
}

var (
	goingOn = regexp.MustCompile(`^going on at block (\d+), `)
	written = regexp.MustCompile(`^(\d+) of \d+ blocks, checkpoint written`)
)

// TestKilledAuditGoesOn kills the program again and again, at what it tells and in the middle of writing its checkpoint. Every
// next run goes on no earlier than the last checkpoint that was told of, and the report at the end is that of an audit nobody killed.
func TestKilledAuditGoesOn(t *testing.T) {
	args := []string{"audit", "run", "--file", unpacked(t, "bft"), "--genesis", bftGenesis, "-o", "json"}
	want, _ := reportOf(t, args)
	folder := t.TempDir()
	args = append(args, "--checkpoint", filepath.Join(folder, "ck"), "--checkpoint-every", "0")
	kept, halves := 0, 0
	for kills := 0; kept < 40; kills++ {
		before := kept
		at, half := killAudit(t, args, kept, 1+kills%3, filepath.Join(folder, ".ck.new"), kills%2 == 1)
		if kept = at; half {
			halves++
		}
		if kept < before {
			t.Fatalf("kill %d: block %d after block %d", kills, kept, before)
		}
		if kills > 200 {
			t.Fatal("it does not come to an end")
		}
	}
	got, first := reportOf(t, args)
	if first < 40 || !reflect.DeepEqual(got, want) {
		t.Errorf("began at %v\n got %v\nwant %v", first, got, want)
	}
	t.Logf("killed while writing: %d times", halves)
	if halves == 0 {
		t.Error("it was never killed while it wrote its checkpoint")
	}
	left, err := filepath.Glob(filepath.Join(folder, "*"))
	hidden, err2 := filepath.Glob(filepath.Join(folder, ".ck*"))
	if err != nil || err2 != nil || len(left) != 1 || len(hidden) != 0 {
		t.Errorf("left behind: %v %v", left, hidden)
	}
}

// killAudit runs an audit and kills it when it has told of so many checkpoints, or then while it writes the next one. It
// returns the last block that was told of, and whether a half written checkpoint was left.
func killAudit(t *testing.T, args []string, kept, checkpoints int, half string, inTheMiddle bool) (int, bool) {
	t.Helper()
	program := exec.CommandContext(t.Context(), "imi", args...)
	told, err := program.StderrPipe()
	if err == nil {
		err = program.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(told)
	for first := true; checkpoints > 0 && lines.Scan(); first = false {
		line := lines.Text()
		if m := goingOn.FindStringSubmatch(line); m != nil {
			if at, _ := strconv.Atoi(m[1]); !first || at < kept {
				t.Errorf("%q, but a checkpoint of block %d was told of", line, kept)
			}
		} else if first && kept > 0 {
			t.Errorf("it does not say where it goes on: %q", line)
		}
		if m := written.FindStringSubmatch(line); m != nil {
			kept, _ = strconv.Atoi(m[1])
			checkpoints--
		}
	}
	ended := make(chan struct{})
	go func() {
		_, _ = io.Copy(io.Discard, told) // whether it is killed or comes to its end before
		close(ended)
	}()
	for inTheMiddle {
		if _, err := os.Stat(half); err == nil {
			break
		}
		select {
		case <-ended:
			inTheMiddle = false
		default:
			runtime.Gosched()
		}
	}
	_ = program.Process.Kill() // it may have ended
	<-ended
	_ = program.Wait()
	_, err = os.Stat(half)
	return kept, err == nil
}

// TestTornCheckpointIsRefused cuts a real checkpoint everywhere a crash of another program could, and changes its bytes.
func TestTornCheckpointIsRefused(t *testing.T) {
	blocks, folder := unpacked(t, "bft"), t.TempDir()
	path := filepath.Join(folder, "ck")
	args := []string{"audit", "run", "--file", blocks, "--genesis", bftGenesis, "-o", "json", "--checkpoint", path}
	want, _ := reportOf(t, args)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	changed := map[string][]byte{"empty": {}, "doubled": append(append([]byte{}, whole...), whole...), "more": append(append([]byte{}, whole...), 0)}
	for part := range 8 {
		at := len(whole) * part / 8
		changed[fmt.Sprintf("cut at %d", at)] = whole[:at]
		bit := append([]byte{}, whole...)
		bit[at] ^= 1
		changed[fmt.Sprintf("bit in byte %d", at)] = bit
		zeroes := append([]byte{}, whole...) // as a file system leaves pages it did not get to write
		clear(zeroes[at:])
		changed[fmt.Sprintf("zeroes from %d", at)] = zeroes
	}
	for name, text := range changed {
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
		program := exec.CommandContext(t.Context(), "imi", args...)
		said, err := program.CombinedOutput()
		if program.ProcessState.ExitCode() != 2 || !strings.Contains(string(said), "it is damaged") || !strings.Contains(string(said), "delete this one") {
			t.Errorf("%s: %v, %s", name, err, said)
		}
		if left, err := os.ReadFile(path); err != nil || string(left) != string(text) {
			t.Errorf("%s: the file was changed (%v)", name, err)
		}
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if got, first := reportOf(t, args); first != 0 || !reflect.DeepEqual(got, want) {
		t.Errorf("from %v: %v", first, got)
	}
}
