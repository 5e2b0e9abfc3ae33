package network

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Sizes of a native node's log. Containers' logs are bounded by the engine, as the compose file says.
const (
	logAside = 32 << 20  // a node that starts puts a larger one aside
	logLarge = 512 << 20 // the doctor warns
)

// putAside renames a log that has grown, in place of the one put aside before; the node begins a new one.
func putAside(log string, size int64) error {
	info, err := os.Stat(log)
	if errors.Is(err, fs.ErrNotExist) || err == nil && info.Size() < size {
		return nil
	}
	if err != nil {
		return err
	}
	return os.Rename(log, log+".1")
}

// checkLogs looks at how large the logs of native nodes have become.
func (n *Network) checkLogs(large int64) Check {
	c := Check{Name: "logs", Verdict: Good, Found: "kept by Docker, at most 96 MB of each node"}
	if n.state.Runtime != Native {
		return c
	}
	var total, most int64
	largest := ""
	for _, node := range n.Nodes() {
		for _, path := range []string{n.layout.log(node.Name), n.layout.log(node.Name) + ".1"} {
			info, err := os.Stat(path)
			if err != nil {
				continue // not made yet, or never put aside
			}
			total += info.Size()
			if info.Size() > most {
				most, largest = info.Size(), path
			}
		}
	}
	folder := filepath.Dir(n.layout.log("x"))
	c.Found = fmt.Sprintf("%.1f MB in %s", float64(total)/(1<<20), folder)
	if most > large {
		c.Verdict, c.Found = Warning, fmt.Sprintf("%.1f MB in %s, the largest: %s", float64(total)/(1<<20), folder, largest)
		c.Remedy = "imi network stop, then start, with --dir " + shellQuote(n.layout.dir) + ": nodes begin new logs, and of old ones only the last is kept"
	}
	return c
}
