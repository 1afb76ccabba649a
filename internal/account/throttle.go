package account

import (
	"maps"
	"net/netip"
	"slices"
	"sync"
	"time"

	"gonets"
)

// The rules of throttling. Whoever guesses is slowed down by his own address;
// a login that is guessed at from many addresses leaves each of them one try,
// so that its owner, who comes from another one, still gets in at once.
const (
	// freeTries are what an address may get wrong about one login before it
	// has to wait; under a siege there are no free ones but the first.
	freeTries = 5
	// siege is how many wrong tries a login takes in all before that.
	siege = 50
	// freeAddress are what an address may get wrong about all logins.
	freeAddress = 20
	firstWait   = time.Second
	longestWait = time.Minute
	// forget is how long wrong tries are remembered.
	forget = time.Hour
	// maxCounts bounds the memory; those that were quiet longest are dropped.
	maxCounts = 10_000
	// atOnce is how many tries of one address are looked at at the same time:
	// the others would be free of its waits.
	atOnce = 2
)

// subject is what tries are counted for: a login, an address, or both.
type subject struct {
	login string
	from  netip.Addr
}

type count struct {
	wrong int
	last  time.Time
	until time.Time
}

// throttle slows guessing down. It is safe for concurrent use.
type throttle struct {
	clock gonets.Clock

	mu     sync.Mutex
	counts map[subject]*count
	active map[netip.Addr]int
}

func newThrottle(clock gonets.Clock) *throttle {
	return &throttle{clock: clock, counts: map[subject]*count{}, active: map[netip.Addr]int{}}
}

// network is the part of an address that one person holds: a whole IPv4
// address, or the /64 that a provider gives to a household.
func network(a netip.Addr) netip.Addr {
	a = a.Unmap().WithZone("")
	if a.Is6() {
		p, err := a.Prefix(64)
		if err == nil {
			return p.Addr()
		}
	}
	return a
}

// begin asks whether a password may be looked at. The error says how long to
// wait. The caller ends the try with the function that it gets.
func (t *throttle) begin(login string, from netip.Addr) (end func(right, wrong bool), err error) {
	from = network(from)
	now := t.clock.Now()
	t.mu.Lock()
	defer t.mu.Unlock()
	if wait := t.wait(login, from, now); wait > 0 {
		return nil, throttled(wait)
	}
	if t.active[from] >= atOnce {
		return nil, throttled(firstWait)
	}
	t.active[from]++
	return func(right, wrong bool) { t.end(login, from, right, wrong) }, nil
}

func (t *throttle) wait(login string, from netip.Addr, now time.Time) time.Duration {
	var wait time.Duration
	for _, s := range []subject{{login, from}, {"", from}} {
		if c := t.counts[s]; c != nil {
			wait = max(wait, c.until.Sub(now))
		}
	}
	return wait
}

func (t *throttle) end(login string, from netip.Addr, right, wrong bool) {
	now := t.clock.Now()
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.active[from]--; t.active[from] <= 0 {
		delete(t.active, from)
	}
	switch {
	case right:
		// What this address got wrong about other logins stays.
		delete(t.counts, subject{login, from})
	case wrong:
		free := freeTries
		if t.add(subject{login: login}, now).wrong > siege {
			free = 1
		}
		t.add(subject{login, from}, now).delay(free, now)
		t.add(subject{from: from}, now).delay(freeAddress, now)
	}
}

func (t *throttle) add(s subject, now time.Time) *count {
	c := t.counts[s]
	if c == nil {
		t.makeRoom()
		c = &count{}
		t.counts[s] = c
	}
	if now.Sub(c.last) > forget {
		c.wrong = 0
	}
	c.wrong++
	c.last = now
	return c
}

func (c *count) delay(free int, now time.Time) {
	over := c.wrong - free
	if over < 0 {
		return
	}
	wait := longestWait
	if over < 6 {
		wait = min(firstWait<<over, longestWait)
	}
	c.until = now.Add(wait)
}

// makeRoom drops the tenth that was quiet longest, so that it has to look
// through all of them rarely.
func (t *throttle) makeRoom() {
	if len(t.counts) < maxCounts {
		return
	}
	all := slices.SortedFunc(maps.Keys(t.counts), func(a, b subject) int { return t.counts[a].last.Compare(t.counts[b].last) })
	for _, s := range all[:maxCounts/10] {
		delete(t.counts, s)
	}
}

func throttled(wait time.Duration) error {
	return &gonets.Error{Code: gonets.CodeLoginThrottled, After: wait,
		Message: "there were too many wrong attempts; wait " + gonets.Duration(wait.Round(time.Second)).String() + " and try again"}
}
