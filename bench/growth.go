package bench

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// growthRow fills a ledger of its own and measures at several sizes what should depend on them little or not at all.
func growthRow() row {
	return row{name: "growth", network: true, open: func(ctx context.Context, s *stage) (*trial, error) {
		if s.up != nil {
			return nil, errOneNetwork
		}
		own := &stage{options: s.options}
		d, err := own.district(ctx)
		if err != nil {
			return nil, errors.Join(err, own.close())
		}
		g := &growing{district: d, options: s.options, memory: resident(d.nodes[askedGateway])}
		t := &trial{onward: true, close: own.close}
		sizes := sizesUpTo(s.options.Growth)
		for _, size := range sizes {
			t.sides = append(t.sides, side{nameOf(size), everyProcess, func(ctx context.Context) (Sample, error) { return g.measure(ctx, size) }})
		}
		for _, value := range []string{"p50", "issue CPU", "index", "memory"} {
			for _, size := range sizes[1:] {
				t.targets = append(t.targets, target{value: value, of: nameOf(size), against: nameOf(sizes[0]), most: 1.5})
			}
		}
		return t, nil
	}}
}

// askedGateway is the node that questions go to.
const askedGateway = "gateway.service"

var errOneNetwork = errors.New("there is room for one network at a time, and one is up")

// sizesUpTo are powers of ten from 10,000 on; a smaller limit is measured with a tenth of it.
func sizesUpTo(limit int) []int {
	if limit < 100_000 {
		return []int{max(1, limit/10), limit}
	}
	var sizes []int
	for size := 10_000; size <= limit; size *= 10 {
		sizes = append(sizes, size)
	}
	return sizes
}

func nameOf(size int) string { return strconv.Itoa(size) + " records" }

// growing is a ledger while it is filled.
type growing struct {
	district *district
	options  Options
	memory   int64 // of the gateway when it was empty
	filled   time.Duration
	gaveUp   bool
}

// usualGrowthLimit keeps a whole run within 25 minutes where nobody asked for a number of records.
const usualGrowthLimit = 12 * time.Minute

// fill fills the ledger, unless what it took so far says that there is not enough time.
func (g *growing) fill(ctx context.Context, size int) error {
	if g.gaveUp {
		return errNoTime
	}
	began, limit := time.Now(), g.options.growthLimit
	if limit > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, limit-g.filled, errNoTime)
		defer cancel()
	}
	err := g.district.fill(ctx, size, g.options.filling("growth"))
	g.filled += time.Since(began)
	g.gaveUp = errors.Is(err, errNoTime)
	return err
}

// MissingSide is said of a row that lacks a side for want of time.
func MissingSide(name string) string { return "there was no time for " + name }

// calmRate is how many questions a second are asked to see how long one takes by itself.
const calmRate = 50

func (g *growing) measure(ctx context.Context, size int) (Sample, error) {
	d := g.district
	if err := g.fill(ctx, size); err != nil {
		return Sample{}, err
	}
	connections, end, err := callers(ctx, d.gateway, asking)
	if err != nil {
		return Sample{}, err
	}
	defer end()
	checked := d.checking()
	calm, err := open(ctx, asking, calmRate, g.options.Round, nil, func(_ context.Context, worker int) error { return d.ask(connections[worker], checked) })
	count, problem := checked.end()
	if err := errors.Join(err, problem); err != nil {
		return Sample{}, err
	}
	issued, err := d.issueAlong(ctx, g.options)
	if err != nil {
		return Sample{}, err
	}
	records := float64(len(d.records))
	issued.Values = []Value{calm.Values[0], calm.Values[1],
		{"issue CPU", "ms", float64(issued.CPU.Microseconds()) / 1000 / float64(issued.Operations)},
		{"index", "B/record", float64(sizeOf(filepath.Join(d.network.Dir(), "nodes", askedGateway, "data"))) / records},
		{"memory", "B/record", float64(resident(d.nodes[askedGateway])-g.memory) / records},
	}
	issued.Checked += count
	return issued, nil
}

// sizeOf is how many bytes the files in a folder have.
func sizeOf(folder string) (sum int64) {
	entries, _ := os.ReadDir(folder) // a folder that cannot be read has none
	for _, entry := range entries {
		if info, err := entry.Info(); err == nil {
			sum += info.Size()
		}
	}
	return sum
}

// resident is how many bytes of memory a process holds.
func resident(pid int) int64 {
	kilobytes, _ := strconv.ParseInt(strings.TrimSuffix(lineOf(fmt.Sprintf("/proc/%d/status", pid), "VmRSS"), " kB"), 10, 64)
	return kilobytes << 10
}
