// Package kept keeps what bytes were decoded to from one operation to the next: the records of the trust registry, which
// nearly every operation reads and which seldom change. It is beside package ledger, not in it: the rules themselves keep nothing.
package kept

import (
	"sync"

	"github.com/imi-ledger/imi/ledger"
)

// Memory is what programs that run operations one after the other give to the rules (see ledger.Memory). What it
// answers follows from the bytes it is asked about, so that no outcome depends on what it has forgotten. A nil Memory keeps
// nothing. It is safe for concurrent use.
type Memory struct {
	mu    sync.RWMutex
	known map[string]any
	size  int // of the texts, in bytes
}

// room bounds the bytes of all texts. A district has tens of organisations and credential types of a few kB; old versions are
// forgotten with everything else.
const room = 4 << 20

// Decoded implements ledger.Memory.
func (m *Memory) Decoded(text []byte) (any, bool) {
	if m == nil {
		return nil, false
	}
	m.mu.RLock()
	defer m.mu.RUnlock()
	value, found := m.known[string(text)]
	return value, found
}

// Keep implements ledger.Memory.
func (m *Memory) Keep(text []byte, value any) {
	if m == nil || len(text) > ledger.MaxRecord {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.size += len(text); m.known == nil || m.size > room {
		m.known, m.size = map[string]any{}, len(text)
	}
	m.known[string(text)] = value
}
