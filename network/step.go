package network

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"syscall"
	"time"
)

// Step is one report of progress: when a step begins (Done false), when it has something to say (Done false, Detail
// set), and when it ends (Done true, with its duration and, if it failed, the error).
type Step struct {
	Name     string
	Detail   string
	Done     bool
	Duration time.Duration
	Err      error
}

// Failure says which step failed and why, with the end of the log concerned and what to do about it.
type Failure struct {
	Step    string
	Cause   error
	LogFile string
	Lines   []string
	Remedy  string
}

// Error implements error; the log and the remedy are for the caller to print.
func (f *Failure) Error() string { return f.Step + ": " + f.Cause.Error() }

// Unwrap gives the cause.
func (f *Failure) Unwrap() error { return f.Cause }

// nodeError is a failure that a node's log may explain.
type nodeError struct {
	node string
	err  error
}

func (e *nodeError) Error() string { return e.node + ": " + e.err.Error() }
func (e *nodeError) Unwrap() error { return e.err }

// onNode blames a node, unless somebody was blamed already.
func onNode(name string, err error) error {
	var already *nodeError
	if err == nil || errors.As(err, &already) {
		return err
	}
	return &nodeError{node: name, err: err}
}

// remedied is an error that knows what to do about it.
type remedied struct {
	error
	remedy string
}

// Remedy tells the user what to do.
func (r *remedied) Remedy() string { return r.remedy }
func (r *remedied) Unwrap() error  { return r.error }

// failureLines are shown of a log, searchedLines are looked through for the ones that tell most.
const (
	failureLines  = 12
	searchedLines = 200
)

// step runs one bounded part of a command and reports it.
func (n *Network) step(ctx context.Context, name string, limit time.Duration, do func(context.Context) error) error {
	n.report(Step{Name: name})
	began := time.Now()
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	err := do(ctx)
	if err != nil && errors.Is(ctx.Err(), context.DeadlineExceeded) {
		err = fmt.Errorf("not done within %s: %w", limit, err)
	}
	if errors.Is(err, context.Canceled) && !errors.Is(context.Cause(ctx), context.Canceled) {
		return err // something else failed meanwhile, and tells why
	}
	if err != nil {
		err = n.explain(name, err)
	}
	n.report(Step{Name: name, Done: true, Duration: time.Since(began), Err: err})
	return err
}

func (n *Network) report(s Step) {
	n.telling.Lock()
	defer n.telling.Unlock()
	if n.progress != nil {
		n.progress(s)
	}
}

// explain adds to an error what its reader needs next.
func (n *Network) explain(name string, err error) error {
	f := &Failure{Step: name, Cause: err, Remedy: "imi network doctor --dir " + shellQuote(n.layout.dir)}
	var at *nodeError
	if errors.As(err, &at) {
		if n.state.Runtime == Native {
			f.LogFile = n.layout.log(at.node)
		}
		f.Lines = tellingLines(n.lastLines(at.node, searchedLines))
	}
	full := func(line string) bool { return strings.Contains(line, syscall.ENOSPC.Error()) }
	var knows interface{ Remedy() string }
	switch {
	case errors.As(err, &knows):
		f.Remedy = knows.Remedy()
	case errors.Is(err, syscall.ENOSPC), slices.ContainsFunc(f.Lines, full):
		f.Remedy = "free some space, or choose another folder with --dir"
	}
	return f
}
