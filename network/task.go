package network

import (
	"context"
	"time"

	"golang.org/x/sync/errgroup"
)

// task is one step of a command that does several at once.
type task struct {
	name  string
	limit time.Duration // 0: it reports for itself
	after []string      // names of tasks that must be done before; each stands earlier in the list
	skip  bool          // nothing is left to do; what comes after it still waits for what comes before
	do    func(context.Context) error
}

// together carries tasks out, each as soon as what it needs is done. The first failure cancels the others, and is returned
// once all have ended.
func (n *Network) together(ctx context.Context, tasks []task) error {
	group, ctx := errgroup.WithContext(ctx)
	done := map[string]chan struct{}{}
	for _, t := range tasks {
		var needs []chan struct{}
		for _, name := range t.after {
			needs = append(needs, done[name])
		}
		finished := make(chan struct{})
		done[t.name] = finished
		group.Go(func() error {
			for _, need := range needs {
				select {
				case <-need:
				case <-ctx.Done():
					return ctx.Err()
				}
			}
			if err := n.carryOut(ctx, t); err != nil {
				return err
			}
			close(finished)
			return nil
		})
	}
	return group.Wait()
}

func (n *Network) carryOut(ctx context.Context, t task) error {
	switch {
	case t.skip:
		return nil
	case t.limit == 0:
		return t.do(ctx)
	}
	return n.step(ctx, t.name, t.limit, t.do)
}
