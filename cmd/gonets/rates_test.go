package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"gonets"
	"gonets/api"
	"gonets/internal/testkit"
)

// overrun tells in which window of time more came than one each every. Of those that
// came in a window, inFlight at most were sent before it and held up on their way, by
// whatever made either side wait: so no stall of a machine counts as a fault.
func overrun(at []time.Time, every time.Duration, inFlight int) string {
	slices.SortFunc(at, time.Time.Compare)
	// ahead is how many requests the n-th is ahead of the rate, beginning with the first.
	ahead := func(n int) float64 { return float64(n) - float64(at[n].Sub(at[0]))/float64(every) }
	first := 0
	for n := range at {
		if ahead(n) < ahead(first) {
			first = n
		}
		if ahead(n)-ahead(first) > float64(inFlight) {
			return fmt.Sprintf("%d requests within %v", n-first+1, at[n].Sub(at[first]))
		}
	}
	return ""
}

// TestABurstInTheMiddleIsAnOverrun: what is slow as a whole may have been too fast for
// a while.
func TestABurstInTheMiddleIsAnOverrun(t *testing.T) {
	t.Parallel()
	const every = 100 * time.Millisecond
	times := func(burst int) (at []time.Time) {
		now := time.Unix(0, 0)
		for n := range 100 {
			if n < 40 || n >= 40+burst {
				now = now.Add(2 * every)
			}
			at = append(at, now)
		}
		return at
	}
	if what := overrun(times(4), every, 4); what != "" {
		t.Errorf("as many as may have been on their way: %s", what)
	}
	if overrun(times(6), every, 4) == "" {
		t.Error("a burst is not noticed")
	}
}

// limited is a service with its limits, on a way that can be cut: an address that nobody
// held meanwhile could be somebody else's.
type limited struct {
	crowd
	once
	*testkit.Path
	address           string
	perSecond, atOnce int
}

func (l *limited) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	defer l.enter()()
	l.once.ServeHTTP(w, r)
}

// settings are what lanes are told of the services.
func settings(services []*limited) string {
	var lanes []string
	for _, l := range services {
		lanes = append(lanes, fmt.Sprintf(`"http://%s": {concurrency: %d, rate: "%d/s"}`, l.address, l.atOnce, l.perSecond))
	}
	return lanesYAML(lanes...)
}

// away makes services that are away, with limits of chance.
func away(t testing.TB, n int, seed uint64) (services []*limited) {
	t.Helper()
	chance := testkit.Chance(seed, 0)
	for range n {
		l := &limited{once: once{keys: map[string]int{}}, perSecond: 4 + chance.IntN(8), atOnce: 2 + chance.IntN(3)}
		host := httptest.NewServer(l)
		t.Cleanup(host.Close)
		path, by := testkit.PathTo(t, host.URL)
		path.Cut()
		l.Path, l.address = path, strings.TrimPrefix(by, "http://")
		services = append(services, l)
	}
	return services
}

// outage is of what services that are away come back to: so many servers, which may
// have died meanwhile, with all that was due and the pace that they had in mind.
type outage struct {
	nodes int
	dies  bool
}

var outages = map[string]outage{
	"sqlite": {nodes: 1}, "sqlite, started again": {1, true},
	"two servers of postgres": {nodes: 2}, "two servers of postgres, started again": {2, true},
}

// keepsRates lets two services be away until their queues are closed and full, and
// demands that afterwards neither ever gets more than it may, in any window of time,
// from all servers together.
func keepsRates(t testing.TB, program string, o outage) {
	t.Helper()
	seed := testkit.Seed(t)
	services := away(t, 2, seed)
	// The servers' clocks go so many times faster, and so do the rates. Turns that are
	// booked over the network are lost when that takes too long.
	speed := 20
	if o.nodes > 1 {
		speed = 5
	}
	like := life{program: program, data: t.TempDir(), documents: anywhere("") + settings(services), flags: []string{"--clock-speed", fmt.Sprint(speed)}}
	f := &fleet{}
	if o.nodes == 1 {
		f.start(t, like)
	} else {
		f = shared(t, like, o.nodes)
	}
	each := sized(100, 5_000)
	f.sendAll(t, each*len(services), func(n int) string { return "http://" + services[n%len(services)].address + "/x" })
	for _, l := range services {
		var lane api.Lane
		if !await(func() bool {
			err := f.of(0).api.Call(t.Context(), http.MethodGet, "/api/v1/lanes/lane?address="+url.QueryEscape("http://"+l.address), nil, &lane)
			return err == nil && lane.State == "closed"
		}) {
			t.Fatalf("the queue to a service that is away is %s", lane.State)
		}
	}
	if o.dies {
		for _, before := range f.alive {
			before.process.Kill()
		}
		for n := range f.lives {
			f.set(n, startLife(t, f.lives[n]))
		}
	}
	for _, l := range services {
		l.Find()
	}
	f.of(0).awaitRuns(gonets.RunSucceeded, each*len(services))
	for _, l := range services {
		if n, twice := l.judge(); n != each || len(twice) > 0 {
			t.Errorf("%d of %d runs were delivered, twice: %v", n, each, twice)
		}
		if _, most, _ := l.count(); most > l.atOnce {
			t.Errorf("%d requests at once, %d are allowed", most, l.atOnce)
		}
		l.once.mu.Lock()
		if what := overrun(l.at, time.Second/time.Duration(speed*l.perSecond), l.atOnce); what != "" {
			t.Errorf("faster than it may: %s, at %d a second", what, speed*l.perSecond)
		}
		l.once.mu.Unlock()
		f.of(0).figure("%d runs came back at %d a second", each, speed*l.perSecond)
	}
	for _, server := range f.alive {
		server.fits(256)
	}
}

func TestRatesAreKeptAfterAnOutage(t *testing.T) {
	t.Parallel()
	for name, o := range outages {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			keepsRates(t, "", o)
		})
	}
}

func TestHasteAfterAnOutageIsCaught(t *testing.T) {
	t.Parallel()
	program := sabotaged(t, "sabotage_haste")
	for name, o := range outages {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			caught(t, func(t testing.TB) { keepsRates(t, program, o) }, "faster than it may")
		})
	}
}
