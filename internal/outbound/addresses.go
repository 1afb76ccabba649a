package outbound

import (
	"net/url"
	"sync"
)

const (
	// maxAddresses bounds the addresses that are kept; past it they are
	// forgotten, all at once: reading them again costs a microsecond.
	maxAddresses = 256
	// maxKeptURL bounds the length of a kept address, in bytes.
	maxKeptURL = 1 << 10
)

// addresses keep what was read lately: a run asks for its address several
// times, and most runs for the same few. The zero value is ready.
type addresses struct {
	mu   sync.RWMutex
	read map[string]address
}

// address is what parseURL said. Nobody changes the URL.
type address struct {
	url *url.URL
	err error
}

// parse is parseURL without its notices.
func (a *addresses) parse(raw string) (*url.URL, error) {
	a.mu.RLock()
	known, ok := a.read[raw]
	a.mu.RUnlock()
	if ok {
		return known.url, known.err
	}
	u, _, err := parseURL(raw)
	if len(raw) > maxKeptURL {
		return u, err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.read == nil || len(a.read) >= maxAddresses {
		a.read = make(map[string]address, maxAddresses)
	}
	a.read[raw] = address{u, err}
	return u, err
}
