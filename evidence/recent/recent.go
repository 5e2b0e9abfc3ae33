// Package recent is a bounded map of what was used lately. It has two generations: what is used moves to the young one;
// when that is full it becomes the old one, and what was old is forgotten. Remembering costs a map access, and forgetting
// nothing at all.
package recent

import "sync"

// Map remembers the values of at least size keys that were used last, and of at most twice as many. It is safe for
// concurrent use; values are shared and must not be changed. A nil Map remembers nothing.
type Map[K comparable, V any] struct {
	size int

	mu         sync.RWMutex
	young, old map[K]V
}

// NewMap returns an empty map for at least size keys; nil when that is none.
func NewMap[K comparable, V any](size int) *Map[K, V] {
	if size <= 0 {
		return nil
	}
	return &Map[K, V]{size: size, young: map[K]V{}}
}

// Get returns the value of a key if it is remembered.
func (m *Map[K, V]) Get(key K) (V, bool) {
	if m == nil {
		var none V
		return none, false
	}
	m.mu.RLock()
	value, young := m.young[key]
	old := false
	if !young {
		value, old = m.old[key]
	}
	m.mu.RUnlock()
	if old {
		m.renew(key)
	}
	return value, young || old
}

// renew moves a key from the old generation to the young one, unless it was deleted meanwhile.
func (m *Map[K, V]) renew(key K) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if value, ok := m.old[key]; ok {
		delete(m.old, key)
		m.put(key, value)
	}
}

// Put remembers the value of a key.
func (m *Map[K, V]) Put(key K, value V) {
	if m == nil {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.old, key)
	m.put(key, value)
}

func (m *Map[K, V]) put(key K, value V) {
	if _, known := m.young[key]; !known && len(m.young) >= m.size {
		m.old, m.young = m.young, make(map[K]V, min(m.size, 1024))
	}
	m.young[key] = value
}

// Delete forgets a key.
func (m *Map[K, V]) Delete(key K) {
	if m == nil {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.young, key)
	delete(m.old, key)
}

// Clear forgets everything.
func (m *Map[K, V]) Clear() {
	if m == nil {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.young, m.old = map[K]V{}, nil
}
