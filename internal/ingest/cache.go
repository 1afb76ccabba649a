package ingest

import (
	"context"
	"strings"
	"sync"
	"time"

	"gonets"
	"gonets/internal/source"
)

const (
	// cacheFor bounds how old a source may be when the hint of its change was
	// lost.
	cacheFor = 5 * time.Second
	// cacheSize bounds the cache; past it, it starts anew.
	cacheSize = 10_000
	// hintBuffer holds the hints between two requests.
	hintBuffer = 256
)

// cache keeps sources by token. Every request first reads the hints that came
// in; when the configuration changed, all is forgotten.
type cache struct {
	store   Store
	catalog *source.Catalog
	clock   gonets.Clock
	hints   <-chan gonets.Change
	close   func()

	mu      sync.Mutex
	entries map[string]cached
	// generation counts the times that all was forgotten: what was read
	// before must not be kept after.
	generation int
}

type cached struct {
	binding *source.Binding
	until   time.Time
}

func newCache(o *Options) *cache {
	c := &cache{store: o.Store, catalog: o.Catalog, clock: o.Clock, entries: map[string]cached{}}
	c.hints, c.close = o.Bus.Subscribe(hintBuffer)
	return c
}

func (c *cache) byToken(ctx context.Context, token string) (*source.Binding, error) {
	b, generation := c.get(token)
	if b != nil {
		return b, nil
	}
	info, err := c.store.SourceByToken(ctx, token)
	if gonets.CodeOf(err) == gonets.CodeAddressUnknown {
		// Some callers change the case of addresses. Ours are lower case.
		if lower := strings.ToLower(token); lower != token {
			info, err = c.store.SourceByToken(ctx, lower)
		}
	}
	if err != nil {
		return nil, err
	}
	if b, err = c.bind(info.Source); err != nil {
		return nil, err
	}
	c.put(token, b, generation)
	return b, nil
}

// bind makes a stored source ready. A stored source was checked when it was
// stored, so a mistake in it now is a fault of ours.
func (c *cache) bind(src gonets.Source) (*source.Binding, error) {
	b, err := c.catalog.Bind(src)
	if err != nil {
		return nil, &gonets.Error{Code: gonets.CodeInternal, Message: "the source's settings cannot be carried out", Err: err}
	}
	return b, nil
}

func (c *cache) get(token string) (*source.Binding, int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.listen()
	e, ok := c.entries[token]
	if !ok || !c.clock.Now().Before(e.until) {
		return nil, c.generation
	}
	return e.binding, c.generation
}

// listen reads the hints. A full buffer may have lost some.
func (c *cache) listen() {
	stale := len(c.hints) == cap(c.hints)
	for range len(c.hints) {
		if change := <-c.hints; change.Kind == "config" {
			stale = true
		}
	}
	if stale {
		c.entries = map[string]cached{}
		c.generation++
	}
}

func (c *cache) put(token string, b *source.Binding, generation int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.listen()
	if generation != c.generation {
		return
	}
	if len(c.entries) >= cacheSize {
		c.entries = map[string]cached{}
	}
	c.entries[token] = cached{binding: b, until: c.clock.Now().Add(cacheFor)}
}
