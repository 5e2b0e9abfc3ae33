package bench

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	"github.com/imi-ledger/imi/network"
)

// startRow measures the time from nothing to the first verified answer, beside a script of Fabric's own programs that ends
// when the first record is committed and read. Warm: programs and images are built. Cold: they are not; for that both
// compile Fabric with an empty cache of Go's, which takes minutes.
func startRow() row {
	return row{name: "start", network: true, open: func(ctx context.Context, s *stage) (*trial, error) {
		if s.up != nil {
			return nil, errOneNetwork
		}
		if s.options.Up == nil || s.options.Folder == "" {
			return nil, errNoNetwork
		}
		images := map[string]bool{}
		t := &trial{fewer: map[string]int{}, close: func() error { return removeImages(images) }}
		for _, one := range s.ways(ctx, t, images) {
			if err := one.prepare(ctx); err != nil {
				return nil, errors.Join(err, removeImages(images))
			}
			product, script := "imi, "+one.name(), "scripts, "+one.name()
			t.sides = append(t.sides, side{product, everyProcess, one.product}, side{script, everyProcess, one.script})
			if one.cold {
				t.fewer[product], t.fewer[script] = s.options.Cold, s.options.Cold
			}
			t.targets = append(t.targets, target{value: "start", of: product, against: script, most: 1.3})
		}
		return t, nil
	}}
}

// way is one way to come up from nothing.
type way struct {
	stage   *stage
	runtime network.Runtime
	cold    bool
	images  map[string]bool // that both sides of this row have made
}

func (w *way) name() string {
	name := "native"
	if w.runtime == network.Docker {
		name = "Docker"
	}
	if w.cold {
		return name + ", cold"
	}
	return name + ", warm"
}

// ways are those that can be measured here; the trial is told which cannot, and why.
func (s *stage) ways(ctx context.Context, t *trial, images map[string]bool) []*way {
	all := []*way{{s, network.Native, false, images}}
	if s.options.Cold > 0 {
		all = append(all, &way{s, network.Native, true, images})
	} else {
		t.missing = append(t.missing, MissingCold)
	}
	if exec.CommandContext(ctx, "docker", "info").Run() != nil {
		t.missing = append(t.missing, MissingDocker)
		return all
	}
	all = append(all, &way{s, network.Docker, false, images})
	if s.options.Cold > 0 {
		all = append(all, &way{s, network.Docker, true, images})
	}
	return all
}

// What row start may be told to lack.
const (
	MissingCold   = "starts from nothing built were not measured; --cold does that"
	MissingDocker = "starts on Docker were not measured: no Docker Engine answers"
)

// prepare builds what a warm start finds there: Fabric's programs, and by a start of either that is not measured cryptogen
// and images.
func (w *way) prepare(ctx context.Context) error {
	if w.cold {
		return nil
	}
	if err := w.link(ctx); err != nil {
		return err
	}
	if _, err := w.script(ctx); err != nil || w.runtime == network.Native {
		return err
	}
	_, err := w.product(ctx)
	return err
}

// link lets the script use the programs of Fabric that the product uses.
func (w *way) link(ctx context.Context) error {
	programs, err := network.BuildFabric(ctx, nil)
	if err != nil {
		return err
	}
	ours := filepath.Join(w.stage.options.Folder+"-scripts", "programs")
	if err := os.MkdirAll(ours, 0o700); err != nil {
		return err
	}
	for _, name := range []string{"configtxgen", "orderer", "osnadmin", "peer"} {
		link := filepath.Join(ours, name)
		if err := os.Symlink(filepath.Join(programs, name), link); err != nil && !errors.Is(err, os.ErrExist) {
			return err
		}
	}
	return nil
}

// product brings the product up, attests something, and checks the gateway's answer about it.
func (w *way) product(ctx context.Context) (out Sample, err error) {
	folder, restore, err := w.folder("product")
	if err != nil {
		return out, err
	}
	defer func() { err = errors.Join(err, restore()) }()
	own := &stage{options: w.stage.options, runtime: w.runtime}
	own.options.Folder, own.options.Down = filepath.Join(folder, "network"), w.down
	defer func() { err = errors.Join(err, own.close()) }()
	return started(func() error {
		d, err := own.begun(ctx)
		if err != nil {
			return err
		}
		first, err := d.issue(ctx)
		if err == nil {
			err = d.visible(ctx, first)
		}
		return err
	}, func() ([]int, error) {
		err := own.up.count(ctx)
		return own.up.everybody()[1:], err
	})
}

// script has the comparator do the same.
func (w *way) script(ctx context.Context) (out Sample, err error) {
	folder, restore, err := w.folder("scripts")
	if err != nil {
		return out, err
	}
	defer func() { err = errors.Join(err, restore()) }()
	programs := filepath.Join(w.stage.options.Folder+"-scripts", "programs")
	if w.cold {
		programs = filepath.Join(folder, "programs")
	}
	b, err := newBare(ctx, filepath.Join(folder, "network"), programs, w.runtime)
	if err != nil {
		return out, err
	}
	defer func() { err = errors.Join(err, b.end(context.WithoutCancel(ctx))) }()
	if w.runtime == network.Docker {
		for _, name := range bareImages {
			w.images[name] = true
		}
	}
	return started(func() error { return b.run(ctx, "up") }, func() ([]int, error) { return b.pids(ctx), nil })
}

// started measures a start; nodes then tells the processes it started.
func started(do func() error, nodes func() ([]int, error)) (Sample, error) {
	before, began := spent(0)+ofChildren(), time.Now()
	if err := do(); err != nil {
		return Sample{}, err
	}
	s := Sample{Operations: 1, Wall: time.Since(began), CPU: spent(0) + ofChildren() - before}
	pids, err := nodes()
	s.CPU += spent(pids...)
	s.Values = []Value{{"start", "s", s.Wall.Seconds()}}
	return s, err
}

// ofChildren is the CPU time of programs that were run and have ended.
func ofChildren() time.Duration {
	var usage syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_CHILDREN, &usage) != nil {
		return 0
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// folder is where a start happens. Before a cold one nothing is built, neither here nor in Go's cache. restore deletes it.
func (w *way) folder(who string) (folder string, restore func() error, err error) {
	if folder, err = os.MkdirTemp(filepath.Dir(w.stage.options.Folder), who+"-*"); err != nil {
		return "", nil, err
	}
	restore = func() error { return os.RemoveAll(folder) }
	if !w.cold {
		return folder, restore, nil
	}
	if w.runtime == network.Docker {
		if err := removeImages(w.images); err != nil {
			return "", nil, errors.Join(err, restore())
		}
	}
	temporary := filepath.Join(folder, "tmp")
	if err := os.Mkdir(temporary, 0o700); err != nil {
		return "", nil, errors.Join(err, restore())
	}
	undo := setVariables(map[string]string{"IMI_CACHE": filepath.Join(folder, "cache"), "GOCACHE": filepath.Join(folder, "go"), "GOTMPDIR": temporary})
	return folder, func() error { undo(); return os.RemoveAll(folder) }, nil
}

// setVariables sets environment variables of this process, and returns what puts the old ones back.
func setVariables(values map[string]string) (undo func()) {
	old := map[string]*string{}
	for name, value := range values {
		if before, was := os.LookupEnv(name); was {
			old[name] = &before
		} else {
			old[name] = nil
		}
		_ = os.Setenv(name, value) // fails on names with = or NUL only
	}
	return func() {
		for name, before := range old {
			if before == nil {
				_ = os.Unsetenv(name)
			} else {
				_ = os.Setenv(name, *before)
			}
		}
	}
}

// down ends a network and deletes its folder, but keeps its images: only a cold start is without.
func (w *way) down(ctx context.Context, folder string) error {
	n, err := network.Open(folder)
	if err != nil {
		return w.stage.options.Down(ctx, folder)
	}
	for _, name := range n.Images() {
		w.images[name] = true
	}
	if err := n.Down(ctx); err != nil {
		return err
	}
	return os.RemoveAll(folder)
}

// removeImages removes images of Docker's, as far as there are any.
func removeImages(images map[string]bool) error {
	for name := range images {
		if exec.Command("docker", "image", "inspect", name).Run() != nil {
			continue
		}
		if said, err := exec.Command("docker", "image", "rm", name).CombinedOutput(); err != nil {
			return fmt.Errorf("docker image rm %s: %w: %s", name, err, said)
		}
	}
	return nil
}
