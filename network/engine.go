package network

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"time"
)

// EngineAway says that the Docker engine does not answer, so that nothing is known of its containers.
type EngineAway struct{ Cause error }

// Error implements error.
func (e *EngineAway) Error() string {
	return fmt.Sprintf("the Docker engine does not answer: %s", e.Cause)
}

// Unwrap gives the cause.
func (e *EngineAway) Unwrap() error { return e.Cause }

// Remedy tells the user what to do.
func (e *EngineAway) Remedy() string { return "start Docker, or use --runtime native" }

// engineLimit is how long the engine may take for a question that costs it nothing.
var engineLimit = 15 * time.Second

// ask puts such a question to the engine.
func ask(ctx context.Context, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, engineLimit)
	defer cancel()
	return run(ctx, append([]string{"docker"}, args...)...)
}

// engineVersion asks the one question every engine answers.
func engineVersion(ctx context.Context) (string, error) {
	out, err := ask(ctx, "version", "--format", "{{.Server.Version}}")
	if err != nil {
		return "", &EngineAway{err}
	}
	return strings.TrimSpace(out), nil
}

// containers is what was last seen of the project's containers.
type containers struct {
	at   time.Time
	pids map[string]int // by service; 0 is not running
	ids  map[string]string
	uses map[string]string // the image it was made from
}

// seenFor is how long an answer of the engine is believed: waiting loops ask many times a second.
const seenFor = time.Second

func (r docker) sawLately() bool { return r.seen != nil && time.Since(r.seen.at) < seenFor }

// look asks the engine which containers of this project exist and run.
func (r docker) look(ctx context.Context) (*containers, error) {
	r.looking.Lock()
	defer r.looking.Unlock()
	if r.sawLately() {
		return r.seen, nil
	}
	ids, err := ask(ctx, "ps", "-aq", "--no-trunc", "--filter", "label=com.docker.compose.project="+r.state.Project)
	if err != nil {
		return nil, &EngineAway{err}
	}
	out := &containers{at: time.Now(), pids: map[string]int{}, ids: map[string]string{}, uses: map[string]string{}}
	if list := strings.Fields(ids); len(list) > 0 {
		format := `{{index .Config.Labels "com.docker.compose.service"}} {{.Id}} {{.State.Pid}} {{.Config.Image}}`
		text, err := ask(ctx, append([]string{"inspect", "--format", format}, list...)...)
		if err != nil {
			return nil, err
		}
		for line := range strings.Lines(text) {
			if f := strings.Fields(line); len(f) == 4 {
				out.ids[f[0]], out.uses[f[0]] = f[1], f[3]
				out.pids[f[0]], _ = strconv.Atoi(f[2])
			}
		}
	}
	r.seen = out
	return out, nil
}

// ComposeProgram is `docker compose` where the plugin is installed, else docker-compose.
func ComposeProgram(ctx context.Context) ([]string, error) {
	if exec.CommandContext(ctx, "docker", "compose", "version").Run() == nil {
		return []string{"docker", "compose"}, nil
	}
	if _, err := exec.LookPath("docker-compose"); err == nil {
		return []string{"docker-compose"}, nil // it is written in Python, and takes half a second to say its version
	}
	if err := context.Cause(ctx); err != nil {
		return nil, fmt.Errorf("ask for the version of Docker Compose: %w", err) // there was no time to find out
	}
	return nil, &remedied{errors.New("neither `docker compose` nor docker-compose answers"), "install Docker Compose, or use --runtime native"}
}

// compose runs the compose program on this network's project. An Up that failed before it wrote the compose file started
// no container: then there is nothing to stop or remove.
func (r docker) compose(ctx context.Context, args ...string) error {
	file := r.layout.docker("compose.yaml")
	if _, err := os.Stat(file); errors.Is(err, fs.ErrNotExist) && args[0] != "up" {
		return nil
	}
	program, err := r.composeProgram(ctx)
	if err != nil {
		return err
	}
	_, err = run(ctx, append(append(slices.Clip(program), "-p", r.state.Project, "-f", file), args...)...)
	r.looking.Lock()
	defer r.looking.Unlock()
	r.seen = nil
	return err
}

// composeProgram looks for the compose program once.
func (r docker) composeProgram(ctx context.Context) ([]string, error) {
	r.looking.Lock()
	defer r.looking.Unlock()
	if !r.sawLately() {
		if _, err := engineVersion(ctx); err != nil {
			return nil, err
		}
	}
	if r.composer != nil {
		return r.composer, nil
	}
	program, err := ComposeProgram(ctx)
	if err == nil {
		r.composer = program
	}
	return program, err
}

// run returns a command's output; an error carries the last lines it said.
func run(ctx context.Context, command ...string) (string, error) {
	cmd := exec.CommandContext(ctx, command[0], command[1:]...)
	cmd.WaitDelay = time.Second // a grandchild that keeps the pipe open must not hold us
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			err = ctx.Err() // rather than "signal: killed"
		}
		said := strings.Join(lastLines(&stderr, failureLines), "\n")
		return "", fmt.Errorf("%s: %w\n%s", strings.Join(command, " "), err, said)
	}
	return stdout.String(), nil
}
