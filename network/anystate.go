package network

import (
	"encoding/json"
	"os"
	"strings"
)

// readAnyState reads as much of a state as can be understood, whatever its version: enough to end and delete it.
func readAnyState(l layout) *state {
	s := &state{}
	text, err := os.ReadFile(l.state())
	if err != nil || json.Unmarshal(text, s) != nil {
		return &state{}
	}
	return s
}

// escapeGlob makes a folder's name stand for itself in a pattern.
func escapeGlob(name string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(name)
}
