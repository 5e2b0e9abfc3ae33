package audit

import "sync"

// registry keeps decoded records of the trust registry (see ledger.Memory). It is safe for concurrent use.
type registry struct {
	mu      sync.RWMutex
	decoded map[string]any
}

// maxRegistry bounds what is kept. A district has tens of organisations and credential types; old versions are forgotten
// with everything else.
const maxRegistry = 1000

// Decoded implements ledger.Memory.
func (r *registry) Decoded(record []byte) (any, bool) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	decoded, found := r.decoded[string(record)]
	return decoded, found
}

// Keep implements ledger.Memory.
func (r *registry) Keep(record []byte, decoded any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.decoded == nil || len(r.decoded) >= maxRegistry {
		r.decoded = map[string]any{}
	}
	r.decoded[string(record)] = decoded
}
