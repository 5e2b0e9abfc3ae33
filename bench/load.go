package bench

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// pause sleeps to some ten microseconds. Where nothing else is to be done, time.Sleep is late by up to a millisecond (what
// the runtime waits with counts in those), and would be most of what an answer takes. Tests in a bubble of time use that.
var pause = func(d time.Duration) {
	wanted := syscall.NsecToTimespec(int64(d))
	_ = syscall.Nanosleep(&wanted, nil) // a signal may cut it short, and whoever waits looks again
}

// closed keeps a number of operations under way for a time and waits for the last of them. It stops at the first error.
// do is given the number of its worker. The sample's CPU time is that of the processes named.
func closed(ctx context.Context, workers int, d time.Duration, processes []int, do func(ctx context.Context, worker int) error) (Sample, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	end, err := giveWay()
	if err != nil {
		return Sample{}, err
	}
	var done atomic.Int64
	var all sync.WaitGroup
	before, began := spent(processes...), time.Now()
	for worker := range workers {
		all.Go(func() {
			for ctx.Err() == nil && time.Since(began) < d {
				if err := do(ctx, worker); err != nil {
					cancel(err)
					return
				}
				done.Add(1)
			}
		})
	}
	all.Wait()
	s := Sample{Operations: int(done.Load()), Wall: time.Since(began), CPU: spent(processes...) - before}
	return s, errors.Join(context.Cause(ctx), end())
}

// open begins operations at fixed times, whether earlier ones have ended or not, and counts each one's time from the
// moment it was due: where all workers are busy, waiting for one is part of it.
func open(ctx context.Context, workers int, perSecond float64, d time.Duration, processes []int, do func(ctx context.Context, worker int) error) (Sample, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	count := max(1, int(perSecond*d.Seconds()))
	due := make(chan time.Time, count)
	times := make([][]time.Duration, workers)
	var all sync.WaitGroup
	before, began := spent(processes...), time.Now()
	for worker := range workers {
		all.Go(func() {
			for at := range due {
				if ctx.Err() != nil {
					continue
				}
				if err := do(ctx, worker); err != nil {
					cancel(err)
					continue
				}
				times[worker] = append(times[worker], time.Since(at))
			}
		})
	}
	for i := range count {
		at := began.Add(time.Duration(float64(i) / perSecond * float64(time.Second)))
		for wait := time.Until(at); wait > 0; wait = time.Until(at) {
			pause(wait)
		}
		due <- at
	}
	close(due)
	all.Wait()
	var each []time.Duration
	for _, some := range times {
		each = append(each, some...)
	}
	s := Sample{Values: latencies(each), Operations: len(each), Wall: time.Since(began), CPU: spent(processes...) - before}
	return s, context.Cause(ctx)
}
