// Package notify carries hints inside one process: that a run, an event or the
// configuration changed. Hints may be dropped; whoever needs the truth reads
// the store.
package notify

import (
	"sync"

	"gonets"
)

// Bus hands every published change to all subscribers and to those who wait
// for its event. The zero value is ready to use.
type Bus struct {
	mu      sync.Mutex
	subs    map[*subscription]struct{}
	waiters map[string][]*Waiter
}

type subscription struct{ c chan gonets.Change }

// Publish never blocks: a subscriber whose buffer is full misses the hint.
func (b *Bus) Publish(c gonets.Change) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for s := range b.subs {
		offer(s.c, c)
	}
	for _, w := range b.waiters[c.Event] {
		if c.Event != "" {
			w.take(c)
		}
	}
}

func offer(c chan gonets.Change, v gonets.Change) {
	select {
	case c <- v:
	default:
	}
}

// Subscribe returns a channel of hints and the function that ends it.
func (b *Bus) Subscribe(buffer int) (<-chan gonets.Change, func()) {
	s := &subscription{c: make(chan gonets.Change, buffer)}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.subs == nil {
		b.subs = map[*subscription]struct{}{}
	}
	b.subs[s] = struct{}{}
	return s.c, func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		delete(b.subs, s)
	}
}

// Awaited tells whether somebody in this process waits for an event.
func (b *Bus) Awaited(eventID string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.waiters[eventID]) > 0
}

// Waiter receives the changes of one event's runs.
type Waiter struct {
	bus   *Bus
	event string
	// early are the changes before the first call of C: nearly all who register
	// then need not wait.
	early []gonets.Change
	c     chan gonets.Change
}

// waiterBuffer holds the few changes that one event's runs publish.
const waiterBuffer = 16

// Await registers for the changes of an event. Register before the event is
// committed, so that no answer is missed; call Stop when done.
func (b *Bus) Await(eventID string) *Waiter {
	w := &Waiter{bus: b, event: eventID}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.waiters == nil {
		b.waiters = map[string][]*Waiter{}
	}
	b.waiters[eventID] = append(b.waiters[eventID], w)
	return w
}

// take is called under the bus's lock.
func (w *Waiter) take(c gonets.Change) {
	switch {
	case w.c != nil:
		offer(w.c, c)
	case len(w.early) < waiterBuffer:
		w.early = append(w.early, c)
	}
}

// C is the channel of changes.
func (w *Waiter) C() <-chan gonets.Change {
	w.bus.mu.Lock()
	defer w.bus.mu.Unlock()
	if w.c == nil {
		w.c = make(chan gonets.Change, waiterBuffer)
		for _, c := range w.early {
			w.c <- c
		}
		w.early = nil
	}
	return w.c
}

// Stop ends the registration.
func (w *Waiter) Stop() {
	b := w.bus
	b.mu.Lock()
	defer b.mu.Unlock()
	rest := b.waiters[w.event][:0]
	for _, o := range b.waiters[w.event] {
		if o != w {
			rest = append(rest, o)
		}
	}
	if len(rest) == 0 {
		delete(b.waiters, w.event)
		return
	}
	b.waiters[w.event] = rest
}
