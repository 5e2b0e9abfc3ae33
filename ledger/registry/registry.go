// Package registry keeps decoded records of the trust registry from one operation to the next. It is beside package
// ledger, not in it: the rules themselves keep nothing.
package registry

import (
	"sync"

	"github.com/imi-ledger/imi/ledger"
)

// Memory is what the programs that run operations one after the other give to the rules (see ledger.Memory). What it
// answers follows from the bytes it is asked about, so that it makes no difference to any outcome what it has forgotten. A
// nil Memory keeps nothing. It is safe for concurrent use.
type Memory struct {
	mu      sync.RWMutex
	decoded map[string]any
	size    int // of the records, in bytes
}

// room bounds the bytes of the records kept. A district has tens of organisations and credential types of a few kB; old versions are
// forgotten with everything else.
const room = 4 << 20

// Decoded implements ledger.Memory.
func (m *Memory) Decoded(record []byte) (any, bool) {
	if m == nil {
		return nil, false
	}
	m.mu.RLock()
	defer m.mu.RUnlock()
	decoded, found := m.decoded[string(record)]
	return decoded, found
}

// Keep implements ledger.Memory.
func (m *Memory) Keep(record []byte, decoded any) {
	if m == nil || len(record) > ledger.MaxRecord {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.size += len(record); m.decoded == nil || m.size > room {
		m.decoded, m.size = map[string]any{}, len(record)
	}
	m.decoded[string(record)] = decoded
}
