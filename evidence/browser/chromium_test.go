package browser

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// chromium is a browser without a window, with all it writes in one folder.
type chromium struct {
	t       testing.TB
	command *exec.Cmd
	folder  string
	output  lockedBuffer
	ended   chan struct{}
	err     error // how it ended
}

// open starts a browser on a page. No browser is a failure and not a reason to skip: this test is the only one that shows
// that the module works.
func open(t testing.TB, url string) *chromium {
	t.Helper()
	program := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			program = path
			break
		}
	}
	if program == "" {
		t.Fatal("there is no Chromium to run the module in: apt-get install chromium")
	}
	folder, err := os.MkdirTemp("", "imi-browser-") // not t.TempDir, whose names are too long for Chromium's sockets
	if err != nil {
		t.Fatal(err)
	}
	c := &chromium{t: t, folder: folder, ended: make(chan struct{})}
	c.command = exec.Command(program, "--headless=new", "--no-sandbox", "--disable-gpu", "--user-data-dir="+folder, "--no-first-run",
		"--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-extensions", "--disable-breakpad",
		"--disable-dev-shm-usage", "--metrics-recording-only", url)
	c.command.Env = append(os.Environ(), "HOME="+folder, "TMPDIR="+folder, "XDG_CONFIG_HOME="+folder, "XDG_CACHE_HOME="+folder, "XDG_RUNTIME_DIR="+folder)
	c.command.Stdout, c.command.Stderr = &c.output, &c.output
	// A group of its own, to be ended as a whole; and none of it outlives a test that is ended from outside.
	c.command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	started := make(chan error)
	go func() {
		runtime.LockOSThread() // the death of this thread, not of the process, is what Pdeathsig watches
		defer runtime.UnlockOSThread()
		err := c.command.Start()
		started <- err
		if err == nil {
			c.err = c.command.Wait()
			close(c.ended)
		}
	}()
	if err := <-started; err != nil {
		t.Fatal(err)
	}
	return c
}

func (c *chromium) said() string { return c.output.text() }

// close ends the browser and sees that nothing of it is left.
func (c *chromium) close() {
	c.t.Helper()
	if err := syscall.Kill(-c.command.Process.Pid, syscall.SIGKILL); err != nil && err != syscall.ESRCH {
		c.t.Error(err)
	}
	<-c.ended
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		left := processesOf(c.folder)
		err := os.RemoveAll(c.folder)
		if len(left) == 0 && err == nil {
			return
		}
		if time.Now().After(deadline) {
			c.t.Errorf("the browser left processes %v and its folder %s (%v)", left, c.folder, err)
			return
		}
	}
}

// processesOf lists the processes that name the folder among their arguments, as every part of the browser does.
func processesOf(folder string) []string {
	var left []string
	files, _ := filepath.Glob("/proc/[0-9]*/cmdline") // fails for a wrong pattern only
	for _, name := range files {
		if text, err := os.ReadFile(name); err == nil && bytes.Contains(text, []byte(folder)) {
			left = append(left, strings.Split(name, "/")[2])
		}
	}
	return left
}

// lockedBuffer keeps the last of what was written, for when something went wrong.
type lockedBuffer struct {
	mu sync.Mutex
	b  []byte
}

// Write implements io.Writer.
func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.b = append(l.b, p...)
	l.b = l.b[max(0, len(l.b)-4096):]
	return len(p), nil
}

func (l *lockedBuffer) text() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return string(l.b)
}
