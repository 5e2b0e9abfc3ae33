package network

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"
)

// TestTogether: tasks begin when what they need is done, and not before; those that do not need each other meet.
func TestTogether(t *testing.T) {
	var mu sync.Mutex
	var ended []string
	meet := make(chan struct{})
	end := func(name string) func(context.Context) error {
		return func(context.Context) error {
			mu.Lock()
			defer mu.Unlock()
			ended = append(ended, name)
			return nil
		}
	}
	err := (&Network{}).together(t.Context(), []task{
		{"a", time.Minute, nil, false, end("a")},
		{"left", time.Minute, []string{"a"}, false, func(context.Context) error { meet <- struct{}{}; return nil }},
		{"right", time.Minute, []string{"a"}, false, func(context.Context) error { <-meet; return nil }},
		{"nothing", time.Minute, []string{"left", "right"}, true, nil},
		{"z", time.Minute, []string{"nothing"}, false, end("z")},
	})
	if err != nil || !slices.Equal(ended, []string{"a", "z"}) {
		t.Errorf("%v, %v", ended, err)
	}
}

// TestTogetherFails: the first failure is the one that is told, what needs it never begins, and what is under way is cancelled.
func TestTogetherFails(t *testing.T) {
	broken := errors.New("broken")
	began, cancelled := make(chan struct{}), false
	err := (&Network{}).together(t.Context(), []task{
		{"long", time.Minute, nil, false, func(ctx context.Context) error {
			close(began)
			<-ctx.Done()
			cancelled = true
			return ctx.Err()
		}},
		{"fails", time.Minute, nil, false, func(context.Context) error { <-began; return broken }},
		{"never", time.Minute, []string{"fails"}, false, func(context.Context) error { t.Error("it began"); return nil }},
	})
	var failure *Failure
	if !errors.Is(err, broken) || !errors.As(err, &failure) || failure.Step != "fails" || !cancelled {
		t.Errorf("%v (cancelled %v)", err, cancelled)
	}
}
