package network

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// FabricVersion is the release of Fabric this program runs, and fabricModule the same as a module version: the module
// has no usable semantic version, so it is pinned by its commit in fabricbin/go.mod. A test keeps the two together.
const (
	FabricVersion = "v3.1.1"
	fabricModule  = "github.com/hyperledger/fabric"
)

// fabricPrograms are the ones a network needs; osnadmin is for the operator.
var fabricPrograms = []string{"configtxgen", "orderer", "peer", "osnadmin"}

// CacheDir is where built programs are kept: $IMI_CACHE, else the user's cache folder.
func CacheDir() (string, error) {
	if dir := os.Getenv("IMI_CACHE"); dir != "" {
		return filepath.Abs(dir)
	}
	dir, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("no place to keep built programs: set IMI_CACHE to a folder (%w)", err)
	}
	return filepath.Join(dir, "imi"), nil
}

// noCache explains why nothing can be kept where programs are; a cancelled command needs no explanation.
func noCache(err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		return &remedied{err, "set IMI_CACHE to a folder that can be written"}
	}
	return err
}

// FabricDir is where Fabric's programs of this version are, or will be once built.
func FabricDir() (string, error) {
	cache, err := CacheDir()
	return filepath.Join(cache, "fabric", FabricVersion), err
}

func fabricBuilt(dir string) bool {
	for _, name := range fabricPrograms {
		if executable(filepath.Join(dir, name)) != nil {
			return false
		}
	}
	return true
}

// BuildFabric returns the folder with Fabric's programs, building them first when they are not there. It is safe to
// call from two processes at once: one builds, the other waits, and the folder appears complete or not at all.
func BuildFabric(ctx context.Context, progress func(detail string)) (string, error) {
	dir, err := FabricDir()
	if err != nil || fabricBuilt(dir) {
		return dir, err
	}
	if progress == nil {
		progress = func(string) {}
	}
	unlock, err := lockFile(ctx, dir+".lock", limitBuild, func(holder string) { progress("waiting for the build by process " + holder) })
	if err != nil {
		return "", noCache(err)
	}
	defer unlock()
	if fabricBuilt(dir) {
		return dir, nil
	}
	source, err := fabricSource()
	if err != nil {
		return "", err
	}
	temp, err := os.MkdirTemp(filepath.Dir(dir), ".building-*")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(temp)
	if err := compileFabric(ctx, source, temp, progress); err != nil {
		return "", err
	}
	if err := os.Chmod(temp, 0o755); err != nil {
		return "", err
	}
	if err := os.RemoveAll(dir); err != nil { // an incomplete one, or fabricBuilt would have said so
		return "", err
	}
	return dir, os.Rename(temp, dir)
}

// fabricSource finds the folder whose go.mod pins Fabric.
func fabricSource() (string, error) {
	if dir := os.Getenv("IMI_FABRIC_SOURCE"); dir != "" {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err != nil {
			return "", fmt.Errorf("IMI_FABRIC_SOURCE is %s, which holds no go.mod", dir)
		}
		return filepath.Abs(dir)
	}
	var tried []string
	if self, err := os.Executable(); err == nil {
		tried = append(tried, filepath.Join(filepath.Dir(self), "..", "network", "fabricbin"))
	}
	tried = append(tried, upward(filepath.Join("network", "fabricbin"))...)
	tried = append(tried, upward("fabricbin")...)
	for _, dir := range tried {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
	}
	return "", &remedied{errors.New("Fabric's programs are not built yet and the folder network/fabricbin of the source is not here"),
		"run this once inside the source checkout, or set IMI_FABRIC_SOURCE to its network/fabricbin"}
}

// compileFabric builds all programs in one go, and counts packages as they are compiled: a cold build takes a minute.
func compileFabric(ctx context.Context, source, out string, progress func(string)) error {
	args := []string{"build", "-mod=readonly", "-trimpath", "-buildvcs=false", "-ldflags", "-s -w", "-v", "-o", out + string(filepath.Separator)}
	for _, name := range fabricPrograms {
		args = append(args, fabricModule+"/cmd/"+name)
	}
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = source
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS=", "GOWORK=off")
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) } // so that it removes its temporary folder
	cmd.WaitDelay = 10 * time.Second
	stderr, err := cmd.StderrPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return &remedied{fmt.Errorf("building Fabric's programs needs Go: %w", err), "install Go 1.26 and put it on the PATH"}
	}
	var last []string
	lines := bufio.NewScanner(stderr)
	for count := 0; lines.Scan(); {
		line := lines.Text()
		if strings.HasPrefix(line, "go: downloading ") {
			progress(strings.TrimPrefix(line, "go: "))
			continue
		}
		if count++; count%25 == 0 {
			progress(fmt.Sprintf("%d packages compiled", count))
		}
		last = append(last, line)[max(0, len(last)+1-failureLines):]
	}
	if err := cmd.Wait(); err != nil {
		return fmt.Errorf("building Fabric's programs: %w\n%s", err, strings.Join(last, "\n"))
	}
	return nil
}
