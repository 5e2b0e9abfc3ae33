package network

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"
)

// StateVersion is the version of a network's folder. A folder of another version is refused, never guessed at.
const StateVersion = 1

// Runtime is how the nodes run.
type Runtime string

// The two runtimes.
const (
	Native Runtime = "native"
	Docker Runtime = "docker"
)

// ParseRuntime returns the runtime of that name; "" is Native.
func ParseRuntime(name string) (Runtime, error) {
	switch Runtime(name) {
	case "", Native:
		return Native, nil
	case Docker:
		return Docker, nil
	}
	return "", fmt.Errorf("no runtime %q: choose native or docker", name)
}

// state is network.json: what was made and what runs.
type state struct {
	Version   int                 `json:"version"`
	Fabric    string              `json:"fabric"`
	Created   time.Time           `json:"created"`
	Topology  Topology            `json:"topology"`
	Runtime   Runtime             `json:"runtime"`
	BasePort  int                 `json:"basePort"`
	Programs  Programs            `json:"programs"`
	Quota     int                 `json:"quota,omitempty"`
	PackageID string              `json:"packageId,omitempty"`
	Prepared  bool                `json:"prepared"` // certificates, configuration and genesis block are complete
	Deployed  bool                `json:"deployed"` // channel joined and chaincode committed
	Project   string              `json:"project,omitempty"`
	Images    map[Kind]string     `json:"images,omitempty"`
	Processes map[string]*process `json:"processes,omitempty"`
}

// ErrNoNetwork says that a folder holds no network.
var ErrNoNetwork = errors.New("there is no network here")

// VersionError refuses a folder made by another version of this program.
type VersionError struct {
	Dir            string
	Version        int
	Fabric, Wanted string
}

// Error implements error.
func (e *VersionError) Error() string {
	if e.Version != StateVersion {
		return fmt.Sprintf("the network in %s was made by another version of imi (state %d, this one reads %d)", e.Dir, e.Version, StateVersion)
	}
	return fmt.Sprintf("the network in %s runs Fabric %s, this program brings %s", e.Dir, e.Fabric, e.Wanted)
}

// Remedy is the command that resolves it.
func (e *VersionError) Remedy() string { return deletes(e.Dir) }

func readState(l layout) (*state, error) {
	text, err := os.ReadFile(l.state())
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s: %w", l.dir, ErrNoNetwork)
	}
	if err != nil {
		return nil, err
	}
	// The version first: a later version's file need not even parse as ours.
	var version struct {
		Version int    `json:"version"`
		Fabric  string `json:"fabric"`
	}
	if err := json.Unmarshal(text, &version); err != nil {
		return nil, damaged(l, err)
	}
	if version.Version != StateVersion || version.Fabric != FabricVersion {
		return nil, &VersionError{Dir: l.dir, Version: version.Version, Fabric: version.Fabric, Wanted: FabricVersion}
	}
	s := &state{}
	if err := json.Unmarshal(text, s); err != nil {
		return nil, damaged(l, err)
	}
	return s, nil
}

func damaged(l layout, err error) error {
	return &remedied{fmt.Errorf("%s is damaged: %w", l.state(), err), deletes(l.dir)}
}

// deletes is the command that resolves a folder nobody can use.
func deletes(dir string) string {
	return "imi network reset --dir " + shellQuote(dir) + "   (this deletes that network and what it recorded)"
}

func (s *state) write(l layout) error {
	text, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return err
	}
	return writeFile(l.state(), append(text, '\n'), 0o600)
}
