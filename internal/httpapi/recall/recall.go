// Package recall remembers what readers of lists ask for again and again and
// what never changes.
package recall

import "sync"

// most are the values that are remembered; then it begins anew.
const most = 4096

// Memory are values by their keys. The zero one is ready, and safe for
// concurrent use.
type Memory[K comparable, V any] struct {
	mu    sync.Mutex
	known map[K]V
}

// Get gives a value, read where it is not known. What read says is not sure is
// read again the next time.
func (m *Memory[K, V]) Get(key K, read func() (value V, sure bool, err error)) (V, error) {
	m.mu.Lock()
	value, known := m.known[key]
	m.mu.Unlock()
	if known {
		return value, nil
	}
	value, sure, err := read()
	if err != nil || !sure {
		return value, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.known == nil || len(m.known) >= most {
		m.known = map[K]V{}
	}
	m.known[key] = value
	return value, nil
}
